"""The site, called as browsers call it."""
