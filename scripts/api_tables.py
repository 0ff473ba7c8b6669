"""The tables of ``docs/api.md``: scopes and operations, as the code declares them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from checklist_app.config import Config
from checklist_app.domain.scopes import SCOPE_PERMISSIONS, Scope
from checklist_app.factory import create_app
from checklist_app.web.api.openapi import entries


def scopes_table() -> str:
    """Return which permissions each scope lets through."""
    rows = ["| Scope | Lets through |", "|---|---|"]
    for scope, permissions in SCOPE_PERMISSIONS.items():
        told = ", ".join(f"`{permission}`" for permission in sorted(permissions))
        everything = "everything that the person may do; never for pipelines"
        rows.append(f"| `{scope}` | {everything if scope is Scope.FULL else told} |")
    return "\n".join(rows)


def operations_table() -> str:
    """Return one row for each operation."""
    rows = ["| Operation | What it does | Permission |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data_dir=Path(folder), secret_key="of no system " * 4))
        rows += [
            f"| `{entry.method} {entry.path}` | {entry.operation.summary} "
            f"| {f'`{entry.permission}`' if entry.permission else 'everybody'}"
            f"{', recent sign-in' if entry.is_sensitive else ''} |"
            for entry in entries(app)
        ]
        app.extensions["checklist_resources"].close()
    return "\n".join(rows)
