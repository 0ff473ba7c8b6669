"""Which pieces of the queries and the services are guards, and what stands there without one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checklist_app.models import Base

OF_EVERYBODY = frozenset({"blob", "official_document", "requirement", "standard"})
"""Tables whose rows are nobody's: those of the library, and bytes by their sum."""
KEYS = frozenset(
    column.name
    for table in Base.metadata.sorted_tables
    for column in table.c
    if any(key.column.table.name not in OF_EVERYBODY for key in column.foreign_keys)
)
"""Columns that say whose a row is: they point at a person, a project or what belongs to one."""

STAND_INS = frozenset({"key", "mine", "newer", "other", "table", "ways"})
"""Names of tables in a question that asks for one twice, or for one of several."""


def guards(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Yield every guard of a module with its kind: ``require``, ``filter`` or ``refusal``.

    A filter compares a key of an owner or a parent with a value, ``Webhook.project_id ==
    place.project_id``; what compares two tables joins them and is none. Where the comparison
    decides whether a function goes on it is a refusal. What of a loaded row is only kept under a
    name (``is_own = job.created_by_id == …``) is judged by what is done with it.
    """
    refusing = _conditions_of_ends(tree)
    kept = {node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="require"))):
                yield "require", node
            case ast.Compare(
                left=ast.Attribute() as left,
                ops=[ast.Eq() | ast.NotEq()],
                comparators=[ast.Attribute() | ast.Name() as right],
            ) if (
                _says_whose(left)
                and not _is_column(right)
                and (_is_column(left) or node not in kept)
            ):
                yield "refusal" if node in refusing else "filter", node


def left_out(guard: ast.expr | ast.stmt, kind: str) -> ast.expr | ast.stmt:
    """Return what stands in place of a guard when it is gone."""
    if kind == "require":
        return ast.Pass()
    if kind == "refusal":
        return ast.Constant(value=False)
    assert isinstance(guard, ast.Compare)
    assert isinstance(guard.left, ast.Attribute)
    if _is_column(guard.left):
        # A column is what it is in every row, also where it says nothing.
        same = ast.Attribute(guard.left, "is_not_distinct_from", ast.Load())
        return ast.Call(same, [guard.left], [])
    return ast.Compare(guard.left, [ast.Eq()], [guard.left])


def _conditions_of_ends(tree: ast.Module) -> set[ast.AST]:
    """Return every part of a condition on which a function raises or returns at once."""
    return {
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Raise | ast.Return)
        for part in ast.walk(node.test)
    }


def _says_whose(column: ast.Attribute) -> bool:
    return column.attr in KEYS or ast.unparse(column) == "Project.id"


def _is_column(node: ast.expr) -> bool:
    """Whether it is a column: of a class, or of what stands for one in a question."""
    if not isinstance(node, ast.Attribute):
        return False
    table: ast.expr = node
    while isinstance(table, ast.Attribute):
        table = table.value
    return isinstance(table, ast.Name) and (table.id[0].isupper() or table.id in STAND_INS)
