"""The ``checklist`` command. What a subcommand needs is imported when it is called."""

from checklist_app.cli.program import main

__all__ = ["main"]
