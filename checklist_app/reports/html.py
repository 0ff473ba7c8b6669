"""The report as one HTML page, made from a snapshot and a language and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Literal, Protocol

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined

from checklist_app.domain.rich_text import render_markdown
from checklist_app.domain.snapshot import EvidenceFacts, OutcomeCounts, ReportSnapshot
from checklist_app.domain.vocabulary import Language, Outcome, Severity

_LOCALES = {Language.EN: "en_GB", Language.ES: "es_ES"}
_KIBI = 1024
_BRIEF = 420


class Catalogue(Protocol):
    """What is needed of a translator."""

    def gettext(self, msgid: str) -> str:
        """Return the translation of an English message id."""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the form that fits ``number``."""


@dataclass(frozen=True, slots=True)
class Share:
    """One slice of a chart: a key for its colour, and how many."""

    key: str
    count: int


def build_html(snapshot: ReportSnapshot, catalogue: Catalogue) -> str:
    """Return the report's HTML in the snapshot's language.

    Pictures are named ``report:image/<sha256>``; whoever renders the page serves them.
    """
    environment = _environment(snapshot.language, catalogue)
    return environment.get_template("report.html").render(
        report=snapshot,
        evidence={entry.id: entry for entry in snapshot.evidence},
        marks={mark.number: mark for mark in snapshot.marks},
        first_shown=_first_shown(snapshot),
        severities=snapshot.severities(),
    )


def _environment(language: Language, catalogue: Catalogue) -> Environment:
    environment = Environment(
        loader=PackageLoader("checklist_app.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    locale = _LOCALES[language]
    filters: Mapping[str, Callable[..., object]] = {
        "markdown": render_markdown,
        "brief": _brief,
        "day": partial(_day, locale=locale, style="long"),
        "short_day": partial(_day, locale=locale, style="medium"),
        "moment": _moment,
        "size": partial(_size, locale=locale),
        "shares": outcome_shares,
        "in_groups": _in_groups,
    }
    environment.filters.update(filters)
    environment.globals.update(OUTCOMES=tuple(Outcome), SEVERITIES=tuple(Severity))
    return environment


def outcome_shares(counts: OutcomeCounts) -> tuple[Share, ...]:
    """Return the slices of an outcome chart, in the order in which they are always drawn."""
    return (
        Share("pass", counts.passed),
        Share("partial", counts.partial),
        Share("fail", counts.failed),
        Share("not_applicable", counts.not_applicable),
        Share("not_assessed", counts.not_assessed),
    )


def _first_shown(snapshot: ReportSnapshot) -> dict[int, str]:
    """Say under which item each picture is printed: the first that leans on it."""
    pictures = {entry.id for entry in snapshot.evidence if entry.preview}
    shown: dict[int, str] = {}
    for item in snapshot.items:
        for number in item.evidence:
            if number in pictures:
                shown.setdefault(number, item.identifier)
    return shown


def pictures(snapshot: ReportSnapshot) -> dict[str, EvidenceFacts]:
    """Return the SHA-256 of every picture the report shows, each with one evidence that has it."""
    shown = _first_shown(snapshot)
    return {
        entry.preview: entry for entry in snapshot.evidence if entry.preview and entry.id in shown
    }


def _brief(source: str) -> str:
    """Return the first paragraph of a Markdown text as plain words, cut at a word's end."""
    paragraph = source.strip().split("\n\n")[0]
    words = str(render_markdown(paragraph).striptags())
    return words if len(words) <= _BRIEF else words[:_BRIEF].rsplit(" ", 1)[0] + "…"


def _day(value: date | datetime, *, locale: str, style: Literal["long", "medium"]) -> str:
    day = value.astimezone(UTC).date() if isinstance(value, datetime) else value
    return format_date(day, style, locale=locale)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _size(value: int, *, locale: str) -> str:
    amount, unit = float(value), "B"
    for larger in ("kB", "MB", "GB"):
        if amount < _KIBI:
            break
        amount, unit = amount / _KIBI, larger
    return f"{format_decimal(round(amount, 1), locale=locale)} {unit}"


def _in_groups(value: str) -> list[str]:
    """Cut a hash into groups of eight, which a person can compare."""
    return [value[start : start + 8] for start in range(0, len(value), 8)]
