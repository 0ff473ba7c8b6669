"""What scanners reported."""
