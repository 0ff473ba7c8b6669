"""Evidence: adding, linking, downloading."""
