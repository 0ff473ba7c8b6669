"""Importing scanner reports."""
