"""Content files turned into standards; nothing here knows a database."""
