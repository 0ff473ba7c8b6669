"""``checklist settings``: every setting, as it is documented."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click

from checklist_app.cli.console import answer, json_option, say
from checklist_app.config import Config, env_name
from checklist_app.domain.text import text


@click.command(help=say(text("List every setting.")))
@click.option("--markdown", is_flag=True, help=say(text("As the table of docs/operator.md.")))
@json_option
def settings(*, markdown: bool, as_json: bool) -> None:
    """List every setting: name, kind, default, meaning. Values are never shown."""
    rows = [_row(item) for item in fields(Config)]
    if markdown:
        lines = [
            "| Setting | Kind | Default | Meaning |",
            "|---|---|---|---|",
            *(f"| {_name(r)} | {r['kind']} | {_default(r)} | {r['meaning']} |" for r in rows),
        ]
    else:
        lines = [
            f"{row['name']}  ({row['kind']}; {row['default']})\n    {row['meaning']}"
            for row in rows
        ]
    answer({"settings": rows}, *lines, as_json=as_json)


def _row(item: Field[Any]) -> dict[str, Any]:
    parse = item.metadata["parse"]
    return {
        "name": env_name(item.name),
        "kind": (parse.__doc__ or "text").strip().splitlines()[0],
        "default": _shown(item.default),
        "secret": item.metadata["secret"],
        "meaning": item.metadata["doc"],
    }


def _shown(default: object) -> str:
    if default is MISSING or default in (None, "", (), frozenset()):
        return ""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, Path):
        return f"./{default.name}"
    if isinstance(default, frozenset | tuple):
        in_order = default if isinstance(default, tuple) else sorted(default)
        return ",".join(map(str, in_order))
    return str(default)


def _name(row: dict[str, Any]) -> str:
    name = f"`{row['name']}`"
    return f"{name}, `{row['name']}_FILE`" if row["secret"] else name


def _default(row: dict[str, Any]) -> str:
    return f"`{row['default']}`" if row["default"] else ""
