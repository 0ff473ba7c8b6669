"""``python -m checklist_app``: the same as the ``checklist`` command."""

from checklist_app.cli import main

main()
