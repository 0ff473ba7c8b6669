"""Plans that close gaps."""
