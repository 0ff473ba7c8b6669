"""Tests of the scanner formats. ``samples`` holds small reports written for this project."""
