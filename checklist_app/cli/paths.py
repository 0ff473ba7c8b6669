"""Where the project's own files lie, relative to the package."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MIGRATIONS = ROOT / "migrations"
CONTENT = ROOT / "content" / "owasp"
LINEAGE = ROOT / "content" / "lineage"
LEADING = tuple(ROOT / "content" / name for name in ("crosswalk", "cwe", "rules"))
"""What leads findings to requirements, and from one list to another."""
CATALOG = ROOT / "checklist_app" / "catalog"
