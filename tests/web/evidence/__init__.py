"""Evidence in the browser."""
