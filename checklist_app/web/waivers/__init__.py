"""Accepted deviations."""
