"""Accounts and background work, for administrators."""
