"""The one way in which this system calls addresses that people typed: checked, pinned, bounded."""
