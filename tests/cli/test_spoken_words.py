"""The command line speaks Spanish throughout: also where Click or the system finds the words."""

from __future__ import annotations

import ast
import errno
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from checklist_app.cli.click_words import CLICK_WORDS
from checklist_app.cli.system_words import reason_of
from tests.cli.conftest import Checklist

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
FOR_DEVELOPERS = frozenset(
    {
        "Boolean option {decl!r} cannot use the same flag for true/false.",
        "Arguments take exactly one parameter declaration, got {length}: {decls}.",
        "Could not determine name for option with declarations {decls!r}",
        "Name '{name}' defined twice",
        "No options defined but a name was passed ({name}). Did you mean to declare an argument "
        "instead? Did you mean to pass '--{name}'?",
        "Value must be an iterable.",
        "Unknown color {colour!r}",
        "Choice({choices})",
    }
)
"""How Click complains to whoever writes commands."""
OF_PARTS_NOT_USED = frozenset(
    {
        "DeprecationWarning: The command {name!r} is deprecated.{extra_message}",
        "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}",
        "deprecated",
        "%(prog)s, version %(version)s",
        "Show the version and exit.",
        "Confirm the action without prompting.",
        "Do you want to continue?",
        "Press any key to continue...",
    }
)

FROM_A_VARIABLE = {"required"}


@pytest.fixture(autouse=True)
def _in_spanish(monkeypatch: pytest.MonkeyPatch, checklist: Checklist) -> None:
    monkeypatch.setenv("LANG", "es_ES.UTF-8")


def sentences_of_click() -> Iterator[str]:
    """Yield each English sentence that the installed Click has translated."""
    for name in MODULES:
        tree = ast.parse((Path(click.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                count = {"_": 1, "ngettext": 2}.get(node.func.id, 0)
                yield from (
                    argument.value
                    for argument in node.args[:count]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )


def test_every_sentence_of_click_is_translated_with_ours() -> None:
    ours = {word for one in CLICK_WORDS for word in ([one] if isinstance(one, str) else one)}
    assert set(sentences_of_click()) - ours == FOR_DEVELOPERS | OF_PARTS_NOT_USED
    assert ours - set(sentences_of_click()) == FROM_A_VARIABLE


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gate",), "Falta el argumento 'PROJECT'."),
        (("gate", "x", "--nope"), "No existe la opción '--nope'."),
        (("nope",), "No existe la orden 'nope'."),
        (("gate", "x", "--severity", "bad"), "'bad' no es ninguno de estos: 'critical'"),
        (("gate", "x", "--level", "0"), "0 no está en el intervalo 1<=x<=9."),
        (("verify", "/no/such/file.pdf"), "'/no/such/file.pdf': no existe."),
        (("verify", "a.pdf", "b.pdf", "c.pdf", "--level"), "No existe la opción '--level'."),
    ],
)
def test_a_wrong_call_is_explained_in_spanish(
    checklist: Checklist, arguments: tuple[str, ...], told: str
) -> None:
    ran = checklist(*arguments)
    assert ran.code == 2
    assert told in ran.err
    assert "Uso: checklist" in ran.err
    assert "para ver la ayuda." in ran.err


def test_the_language_is_asked_for_each_time(
    checklist: Checklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Órdenes:" in checklist("--help").out
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "Commands:" in checklist("--help").out


def test_why_the_system_refused_is_told_in_spanish(checklist: Checklist, tmp_path: Path) -> None:
    row = checklist("scan", "check", "--json", tmp_path / "none.json").facts
    assert row["error"] == "no existe ese archivo ni esa carpeta"
    assert reason_of(OSError(errno.ENOSPC, "No space left")) == "el disco está lleno"


def test_what_is_known_to_nobody_is_told_as_the_system_says_it() -> None:
    assert reason_of(OSError(errno.EXDEV, "Invalid cross-device link")) == (
        "Invalid cross-device link"
    )
    assert reason_of(OSError("broken")) == "broken"
