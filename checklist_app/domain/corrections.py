"""The name of the file in which corrections of routes that hold for everybody are handed on."""

FORMAT = "checklist-corrections-1"
