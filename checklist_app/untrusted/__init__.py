"""Strict readers of formats that files from outside are written in."""
