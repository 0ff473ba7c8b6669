"""Background work: progress, cancel, retry."""
