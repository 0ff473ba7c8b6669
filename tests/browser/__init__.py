"""The running system, driven in a real Chromium."""
