"""Rules of tools and the requirements that they speak to, from ``content/rules``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checklist_app.catalog.errors import ContentError, Problem
from checklist_app.catalog.yaml_files import read_yaml

FOLDER = Path(__file__).resolve().parents[2] / "content" / "rules"
_TOOL = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EDITION = re.compile(r"(?P<key>[a-z0-9-]+) (?P<version>\S+)")
_LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class ToolRule:
    """A rule of a tool and one requirement that its findings speak to.

    Attributes:
        key: as findings carry it, such as ``checkov:CKV_K8S_20``.
        topic: what the rule looks at, such as ``privilege-escalation``.
        standard: key of a list, such as ``owasp-base``.
    """

    key: str
    topic: str
    standard: str
    version: str
    identifier: str


class _Topic(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(min_length=1)
    requirements: dict[str, list[str]] = Field(min_length=1)


class _RulesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    topics: dict[str, _Topic] = Field(min_length=1)
    rules: dict[str, dict[str, list[str]]] = Field(min_length=1)


def load_rules(folder: Path = FOLDER) -> list[ToolRule]:
    """Load every table of rules below a folder.

    Raises:
        ContentError: with every fault of every file.
    """
    problems: list[Problem] = []
    rules: list[ToolRule] = []
    homes: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        shown_as = f"{folder.name}/{path.name}"
        raw = read_yaml(path, shown_as, problems)
        table = None if raw is None else _checked(raw, shown_as, problems)
        if table is not None:
            problems.extend(_faults(table, shown_as, homes))
            rules.extend(_rules(table))
    if problems:
        raise ContentError(problems)
    return rules


def _checked(raw: Any, file: str, problems: list[Problem]) -> _RulesFile | None:
    try:
        return _RulesFile.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(str(part) for part in fault["loc"])
            problems.append(Problem(file, "", field, fault["msg"]))
        return None


def _faults(table: _RulesFile, file: str, homes: dict[str, str]) -> Iterator[Problem]:
    """Yield what the schema cannot see; ``homes`` remembers the topic of each rule."""
    for name, topic in table.topics.items():
        yield from _topic_faults(file, name, topic)
    for tool, by_topic in table.rules.items():
        if not _TOOL.fullmatch(tool):
            yield Problem(file, tool, "", "must be lower case, words joined by hyphens")
        for name in by_topic.keys() - table.topics.keys():
            yield Problem(file, tool, name, "there is no such topic")
        for name, rules in by_topic.items():
            for rule in rules:
                yield from _rule_faults(file, f"{tool}:{rule}", name, homes)


def _topic_faults(file: str, name: str, topic: _Topic) -> Iterator[Problem]:
    for edition, identifiers in topic.requirements.items():
        if not _EDITION.fullmatch(edition):
            yield Problem(file, name, edition, "must be a list and its version, with a space")
        if not identifiers or len(set(identifiers)) < len(identifiers):
            yield Problem(file, name, edition, "must name requirements, each once")


def _rule_faults(file: str, key: str, topic: str, homes: dict[str, str]) -> Iterator[Problem]:
    if key in homes:
        yield Problem(file, key, topic, f"the rule has a topic already: {homes[key]}")
    homes.setdefault(key, topic)
    if len(key) > _LONGEST_KEY:
        yield Problem(file, key, topic, f"must have at most {_LONGEST_KEY} characters")


def _rules(table: _RulesFile) -> Iterator[ToolRule]:
    for tool, by_topic in table.rules.items():
        for name, rules in by_topic.items():
            topic = table.topics.get(name)
            for edition, identifiers in topic.requirements.items() if topic else ():
                key, _, version = edition.partition(" ")
                for rule in rules:
                    for identifier in identifiers:
                        yield ToolRule(f"{tool}:{rule}", name, key, version, identifier)
