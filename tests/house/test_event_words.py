"""Every event that the code records is told in a sentence, every kind of security event in words.

The names are read from the code: those that are written out, and those that are put together, whose
parts are followed to where they are written.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import render_template_string
from flask_babel import force_locale

from checklist_app.domain.alerts import RULE_NAMES, AlertRule, SecurityKind
from checklist_app.web.filters import told
from tests.house.conftest import House

SERVICES = Path(__file__).parents[2] / "checklist_app" / "services"
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SERVICES.glob("*.py"))]
NAME = re.compile(r"(account|library|project|security)(:[a-z_]+){1,2}")
FEWEST = 80
SENTENCE = "{% from 'macros/events.html' import told_event %}{{ told_event(name, 'TARGET') }}"
WORDS = "{% from 'macros/security.html' import kind_word %}{{ kind_word(one) }}"


def recorded() -> set[str]:
    """Return the names of all events that services record."""
    found: set[str] = set()
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found |= set(_put_together(tree, node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return {name for name in found if NAME.fullmatch(name)}


def _put_together(tree: ast.Module, name: ast.JoinedStr) -> Iterator[str]:
    parts = [
        {str(part.value)} if isinstance(part, ast.Constant) else _values(tree, name, part)
        for part in name.values
    ]
    yield from map("".join, itertools.product(*map(sorted, parts)))


def _values(tree: ast.Module, inside: ast.JoinedStr, part: ast.expr) -> set[str]:
    """Return what a part may be: what is assigned to it, returned for it, or handed over as it."""
    assert isinstance(part, ast.FormattedValue)
    word = part.value.attr if isinstance(part.value, ast.Attribute) else ast.unparse(part.value)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(ast.unparse(one) == word for one in node.targets):
            found |= _texts(node.value)
        elif isinstance(node, ast.FunctionDef):
            if node.name == word:
                found |= _texts(node)
            elif inside in ast.walk(node):
                found |= _handed_over(tree, node, word)
    return found


def _handed_over(tree: ast.Module, function: ast.FunctionDef, word: str) -> set[str]:
    names = [argument.arg for argument in function.args.args]
    if word not in names:
        return set()
    place = names.index(word)
    return {
        text
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function.name
        for argument in node.args[place : place + 1]
        for text in _texts(argument)
    }


def _texts(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant)
        and isinstance(one.value, str)
        and re.fullmatch(r"[a-z_:]+", one.value)
    }


def test_names_that_are_put_together_are_found_too() -> None:
    assert recorded() >= {
        "account:sso:create",
        "project:group:change_role",
        "project:member:add",
        "project:waiver:revoke",
        "project:webhook:renew_secret",
        "security:webhook:disable",
    }
    assert len(recorded()) >= FEWEST


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_event_is_told_in_a_sentence(house: House, language: str) -> None:
    told = {}
    with house.app.test_request_context(), force_locale(language):
        for name in recorded():
            told[name] = render_template_string(SENTENCE, name=name).strip()
    assert [name for name, sentence in told.items() if not sentence or "<code>" in sentence] == []


def test_one_that_is_not_known_is_shown_by_its_name(house: House) -> None:
    with house.app.test_request_context():
        told = render_template_string(SENTENCE, name="account:thing:verb")
    assert told.split() == ["<code>account:thing:verb</code>", "TARGET"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_kind_and_rule_has_words(house: House, language: str) -> None:
    with house.app.test_request_context(), force_locale(language):
        kinds = [render_template_string(WORDS, one=kind).strip() for kind in SecurityKind]
        rules = [told(RULE_NAMES[rule]) for rule in AlertRule]
    for words in (kinds, rules):
        assert all(words)
        assert len(set(words)) == len(words)
