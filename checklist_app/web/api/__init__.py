"""The interface for programs: one file for each noun, its schemas beside its operations."""
