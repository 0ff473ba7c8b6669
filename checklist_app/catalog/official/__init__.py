"""What OWASP and others publish in machine-readable form, one family of files in each module."""
