"""Checklists, their items and verdicts."""
