"""What the documentation says of the library: how much it holds, and what findings reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.catalog.owasp import load_library
from checklist_app.catalog.rules import load_rules
from checklist_app.domain.reach import Reach, figures
from checklist_app.domain.standards import Standard

ROOT = Path(__file__).resolve().parents[1]


def library_table() -> str:
    """Return how much each edition of the library holds, and how much of it tools can speak to."""
    rows = [
        "| Standard | Name | Entries of OWASP | Requirements | by level | Tools can speak to |",
        "|---|---|--:|--:|---|--:|",
    ]
    for standard in _library():
        held = list(standard.requirements())
        entries = sum(bool(section.requirements) for section in standard.all_sections())
        levels = Counter(one.level for one in held if one.level)
        cells = (
            f"`{standard.key}` {standard.version}",
            standard.name.en,
            str(entries if standard.is_elaborated else len(held)),
            str(len(held)),
            ", ".join(f"L{level} {count}" for level, count in sorted(levels.items())) or "–",
            str(sum(bool(requirement.scanners) for requirement in held)),
        )
        rows.append("| " + " | ".join(cells) + " |")
    total = sum(1 for standard in _library() for _ in standard.requirements())
    rows.append(f"| **{len(_library())} editions** | | | **{total}** | | |")
    return "\n".join(rows)


def coverage_table() -> str:
    """Return, for each list, how far findings reach into it: ``checklist standards coverage``."""
    rules: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for rule in load_rules():
        rules[rule.standard, rule.version, rule.identifier].add(rule.key)
    rows = [
        "| Standard | Requirements | CWE | as ancestor | tag or rule | tools | person only "
        "| CWEs of 939 | with ancestors |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for standard in _library():
        counts = figures(
            [
                Reach(
                    cwes=frozenset(one.cwe),
                    is_keyed=bool(
                        one.tags
                        or section.tags
                        or rules[standard.key, standard.version, one.identifier]
                    ),
                    scanners=tuple(scanner.value for scanner in one.scanners),
                )
                for section in standard.all_sections()
                for one in section.requirements
            ],
            cwe_tree(),
        )
        cells = (
            counts.requirements,
            counts.by_cwe,
            counts.by_ancestor,
            counts.by_key,
            counts.scanned,
            counts.person_only,
            counts.cwes,
            counts.cwes_with_ancestors,
        )
        name = f"`{standard.key}` {standard.version}"
        rows.append("| " + " | ".join([name, *map(str, cells)]) + " |")
    return "\n".join(rows)


@cache
def _library() -> list[Standard]:
    return load_library(ROOT / "content" / "owasp")
