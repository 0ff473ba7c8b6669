"""The library of standards, for administrators: official files and lists of one's own."""
