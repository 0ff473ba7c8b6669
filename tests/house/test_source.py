"""What must hold of the source itself, read as a tree and not run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "checklist_app"
FILES = sorted(PACKAGE.rglob("*.py"))
CLOCK = PACKAGE / "services" / "clock.py"


def calls(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a file calls."""
    for node in ast.walk(ast.parse(text_of(path))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def events_of_ours(path: Path) -> bool:
    """Return whether a file knows the table of events, not those that threads wait for."""
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("checklist_app.models")
        and any(name.name == "Event" for name in node.names)
        for node in ast.walk(ast.parse(text_of(path)))
    )


def test_only_the_audit_service_writes_events() -> None:
    audit = PACKAGE / "services" / "audit.py"
    knowing = [path for path in FILES if events_of_ours(path)]
    assert audit in knowing
    for path in knowing:
        written = [
            node
            for node in ast.walk(ast.parse(text_of(path)))
            if isinstance(node, ast.Call)
            and (
                ast.unparse(node.func) == "Event"
                or (
                    ast.unparse(node.func) in ("insert", "update", "delete")
                    and ast.unparse(node.args[0]) == "Event"
                )
            )
        ]
        assert not written or path == audit, path


def test_only_the_edges_read_the_environment() -> None:
    edges = {PACKAGE / "config.py", PACKAGE / "factory.py", PACKAGE / "sandbox", PACKAGE / "cli"}
    for path in FILES:
        if not edges & {path, *path.parents}:
            reads = re.search(r"getenv|os\.environ(?!\[\"SOURCE_DATE_EPOCH\"\] =)", text_of(path))
            assert reads is None, path


@pytest.mark.parametrize("name", ["datetime.now", "datetime.utcnow", "date.today", "time.time"])
def test_services_queries_and_pages_ask_one_clock(name: str) -> None:
    for folder in ("services", "queries", "web", "domain"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            assert path == CLOCK or name not in set(calls(path)), path


def test_services_and_queries_never_commit() -> None:
    for folder in ("services", "queries"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            assert not [name for name in calls(path) if name.endswith(".commit")], path


def test_every_view_says_who_may_use_it_in_the_line_below_its_address() -> None:
    for path in sorted((PACKAGE / "web").glob("*/views.py")):
        for node in ast.parse(text_of(path)).body:
            if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
                continue
            said = [ast.unparse(decorator) for decorator in node.decorator_list]
            assert said[0].startswith("blueprint."), (path, node.name)
            assert said[1] == "public" or said[1].startswith("requires("), (path, node.name)


@pytest.mark.parametrize(
    "name", ["eval", "exec", "pickle.loads", "os.system", "yaml.load", "Markup"]
)
def test_dangerous_calls_are_not_made(name: str) -> None:
    allowed = {
        "Markup": {PACKAGE / "domain" / "rich_text.py"},
        "yaml.load": {PACKAGE / "catalog" / "yaml_files.py"},  # with a safe loader of its own
    }.get(name, set())
    assert [path for path in FILES if name in calls(path) and path not in allowed] == []
