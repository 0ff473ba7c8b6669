"""The rules and taxonomies of one SARIF run, and what they say of a result.

A result may name its rule in six ways (``ruleId``, ``ruleIndex``, ``rule.id``, ``rule.index``,
``rule.guid``, with or without a tool component), and a CWE may stand in taxa, relationships, tags,
properties, and in the names of a rule: its id, its short description and its help address. All are
read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from checklist_app.domain.weakness_tags import cwes_in, tags_in
from checklist_app.untrusted.json_text import as_index, as_list, as_object, as_text, at_index

_CWE_KEYS = ("cwe", "cwes", "cweid", "cweids")
"""Where a bare number is one. In lower case, without what is no letter: ``CWE``, ``cwe-id``."""
_NO_LETTER = re.compile(r"[^a-z]")
_AT_MITRE = re.compile(
    r"\bcwe\.mitre\.org/data/(?:definitions/|slices/)?(\d{1,5})\b", re.IGNORECASE
)
_NAMED = re.compile(r"(?<![A-Za-z])CWE[-_ :]?\d{1,5}(?!\d)", re.IGNORECASE)
_LONGEST_PROSE = 20_000
_TAG_KEYS = ("tags", "owasp", "OWASP", "owasp-mobile", "masvs", "MASVS", "wstg", "asvs")
_TELLING_PREFIX = {"owasp-mobile": "owasp-mobile "}
_SAYS_NOTHING = ("disjoint",)


@dataclass(slots=True)
class RunRules:
    """What one run knows about its rules.

    Attributes:
        run: the run object of the report.
    """

    run: dict[str, Any]
    _components: list[dict[str, Any]] = field(init=False)
    _taxonomies: list[dict[str, Any]] = field(init=False)
    _by_id: dict[str, dict[str, Any]] = field(init=False)
    _by_guid: dict[str, dict[str, Any]] = field(init=False)
    _known: dict[int, tuple[tuple[int, ...], tuple[str, ...]]] = field(init=False)
    _levels: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        tool = as_object(self.run.get("tool"))
        extensions = [as_object(part) for part in as_list(tool.get("extensions"))]
        self._components = [as_object(tool.get("driver")), *extensions]
        self._taxonomies = [as_object(part) for part in as_list(self.run.get("taxonomies"))]
        self._by_id = {}
        self._by_guid = {}
        self._known = {}
        for component in self._components:
            for rule in map(as_object, as_list(component.get("rules"))):
                self._by_id.setdefault(as_text(rule.get("id")), rule)
                self._by_guid.setdefault(as_text(rule.get("guid")), rule)
        self._levels = dict(self._overridden())

    def _overridden(self) -> Iterator[tuple[int, str]]:
        """Yield the levels that whoever ran the tool gave to rules, by the rule (3.20.5)."""
        for invocation in map(as_object, as_list(self.run.get("invocations"))):
            for one in map(as_object, as_list(invocation.get("ruleConfigurationOverrides"))):
                _, rule = self.rule_of({"rule": one.get("descriptor")})
                level = as_text(as_object(one.get("configuration")).get("level"))
                if rule and level:
                    yield id(rule), level

    def level_of(self, rule: dict[str, Any]) -> str:
        """Return the level of results that name none: as configured for the run, or by default."""
        default = as_object(rule.get("defaultConfiguration")).get("level")
        return self._levels.get(id(rule)) or as_text(default)

    @property
    def driver(self) -> dict[str, Any]:
        """The tool itself."""
        return self._components[0]

    def rule_of(self, result: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the id and the rule of a result; the rule is empty if the report has none.

        Where index and id disagree the id wins, if some rule has it.
        """
        reference = as_object(result.get("rule"))
        name = as_text(result.get("ruleId")) or as_text(reference.get("id"))
        index = as_index(reference.get("index"))
        if index is None:
            index = as_index(result.get("ruleIndex"))
        component = self._component(as_object(reference.get("toolComponent")))
        indexed = at_index(component.get("rules"), index)
        guid = as_text(reference.get("guid"))
        if guid and not indexed:
            indexed = self._by_guid.get(guid, {})
        indexed_id = as_text(indexed.get("id"))
        if indexed and (not name or name == indexed_id or name.startswith(f"{indexed_id}/")):
            return name or indexed_id, indexed
        return name, self._named(name) or indexed

    def _component(self, reference: dict[str, Any]) -> dict[str, Any]:
        extensions = self._components[1:]
        for key in ("guid", "name"):
            wanted = as_text(reference.get(key))
            for component in self._components:
                if wanted and component.get(key) == wanted:
                    return component
        return at_index(extensions, reference.get("index")) or self.driver

    def _named(self, name: str) -> dict[str, Any]:
        """Return the rule of that id, or of the longest prefix of it, cut at slashes."""
        while name:
            if name in self._by_id:
                return self._by_id[name]
            name = name.rpartition("/")[0]
        return {}

    def weaknesses(
        self, result: dict[str, Any], rule: dict[str, Any]
    ) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the CWE numbers and the tags of a result and of its rule."""
        if not rule:  # made up for a rule that the report does not describe
            return self._read(result, as_list(result.get("taxa")))
        if id(rule) not in self._known:  # rules live as long as the run, so ids stay unique
            related = [
                as_object(link).get("target")
                for link in as_list(rule.get("relationships"))
                if not set(_SAYS_NOTHING) & set(map(str, as_list(as_object(link).get("kinds"))))
            ]
            cwes, tags = self._read(rule, related)
            cwes = tuple(sorted({*cwes, *_in_names(rule)}))
            self._known[id(rule)] = cwes, tuple(sorted(set(tags)))
        cwes, tags = self._known[id(rule)]
        if not result.get("taxa") and not result.get("properties"):
            return cwes, tags
        own_cwes, own_tags = self._read(result, as_list(result.get("taxa")))
        return tuple(sorted({*cwes, *own_cwes})), tuple(sorted({*tags, *own_tags}))

    def _read(
        self, holder: dict[str, Any], taxa: list[Any]
    ) -> tuple[tuple[int, ...], tuple[str, ...]]:
        properties = as_object(holder.get("properties"))
        cwes = set(_cwes_of(properties))
        words = list(_words(properties))
        for word in words:
            cwes.update(cwes_in(word))
        for reference in taxa:
            taxonomy, name = self._taxon(as_object(reference))
            is_cwe = taxonomy.upper() == "CWE" or taxonomy.upper().startswith("CWE ")
            cwes.update(cwes_in(name, bare=is_cwe))
            words.append(f"{taxonomy} {name}")
        return tuple(sorted(cwes)), tags_in(words)

    def _taxon(self, reference: dict[str, Any]) -> tuple[str, str]:
        """Return the names of the taxonomy and of the entry that a reference points to."""
        where = as_object(reference.get("toolComponent"))
        taxonomy: dict[str, Any] = {}
        for key in ("guid", "name"):
            wanted = as_text(where.get(key))
            taxonomy = taxonomy or next(
                (part for part in self._taxonomies if wanted and part.get(key) == wanted), {}
            )
        taxonomy = taxonomy or at_index(self._taxonomies, where.get("index"))
        entry = at_index(taxonomy.get("taxa"), reference.get("index"))
        name = as_text(reference.get("id")) or as_text(entry.get("id"))
        guid = as_text(reference.get("guid"))
        if guid and not name:
            taxonomy, name = self._taxon_by_guid(guid)
        return as_text(where.get("name")) or as_text(taxonomy.get("name")), name

    def _taxon_by_guid(self, guid: str) -> tuple[dict[str, Any], str]:
        """Return the taxonomy and the name of the entry with that guid; both empty if none."""
        for taxonomy in [*self._taxonomies, *self._components]:
            for entry in map(as_object, as_list(taxonomy.get("taxa"))):
                if entry.get("guid") == guid:
                    return taxonomy, as_text(entry.get("id"))
        return {}, ""

    def message_string(self, rule: dict[str, Any], name: str) -> str:
        """Return the text that a message refers to by ``name``."""
        strings = as_object(as_object(rule.get("messageStrings")).get(name))
        if not strings:
            for component in self._components:
                strings = strings or as_object(
                    as_object(component.get("globalMessageStrings")).get(name)
                )
        return as_text(strings.get("text")) or as_text(strings.get("markdown"))


def _words(properties: dict[str, Any]) -> Iterator[str]:
    for key in _TAG_KEYS:
        value = properties.get(key)
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str):
                yield _TELLING_PREFIX.get(key, "") + word


def named_in_prose(words: str) -> tuple[int, ...]:
    """Return the CWE numbers that a text of any length names."""
    if "cwe" not in words.lower():  # as in most texts, of which there are very many
        return ()
    return cwes_in(_NAMED.findall(words[:_LONGEST_PROSE]))


def _in_names(rule: dict[str, Any]) -> tuple[int, ...]:
    """Return the CWE numbers in what a rule is called, and in the address that explains it."""
    short = as_text(as_object(rule.get("shortDescription")).get("text"))
    linked = [f"CWE-{number}" for number in _AT_MITRE.findall(as_text(rule.get("helpUri")))]
    return cwes_in(
        [rule.get("id"), rule.get("name"), *_NAMED.findall(short[:_LONGEST_PROSE]), *linked]
    )


def _cwes_of(bag: dict[str, Any], *, nested: bool = False) -> Iterator[int]:
    """Yield what a property bag holds under a name for CWE, and one level deeper."""
    for key, value in bag.items():
        lower = key.lower()
        if lower.startswith("cwe"):
            name = _NO_LETTER.sub("", lower)
            parts = value if isinstance(value, list) else [value]
            found = [part.get("id") if isinstance(part, dict) else part for part in parts]
            yield from cwes_in(found, bare=name in _CWE_KEYS)
        elif isinstance(value, dict) and not nested:
            yield from _cwes_of(value, nested=True)
