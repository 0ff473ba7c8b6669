"""Messages to other systems: of a project, and of the system as a whole."""
