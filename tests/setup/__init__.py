"""Tests of the set-up itself, and the pytest plug-in that every run loads."""
