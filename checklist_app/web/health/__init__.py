"""Whether the system is alive and ready, for machines."""
