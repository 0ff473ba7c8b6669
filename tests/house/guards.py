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


STATES = frozenset({"expires_at", "is_active", "revoked_at", "spent_at", "used_at"})
"""What says whether a session, a token, a link, a proof, a code or an account still counts."""
DOORS = frozenset(
    f"checklist_app.services.{name}"
    for name in (
        "access_tokens",
        "external_people",
        "holding",
        "links",
        "one_time_codes",
        "passkeys",
        "pending",
        "pipeline_tokens",
        "recovery_codes",
        "sessions",
        "token_families",
    )
)
"""Where that is asked of what somebody shows."""


def guards(name: str, tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Yield every guard of a module: ``require``, ``filter``, ``refusal``, ``state`` or ``ended``.

    A filter compares a key of an owner or a parent with a value, ``Webhook.project_id ==
    place.project_id``, or with several by ``in_``; what compares two tables joins them and is none.
    Where the comparison decides whether a function goes on it is a refusal. What of a loaded row is
    only kept under a name (``is_own = job.created_by_id == …``) is judged by what is done with it.
    A state is asked at a door, ``OneTimeLink.used_at.is_(None)``, and what has ended is refused,
    ``row.revoked_at is not None``; what is over and only swept away is none.
    """
    refusing = _conditions_of_ends(tree)
    if name in DOORS:
        for state in _states(tree):
            yield ("ended" if state in refusing else "state"), state
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
            case ast.Call(func=ast.Attribute(value=ast.Attribute() as left, attr="in_")) if (
                _says_whose(left) and _is_column(left)
            ):
                yield "filter", node


def left_out(guard: ast.expr | ast.stmt, kind: str) -> ast.expr | ast.stmt:
    """Return what stands in place of a guard when it is gone."""
    if kind == "require":
        return ast.Pass()
    assert isinstance(guard, ast.expr)
    column = _column_of(guard)
    if column is not None:
        # A column is what it is in every row, also where it says nothing.
        same = ast.Attribute(column, "is_not_distinct_from", ast.Load())
        return ast.Call(same, [column], [])
    return ast.Constant(value=kind not in ("refusal", "ended"))


def _states(tree: ast.Module) -> Iterator[ast.expr]:
    inside: set[ast.AST] = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.expr) and part not in inside and _is_state(part):
            inside.update(ast.walk(part))
            yield part


def _is_state(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="is_", value=ast.Attribute(attr=name))):
            return name in STATES
        case ast.Compare(left=left, ops=[how]):
            is_swept = _is_column(left) and isinstance(how, ast.LtE)
            parts = (part for part in ast.walk(node) if isinstance(part, ast.Attribute))
            return not is_swept and any(part.attr in STATES for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Attribute(attr=name)):
            return name in STATES
        case (
            ast.Call(func=ast.Attribute(attr="must_enrol"))
            | ast.Attribute(attr="is_active", ctx=ast.Load())
        ):
            return True
    return False


def _column_of(guard: ast.expr) -> ast.expr | None:
    """Return the column that a guard of a question is about; None where rows are compared."""
    match guard:
        case ast.Compare(left=left):
            found = left
        case ast.Call(func=ast.Attribute(value=value)):
            found = value
        case _:
            found = guard
    return found if _is_column(found) else None


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
