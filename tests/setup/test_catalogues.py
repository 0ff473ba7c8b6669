"""Every message that a person can meet exists in Spanish; English is the language of the code."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "checklist_app" / "translations").glob("*/LC_MESSAGES/messages.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines)


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return what the code and the templates mark for translation."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    subprocess.run([ROOT / "scripts" / "extract_messages.sh", template], check=True)
    return _read(template)


MARKERS = frozenset(
    [
        "_",
        "_l",
        "N_",
        "gettext",
        "ngettext",
        "pgettext",
        "lazy_gettext",
        "lazy_ngettext",
        "lazy_pgettext",
        "text",
    ]
)


def _marked_in_other_texts(source: str) -> list[int]:
    """Return the lines where a message is marked inside an f-string, which nobody extracts."""
    return [
        call.lineno
        for outer in ast.walk(ast.parse(source))
        if isinstance(outer, ast.JoinedStr)
        for call in ast.walk(outer)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in MARKERS
    ]


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy or not message.string:
        return False
    return isinstance(message.string, str) or all(message.string)


def test_there_is_a_spanish_catalogue() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == ["es"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_translates_every_message(path: Path, messages: Catalog) -> None:
    catalogue = _read(path)
    missing = [
        message.id
        for message in messages
        if message.id and not _is_translated(catalogue.get(message.id, message.context))
    ]
    assert missing == [], "bring them in with: make catalogue"


def test_no_message_is_marked_where_it_is_not_found() -> None:
    assert _marked_in_other_texts("x = f'{say(text(\"Lost\"))}'") == [1]
    lost = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "checklist_app").rglob("*.py")
        if (lines := _marked_in_other_texts(path.read_text(encoding="utf-8")))
    }
    assert lost == {}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_keeps_the_placeholders(path: Path) -> None:
    wrong = [
        (message.id, str(error))
        for message in _read(path)
        for error in message.check()
        if message.id
    ]
    assert wrong == []
