"""Tests about the house itself: what must hold of every route, template, table and setting."""
