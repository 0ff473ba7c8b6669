"""How the command line talks: one language, people or programs as readers, errors as advice."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Language
from checklist_app.translation import Translator, translator

F = TypeVar("F", bound=Callable[..., Any])


class Refused(click.ClickException):
    """The command did not do what was asked; the message says why and what to do.

    A message that is no :class:`Text` is in the reader's language already.

    Attributes:
        facts: what a program gets to know besides the message.
    """

    def __init__(self, *messages: Text | str, **facts: Any) -> None:
        told = (one if isinstance(one, str) else say(one) for one in messages)
        super().__init__("\n".join(told))
        self.facts = facts


def language(environ: Mapping[str, str] | None = None) -> Language:
    """Return the language of messages: the configured one, else the terminal's, else Spanish."""
    environ = os.environ if environ is None else environ
    configured = environ.get("CHECKLIST_DEFAULT_LANGUAGE")
    for wanted in filter(None, (configured, *_locales(environ))):
        code = wanted[:2].lower()
        if code in set(Language):
            return Language(code)
    return Language.ES


def _locales(environ: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))


def speaker() -> Translator:
    """Return the translator of :func:`language`; English when the catalogue was not compiled."""
    try:
        return translator(language())
    except FileNotFoundError:
        return translator(Language.EN)


def say(message: Text | str) -> str:
    """Return a message in the language of the command line."""
    return speaker()(message)


def json_option(command: F) -> F:
    """Add ``--json`` to a command; the function gets it as ``as_json``."""
    return click.option(
        "--json", "as_json", is_flag=True, help=say(text("Print one line of JSON for programs."))
    )(command)


def answer(
    facts: Mapping[str, Any] | Sequence[Mapping[str, Any]], *lines: str, as_json: bool
) -> None:
    """Print the facts as one line of JSON, or the lines for people."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, default=str))
        return
    for line in lines:
        click.echo(line)


def complain(message: str, facts: Mapping[str, Any], *, as_json: bool) -> None:
    """Tell an error: people on stderr, programs on stdout."""
    if as_json:
        click.echo(json.dumps({"error": message, **facts}, ensure_ascii=False, default=str))
    else:
        click.echo(message, err=True)


def wants_json(arguments: list[str]) -> bool:
    """Return whether the caller is a program, known before the arguments are understood."""
    return "--json" in arguments


def arguments() -> list[str]:
    """Return what was typed behind the command's name."""
    return sys.argv[1:]
