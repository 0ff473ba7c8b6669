"""The walk: every rule of the address map, every method, every principal, every kind of object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from checklist_app.domain.actor import Actor
from tests.house.expected import GLOBAL, PERSONAL, expected
from tests.house.principals import PLACES, Principal
from tests.house.world import World

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class Person:
    """A principal with what they show at the door, and what is behind which."""

    name: str
    principal: Principal
    actor: Actor | None
    places: dict[str, dict[str, Any]]
    cookie: str
    form_token: str
    token: str
    own: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    @property
    def home(self) -> dict[str, Any] | None:
        """The parameters of their own project."""
        return self.places.get(self.principal.home)

    @property
    def credentials(self) -> dict[str, str]:
        """The headers that say who they are."""
        shown = {"Cookie": self.cookie} if self.cookie else {}
        if self.principal.is_pipeline:
            # The cookie is nobody's: it carries what a form token has to match.
            shown["Authorization"] = f"Bearer {self.token}"
        return shown

    def value(self, name: str, place: str) -> Any:
        """Return what stands in an address for a parameter of a place."""
        if name in PERSONAL:
            return (self.own if place == self.principal.home else self.others)[name]
        return self.places[place][name]


@dataclass(frozen=True)
class Cell:
    """One request and what must come of it.

    ``expected`` is ``sign in``, ``403``, ``404``, ``405``, ``409`` (archived) or ``allowed``.
    """

    rule: Rule
    method: str
    case: str
    values: dict[str, Any]
    expected: str

    @property
    def is_operation(self) -> bool:
        """Whether it is of the interface for programs, which knows tokens and no cookies."""
        return self.rule.rule.startswith("/api/v1/")

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.case}) must be {self.expected}"


TRY_WHAT_NO_RULE_KNOWS = frozenset({"nobody", "alice", "ada", "pipeline"})
"""Who sends methods that an address does not know: a stranger, a member, an administrator and a
program. No permission is asked there, and the answer is the same for all who are alike."""


def cells(app: Flask, person: Person, world: World) -> Iterator[Cell]:
    """Yield every cell of one person."""
    answered: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        answered.setdefault(rule.rule, set()).update(rule.methods or ())
    for rule in app.url_map.iter_rules():
        for method in METHODS:
            if method not in (rule.methods or ()):
                if method in answered[rule.rule] or person.name not in TRY_WHAT_NO_RULE_KNOWS:
                    continue  # known to another rule of this address, or tried by others
                place = person.principal.home or PLACES[0]
                values = _values(world, person, rule, dict.fromkeys(rule.arguments, place))
                yield Cell(rule, method, "no such method", values, "405")
                continue
            for case, sources in _cases(rule, person.principal):
                if method == "HEAD" and len(set(sources.values())) > 1:
                    continue  # the same view as GET, which tries every mixture
                values = _values(world, person, rule, sources)
                yield Cell(rule, method, case, values, expected(rule, person.principal, sources))


def foreign_marks(person: Person, world: World) -> list[str]:
    """Return the words that no answer to this person may hold."""
    return [mark for place, mark in world.marks.items() if place not in person.principal.roles]


def _cases(rule: Rule, principal: Principal) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield where each parameter comes from: one project, another, or nowhere."""
    names = sorted(rule.arguments)
    if not names:
        yield "plain", {}
        return
    places = PLACES if "slug" in names else PLACES[:2]
    for source in (*places, "missing"):
        yield source, dict.fromkeys(names, source)
    if len(names) > 1 and not set(names) <= GLOBAL:
        yield from _mixed(names, places, principal.home)


def _mixed(
    names: list[str], places: tuple[str, ...], home: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield addresses with one part from elsewhere: what is others' or of nobody under one's own
    address, and what is one's own under that of others. Without a project of one's own, no place
    is more one's own than another.
    """
    own = home or places[0]
    others = [place for place in places if place != own]
    ways = [(own, source) for source in (*others, "missing")]
    ways += [(base, own) for base in others if home]
    for (base, source), name in product(ways, names):
        yield f"{base} but {name} of {source}", {**dict.fromkeys(names, base), name: source}


def _values(world: World, person: Person, rule: Rule, sources: dict[str, str]) -> dict[str, Any]:
    return {name: _value(world, person, rule, name, source) for name, source in sources.items()}


def _value(world: World, person: Person, rule: Rule, name: str, source: str) -> Any:
    key = "report_number" if name == "number" and "/reports/" in rule.rule else name
    if source == "missing":
        return world.missing[key]
    if rule.endpoint == "bootstrap.static":
        return "css/bootstrap.min.css"
    return person.value(key, source)
