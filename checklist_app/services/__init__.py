"""The verbs that change things. Each takes who acts, checks, changes, and leaves an event."""
