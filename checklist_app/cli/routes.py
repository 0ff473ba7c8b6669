"""Which requirements a report speaks to: by the library in the database, or by the content files.

The files are read only where there is no database with a library, which takes some seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.cli.paths import CONTENT
from checklist_app.domain.errors import DomainError
from checklist_app.domain.findings import ParsedScan, routing_keys
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
    """

    reached: dict[str, dict[Key, list[str]]]

    def of(self, scan: ParsedScan) -> dict[str, list[str]]:
        """Return, for each list, the identifiers that the report's findings reach.

        As in an import, a CWE that a list does not name reaches it by its nearest ancestors.
        """
        ways = {routing_keys(finding) for finding in scan.findings}
        found: dict[str, list[str]] = {}
        for name, by_key in self.reached.items():
            known = {int(key) for kind, key in by_key if kind is MappingKind.CWE}
            identifiers = {one for keys in ways for one in _reached(keys, by_key, known)}
            if identifiers:
                found[name] = sorted(identifiers)
        return found


def _reached(keys: tuple[Key, ...], by_key: dict[Key, list[str]], known: set[int]) -> Iterable[str]:
    """Return what the keys of one finding reach; a category only where nothing else does."""
    exact = [key for key in keys if key[0] is not MappingKind.CATEGORY]
    for wanted in (exact, [key for key in keys if key not in exact]):
        found = {
            identifier
            for key in wanted
            for way in _ways(key, known)
            for identifier in by_key.get(way, ())
        }
        if found:
            return found
    return ()


def _ways(key: Key, known: set[int]) -> Iterable[Key]:
    kind, name = key
    if kind is not MappingKind.CWE:
        return (key,)
    return [(kind, str(way.via)) for way in cwe_tree().nearest(int(name), known)]


def load_routes() -> Routes:
    """Read the library of the database, or else the project's content.

    Raises:
        ContentError: there is no database, and the content has faults.
    """
    return _from_database() or _from_content()


def _from_database() -> Routes | None:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - takes long to import

    from checklist_app.cli.running import load_config, opened  # noqa: PLC0415
    from checklist_app.config import ConfigError  # noqa: PLC0415
    from checklist_app.queries.routes import all_routes  # noqa: PLC0415

    try:
        config = load_config(quiet=True)
        if not config.database_url and not (config.data_dir / "checklist.sqlite3").is_file():
            return None  # asking would make an empty one
        with opened(config) as resources, resources.sessions() as session:
            reached = all_routes(session)
    except (ConfigError, DomainError, SQLAlchemyError):
        return None
    return Routes(reached) if reached else None


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
    return Routes({name: dict(by_key) for name, by_key in reached.items()})


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
