"""Reports of several tools, as the same tool would write them on another day."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from checklist_app.domain.findings import ParsedScan
from tests.scanners.reports import SAMPLES, read

Document = Any
Results = list[Any]

_LINE_KEYS = frozenset({"line", "startLine", "endLine", "StartLine", "EndLine", "line_number"})
_LINE_OF_FINGERPRINT = re.compile(r":(\d+)\Z")
_PATH_KEYS = frozenset({"uri", "path", "File", "filename"})


def _of_results(document: Document) -> Iterator[Results]:
    yield document["results"]


def _of_sarif(document: Document) -> Iterator[Results]:
    yield document["runs"][0]["results"]


def _of_zap(document: Document) -> Iterator[Results]:
    yield document["site"][0]["alerts"]


def _of_trivy(document: Document) -> Iterator[Results]:
    for part in document["Results"]:
        yield from (part[name] for name in ("Vulnerabilities", "Secrets") if name in part)


def _of_testssl(document: Document) -> Iterator[Results]:
    host = document["scanResult"][0]
    yield from (host[name] for name in ("protocols", "ciphers", "vulnerabilities"))


def _of_list(document: Document) -> Iterator[Results]:
    yield document


def _at(*way: str | int) -> Callable[[Document, Any], None]:
    def put(document: Document, value: Any) -> None:
        for key in way[:-1]:
            document = document[key]
        document[way[-1]] = value

    return put


@dataclass(frozen=True)
class Tool:
    """How the reports of one tool are changed.

    Attributes:
        sample: file with an honest report.
        results: the lists that hold its results.
        version: writes another version of the tool; None where a report names none.
        target: writes another target; None where a report names none.
        time: writes when the scan began, and how it is written; None where a report does not say.
        has_lines: whether results stand in lines of files.
    """

    sample: str
    results: Callable[[Document], Iterator[Results]]
    version: Callable[[Document, Any], None] | None = None
    target: Callable[[Document, Any], None] | None = None
    time: tuple[Callable[[Document, Any], None], str] | None = None
    has_lines: bool = False

    def report(self) -> Document:
        """Return the honest report."""
        return json.loads((SAMPLES / self.sample).read_text(encoding="utf-8"))

    def backwards(self) -> Document:
        """Return it with its results in another order."""
        document = self.report()
        for results in self.results(document):
            results.reverse()
        return document

    def without(self, number: int) -> Document:
        """Return it without one of its results."""
        document = self.report()
        for results in self.results(document):
            if number < len(results):
                del results[number]
                return document
            number -= len(results)
        raise IndexError(number)

    def moved(self, lines: int) -> Document:
        """Return it with all results so many lines further down."""
        document = _with(self.report(), _LINE_KEYS, lambda line: line + lines)
        document = _with(
            document,
            frozenset({"Fingerprint"}),  # of gitleaks: commit, path, rule and line
            lambda told: _LINE_OF_FINGERPRINT.sub(lambda at: f":{int(at[1]) + lines}", told),
        )
        assert document != self.report()
        return document

    def elsewhere(self, folder: str) -> Document:
        """Return it as written where the sources lie in another folder."""
        document = _with(self.report(), _PATH_KEYS, lambda path: folder + path)
        assert document != self.report()
        return document

    def of_version(self, version: str) -> Document:
        """Return it as another version of the tool writes it."""
        document = self.report()
        assert self.version is not None
        self.version(document, version)
        return document

    def of_target(self, target: str) -> Document:
        """Return it as written of another target."""
        document = self.report()
        assert self.target is not None
        self.target(document, target)
        return document

    def on_day(self, document: Document, day: int) -> Document:
        """Return a report as written on a day of January 2026."""
        document = copy.deepcopy(document)
        assert self.time is not None
        put, form = self.time
        moment = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)
        put(document, str(int(moment.timestamp())) if form == "seconds" else moment.strftime(form))
        return document


def _with(value: Any, names: frozenset[str], change: Callable[[Any], Any]) -> Any:
    """Return plain data in which everything under certain names is changed."""
    if isinstance(value, list):
        return [_with(part, names, change) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: change(part)
        if key in names and isinstance(part, str | int)
        else _with(part, names, change)
        for key, part in value.items()
    }


_ISO = "%Y-%m-%dT%H:%M:%SZ"
TOOLS: dict[str, Tool] = {
    "sarif": Tool(
        "mobile-banking-api.sarif",
        _of_sarif,
        version=_at("runs", 0, "tool", "driver", "semanticVersion"),
        target=_at("runs", 0, "versionControlProvenance", 0, "repositoryUri"),
        time=(_at("runs", 0, "invocations", 0, "startTimeUtc"), _ISO),
        has_lines=True,
    ),
    "zap": Tool(
        "mobile-banking-api.zap.json",
        _of_zap,
        version=_at("@version"),
        target=_at("site", 0, "@name"),
        time=(_at("created"), _ISO),
    ),
    "trivy": Tool(
        "trivy.json",
        _of_trivy,
        version=_at("Trivy", "Version"),
        target=_at("ArtifactName"),
        time=(_at("CreatedAt"), _ISO),
    ),
    "semgrep": Tool("semgrep.json", _of_results, version=_at("version"), has_lines=True),
    "gitleaks": Tool("gitleaks.json", _of_list, has_lines=True),
    "testssl": Tool(
        "testssl.json",
        _of_testssl,
        version=_at("version"),
        target=_at("scanResult", 0, "targetHost"),
        time=(_at("startTime"), "seconds"),
    ),
    "bandit": Tool("bandit.json", _of_results, time=(_at("generated_at"), _ISO), has_lines=True),
}


def parsed(document: Document) -> ParsedScan:
    """Read a report by the parser of its format."""
    return read(document)
