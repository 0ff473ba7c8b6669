"""Tokens for pipelines: made, shown once, listed, ended."""
