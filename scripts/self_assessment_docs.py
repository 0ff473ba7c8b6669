"""Writes what docs/self-assessment.md counts and lists, out of content/self-assessment/."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from checklist_app.catalog.owasp import load_library
from checklist_app.catalog.self_assessment import OwnVerdict, load_self_assessment
from checklist_app.domain.vocabulary import Language, Outcome

ROOT = Path(__file__).resolve().parents[1]


def counts_table(short: str) -> str:
    """Return how often each outcome stands in each chapter of a list."""
    assessed = load_self_assessment().lists[short]
    titles = {
        requirement.identifier: chapter.title.en
        for standard in load_library(ROOT / "content" / "owasp")
        if (standard.key, standard.version) == (assessed.key, assessed.version)
        for chapter in standard.sections
        for section in chapter.walk()
        for requirement in section.requirements
    }
    by_title: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for verdict in assessed.verdicts:
        by_title[titles[verdict.identifier]][verdict.outcome] += 1
    rows = [
        "| Chapter | Pass | Partial | Fail | Not applicable | In all |",
        "|---|--:|--:|--:|--:|--:|",
        *(_row(title, counts) for title, counts in by_title.items()),
        _row("**In all**", sum(by_title.values(), Counter())),
    ]
    return "\n".join(rows)


def gaps_list(short: str) -> str:
    """Return what is not met, or only in part, with the reason, in the order of the list."""
    verdicts = load_self_assessment().lists[short].verdicts
    return "\n".join(_line(verdict) for verdict in verdicts if verdict.outcome.is_gap)


def _row(title: str, counts: Counter[Outcome]) -> str:
    cells = [*(counts[outcome] for outcome in Outcome), counts.total()]
    return "| " + " | ".join([title, *map(str, cells)]) + " |"


def _line(verdict: OwnVerdict) -> str:
    return f"- **{verdict.identifier}** ({verdict.outcome}): {verdict.rationale[Language.EN]}"
