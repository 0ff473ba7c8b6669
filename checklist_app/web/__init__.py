"""HTTP only: read the form, call one service or query, render or redirect."""
