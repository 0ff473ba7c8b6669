"""The public check of a signed report."""
