"""Which requirements a report speaks to, told from the content files alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from checklist_app.catalog.owasp import load_library
from checklist_app.cli.paths import CONTENT
from checklist_app.domain.findings import ParsedScan, routing_keys
from checklist_app.domain.vocabulary import MappingKind

Key = tuple[MappingKind, str]


@dataclass(frozen=True, slots=True)
class Routes:
    """For every key of a finding, the requirements that it reaches.

    Attributes:
        standards: names such as ``owasp-base 1.0``, in the order of the library.
        reached: by key, pairs of standard and identifier.
    """

    standards: tuple[str, ...]
    reached: dict[Key, list[tuple[str, str]]]

    def of(self, scan: ParsedScan) -> dict[str, list[str]]:
        """Return, for each standard, the identifiers that the report's findings reach."""
        found: dict[str, set[str]] = {name: set() for name in self.standards}
        for key in {key for finding in scan.findings for key in routing_keys(finding)}:
            for standard, identifier in self.reached.get(key, ()):
                found[standard].add(identifier)
        return {name: sorted(identifiers) for name, identifiers in found.items() if identifiers}


def load_routes() -> Routes:
    """Read the library's content.

    Raises:
        ContentError: the content has faults.
    """
    library = load_library(CONTENT)
    reached: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for standard in library:
        name = f"{standard.key} {standard.version}"
        for section in standard.sections:
            for requirement in section.requirements:
                keys: list[Key] = [(MappingKind.CWE, str(cwe)) for cwe in requirement.cwe]
                keys += [(MappingKind.TAG, tag) for tag in requirement.tags]
                for key in keys:
                    reached[key].append((name, requirement.identifier))
    return Routes(tuple(f"{s.key} {s.version}" for s in library), dict(reached))
