"""Lists that an organisation writes itself, as YAML or as a spreadsheet."""
