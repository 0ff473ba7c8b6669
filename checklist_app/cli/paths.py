"""Where the project's own files lie, relative to the package."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MIGRATIONS = ROOT / "migrations"
CONTENT = ROOT / "content" / "owasp"
LINEAGE = ROOT / "content" / "lineage"
CATALOG = ROOT / "checklist_app" / "catalog"
