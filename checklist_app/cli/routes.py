"""Which requirements a report speaks to: by the library in the database, or by the content files.

The files are read only where there is no database with a library, which takes some seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.cli.corrections_file import Corrected, by_list, read_corrections
from checklist_app.cli.paths import CONTENT
from checklist_app.domain.errors import DomainError
from checklist_app.domain.findings import ParsedScan, routing_keys, tool_key
from checklist_app.domain.standards import Standard
from checklist_app.domain.vocabulary import MappingKind
from checklist_app.domain.weakness_tags import names_a_category

Key = tuple[MappingKind, str]


@dataclass(frozen=True, slots=True)
class Routes:
    """For every list, which keys of findings reach which of its requirements.

    Attributes:
        reached: by list, such as ``owasp-base 1.0``, in the order of the library; then by key the
            identifiers.
        corrected: by list, where administrators led rules, or led them away.
    """

    reached: dict[str, dict[Key, list[str]]]
    corrected: Corrected

    def of(self, scan: ParsedScan) -> dict[str, list[str]]:
        """Return, for each list, the identifiers that the report's findings reach.

        As in an import, a CWE that a list does not name reaches it by its nearest ancestors, and
        what administrators corrected for everybody outranks the library.
        """
        ways = {
            ((tool_key(finding.tool), finding.rule_id), routing_keys(finding))
            for finding in scan.findings
        }
        found: dict[str, list[str]] = {}
        for name, by_key in self.reached.items():
            known = {int(key) for kind, key in by_key if kind is MappingKind.CWE}
            corrected = self.corrected.get(name, {})
            identifiers: set[str] = set()
            for rule, keys in ways:
                said = corrected.get(rule, {})
                mapped = _reached(keys, by_key, known, said)
                identifiers |= {one for one in (*mapped, *said) if said.get(one, True)}
            if identifiers:
                found[name] = sorted(identifiers)
        return found


def _reached(
    keys: tuple[Key, ...],
    by_key: dict[Key, list[str]],
    known: set[int],
    said: dict[str, bool],
) -> set[str]:
    """Return what the keys of one finding reach; a category only where nothing else does.

    ``said`` is what administrators corrected of its rule: it counts when it is asked whether
    something else leads there.
    """
    exact = [key for key in keys if key[0] is not MappingKind.CATEGORY]
    for wanted in (exact, [key for key in keys if key not in exact]):
        found = {
            identifier
            for key in wanted
            for way in _ways(key, known)
            for identifier in by_key.get(way, ())
            if said.get(identifier, True)
        }
        if found or any(said.values()):
            return found
    return set()


def _ways(key: Key, known: set[int]) -> Iterable[Key]:
    kind, name = key
    if kind is not MappingKind.CWE:
        return (key,)
    return [(kind, str(way.via)) for way in cwe_tree().nearest(int(name), known)]


def load_routes(corrections: Path | None = None) -> Routes:
    """Read the library of the database and its corrections, or else the project's content.

    ``corrections`` is a file of corrections that counts in place of those of the database.

    Raises:
        ContentError: there is no database, and the content has faults.
        Refused: the file cannot be read as corrections.
    """
    given = read_corrections(corrections) if corrections else None
    found = _from_database() or _from_content()
    return found if given is None else replace(found, corrected=by_list(given))


def _from_database() -> Routes | None:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - takes long to import

    from checklist_app.cli.running import load_config, opened  # noqa: PLC0415
    from checklist_app.config import ConfigError  # noqa: PLC0415
    from checklist_app.queries.routes import all_corrections, all_routes  # noqa: PLC0415

    try:
        config = load_config(quiet=True)
        if not config.database_url and not (config.data_dir / "checklist.sqlite3").is_file():
            return None  # asking would make an empty one
        with opened(config) as resources, resources.sessions() as session:
            reached, corrected = all_routes(session), by_list(all_corrections(session))
    except (ConfigError, DomainError, SQLAlchemyError):
        return None
    return Routes(reached, corrected) if reached else None


def _from_content() -> Routes:
    from checklist_app.catalog.owasp import load_library  # noqa: PLC0415 - reads every file
    from checklist_app.catalog.rules import load_rules  # noqa: PLC0415

    reached = {
        f"{standard.key} {standard.version}": _keys_of(standard)
        for standard in load_library(CONTENT)
    }
    for rule in load_rules():
        name = f"{rule.standard} {rule.version}"
        if name in reached:
            reached[name][MappingKind.RULE, rule.key].append(rule.identifier)
    return Routes({name: dict(by_key) for name, by_key in reached.items()}, {})


def _keys_of(standard: Standard) -> dict[Key, list[str]]:
    by_key: dict[Key, list[str]] = defaultdict(list)
    for section in standard.all_sections():
        for requirement in section.requirements:
            keys = (
                *((MappingKind.CWE, str(cwe)) for cwe in requirement.cwe),
                *(
                    (MappingKind.CATEGORY if names_a_category(tag) else MappingKind.TAG, tag)
                    for tag in (*requirement.tags, *section.tags)
                ),
            )
            for key in keys:
                by_key[key].append(requirement.identifier)
    return by_key
