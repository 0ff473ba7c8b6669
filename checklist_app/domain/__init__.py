"""The words and the rules: no web framework, no SQL, no input or output."""
