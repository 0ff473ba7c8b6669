"""Tests of the confinement."""
