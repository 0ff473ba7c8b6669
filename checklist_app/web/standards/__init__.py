"""The library of standards."""
