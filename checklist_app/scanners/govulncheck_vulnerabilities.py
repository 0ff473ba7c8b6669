"""What govulncheck tells of one vulnerability in one module, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_LOCATIONS,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    MAX_URI,
    FindingState,
    Location,
    ParsedFinding,
    clean,
)
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import fingerprint
from checklist_app.scanners.links import links_in
from checklist_app.scanners.values import whole_number
from checklist_app.untrusted.json_text import as_list, as_object, as_text

TOOL = "govulncheck"

_VULNERABLE_COMPONENT = (1395,)


class Level(IntEnum):
    """How close the code comes to the weakness, and how deep a scan looks."""

    REQUIRED = 0
    IMPORTED = 1
    CALLED = 2


_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""By the levels that are missing to what the scan looked for."""


@dataclass(slots=True)
class _Sighting:
    """A vulnerability in a module."""

    level: Level = Level.REQUIRED
    version: str = ""
    fixed: str = ""
    places: list[Location] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """Entries of the database, and what was found of them.

    Attributes:
        depth: how deep the scan looked.
        is_stream: whether ``told`` counts messages of protocol 1; before it, entries came with what
            was found of them.
    """

    depth: Level = Level.CALLED
    is_stream: bool = False
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    found: dict[tuple[str, str], _Sighting] = field(default_factory=dict)

    def add_entry(self, entry: dict[str, Any]) -> str:
        """Take an entry of the database; return its name."""
        name = clean(entry.get("id"), MAX_RULE_ID)
        if name:
            self.entries[name] = entry
            self.told[name] += 1
        return name

    def add_finding(self, finding: dict[str, Any]) -> bool:
        """Take a finding of protocol 1, whose first frame is the weakness, or of the one before.

        Each of the three that take what was found returns whether it has a name.
        """
        name = clean(finding.get("osv"), MAX_RULE_ID)
        frames = as_list(finding.get("trace")) or as_list(finding.get("frames"))[::-1]
        trace = [as_object(frame) for frame in frames]
        if not name:
            return False
        weakness = trace[0] if trace else {}
        level = Level.CALLED if weakness.get("function") else Level.REQUIRED
        if weakness.get("package") and level is Level.REQUIRED:
            level = Level.IMPORTED
        sighting = self._see(name, weakness.get("module"), level)
        sighting.version = clean(weakness.get("version"), 80) or sighting.version
        sighting.fixed = clean(finding.get("fixed_version"), 80) or sighting.fixed
        if level is Level.CALLED:
            sighting.places.append(_caller(trace))
        return True

    def add_vulnerability(self, vulnerability: dict[str, Any]) -> bool:
        """Take a message of the streams before protocol 1, or an entry of an early ``Vulns``."""
        known = _lower(vulnerability)
        name = self.add_entry(as_object(known.get("osv")))
        if not name:
            return False
        for module in map(_lower, as_list(known.get("modules"))):
            packages = [_lower(package) for package in as_list(module.get("packages"))]
            stacks = [
                (package, _lower(stack))
                for package in packages
                for stack in as_list(package.get("callstacks"))
            ]
            level = Level.CALLED if stacks else Level.IMPORTED if packages else Level.REQUIRED
            sighting = self._see(name, module.get("path"), level)
            sighting.version = clean(module.get("foundversion"), 80)
            sighting.fixed = clean(module.get("fixedversion"), 80)
            for package, stack in stacks:
                symbol = f"{as_text(package.get('path'))}.{as_text(stack.get('symbol'))}"
                frames = [_lower(frame) for frame in as_list(stack.get("frames"))]
                first = _lower(frames[0].get("position")) if frames else {}
                sighting.places.append(_location(first, symbol))
        return True

    def add_legacy(self, vuln: dict[str, Any], root: dict[str, Any]) -> bool:
        """Take an entry of ``Vulns``: of one symbol in the first version, of modules later."""
        if "Modules" in vuln:
            return self.add_vulnerability(vuln)
        name = self.add_entry(as_object(vuln.get("OSV")))
        if not name:
            return False
        called = vuln.get("CallSink")
        level = Level.CALLED if called else Level.IMPORTED
        if not called and not vuln.get("ImportSink"):
            level = Level.REQUIRED
        module = clean(vuln.get("ModPath"), MAX_SHORT)
        sighting = self._see(name, module, level)
        for known in map(as_object, as_list(root.get("Modules"))):
            if known.get("Path") == module:
                sighting.version = clean(known.get("Version"), 80)
        if called:
            functions = as_object(as_object(root.get("Calls")).get("Functions"))
            sites = as_list(as_object(functions.get(str(called))).get("CallSites"))
            site = as_object(as_object(sites[0] if sites else {}).get("Pos"))
            symbol = f"{as_text(vuln.get('PkgPath'))}.{as_text(vuln.get('Symbol'))}"
            sighting.places.append(_location(_lower(site), symbol))
        return True

    def _see(self, name: str, module: object, level: Level) -> _Sighting:
        sighting = self.found.setdefault((name, clean(module, MAX_SHORT)), _Sighting())
        sighting.level = max(sighting.level, level)
        return sighting

    def results(self) -> Iterator[ParsedFinding]:
        """Yield what was found, then the entries that do not apply to the version in use.

        An entry is told once for each module that it names; what was found is one of these times.
        """
        for (name, module), sighting in self.found.items():
            yield _result(self.entries.get(name, {}), name, module, sighting, self.depth)
        rest = self.told - Counter(name for name, _ in self.found)
        for name, times in rest.items() if self.is_stream else ():
            yield replace(_not_applicable(name, self.entries[name]), results=times)


def _lower(value: object) -> dict[str, Any]:
    """Return an object with names as in ``found_version`` and ``FoundVersion`` made the same."""
    return {name.replace("_", "").lower(): part for name, part in as_object(value).items()}


def _caller(trace: list[dict[str, Any]]) -> Location:
    """Return where the code of the project enters the way to the weakness."""
    weakness = trace[0]
    receiver = clean(weakness.get("receiver"), 120).lstrip("*")
    steps = (weakness.get("package"), receiver, weakness.get("function"))
    symbol = ".".join(filter(None, (clean(step, MAX_SHORT) for step in steps)))
    positions = [as_object(frame.get("position")) for frame in trace[1:]]
    position: dict[str, Any] = next((at for at in reversed(positions) if at.get("filename")), {})
    return _location(position, symbol)


def _location(position: dict[str, Any], symbol: str) -> Location:
    return Location(
        clean(position.get("filename"), MAX_URI),
        line=whole_number(position.get("line")),
        parameter=clean(symbol.strip("."), MAX_SHORT),
    )


def _rule_id(name: str, entry: dict[str, Any]) -> str:
    """Return the CVE, if there is just one, else the name of the database of Go."""
    aliases = (clean(alias, MAX_RULE_ID) for alias in as_list(entry.get("aliases")))
    cves = {alias for alias in aliases if alias.startswith("CVE-")}
    return cves.pop() if len(cves) == 1 else name


def _result(
    entry: dict[str, Any], name: str, module: str, sighting: _Sighting, depth: Level
) -> ParsedFinding:
    shown = clean(f"{module}@{sighting.version}".rstrip("@"), MAX_SHORT)
    summary = clean(entry.get("summary"), MAX_TITLE) or name
    # A binary has no sources, so a symbol in it is a place in the module.
    places = [at if at.uri else Location(shown, parameter=at.parameter) for at in sighting.places]
    locations = tuple(dict.fromkeys(sorted(places, key=lambda at: at.sort_key)))
    return ParsedFinding(
        tool=TOOL,
        rule_id=_rule_id(name, entry),
        title=clean(f"{summary}: {shown}", MAX_TITLE),
        description=clean(entry.get("details"), MAX_DESCRIPTION),
        severity=_SEVERITIES[max(0, depth - sighting.level)],
        cwes=_VULNERABLE_COMPONENT,
        tags=(),
        locations=locations[:MAX_LOCATIONS] or (Location(shown or name),),
        fingerprint=fingerprint("govulncheck", name, module),
        occurrences=max(1, len(locations)),
        solution=f"Fixed in: {module}@{sighting.fixed}" if sighting.fixed else "",
        references=_references(name, entry),
    )


def _not_applicable(name: str, entry: dict[str, Any]) -> ParsedFinding:
    modules = {
        clean(as_object(as_object(part).get("package")).get("name"), MAX_SHORT)
        for part in as_list(entry.get("affected"))
    }
    summary = clean(entry.get("summary"), MAX_TITLE) or name
    return ParsedFinding(
        tool=TOOL,
        rule_id=_rule_id(name, entry),
        title=summary,
        description=clean(entry.get("details"), MAX_DESCRIPTION),
        severity=Severity.INFO,
        cwes=(),
        tags=(),
        locations=tuple(Location(module) for module in sorted(modules - {""}))[:MAX_LOCATIONS],
        fingerprint=fingerprint("govulncheck", name),
        state=FindingState.NOT_APPLICABLE,
        references=_references(name, entry),
    )


def _references(name: str, entry: dict[str, Any]) -> tuple[str, ...]:
    named = (as_object(part).get("url") for part in as_list(entry.get("references")))
    return links_in(f"https://pkg.go.dev/vuln/{name}", *named)
