"""The web page that sonar-report writes, as the document that it writes too: issues and rules.

Source: ``index.ejs`` in the source of sonar-report. Its first columns have been the same since the
first version; later ones got the key and the status of an issue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from checklist_app.scanners.base import Head, Kind, check_count

_TITLE = re.compile(r"<title>\s*SonarQube\s[^<]{0,200}Report\s*</title>", re.IGNORECASE)
_COLUMNS = ("rule", "severity", "component", "line", "description", "message", "key", "status")
_ENOUGH = 5
_COUNTED = 3
"""Cells in a row of the summary: a colour, the severity, the number."""


def is_page(head: Head) -> bool:
    """Whether this is the beginning of such a page."""
    return head.kind is Kind.HTML and _TITLE.search(head.text) is not None


def read_page(markup: str) -> dict[str, Any]:
    """Return what a page says, in the names of sonar-report's own document."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.found


@dataclass(slots=True)
class _Cell:
    """A cell of a table: what a person reads there, and the HTML."""

    words: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a person reads."""
        return "".join(self.words).strip()


class _Reader(HTMLParser):
    """Goes through the page once. Descriptions of rules may hold tables of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, Any] = {"issues": [], "rules": [], "total": 0}
        self._tables = 0
        self._names: list[str] = []
        self._row: list[_Cell] = []
        self._cell: _Cell | None = None
        self._label = ""
        self._label_ended = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the start of an element."""
        if tag == "table":
            self._tables += 1
        if self._cell is not None and (tag not in ("td", "th", "tr") or self._tables > 1):
            self._cell.markup.append(self.get_starttag_text() or "")
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._cell = _Cell()
        elif tag in ("dt", "dd"):
            self._label = "" if tag == "dt" else self._label
            self._label_ended = tag == "dd"
        del attrs

    def handle_endtag(self, tag: str) -> None:
        """Take the end of an element."""
        if self._cell is not None and self._tables > 1:
            self._cell.markup.append(f"</{tag}>")
        elif tag in ("td", "th") and self._cell is not None:
            self._row.append(self._cell)
            self._cell = None
        elif tag == "tr":
            self._take_row()
        elif self._cell is not None:
            self._cell.markup.append(f"</{tag}>")
        if tag == "table":
            self._tables = max(0, self._tables - 1)

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._cell is not None:
            self._cell.words.append(data)
            self._cell.markup.append(data)
        elif not self._label_ended:
            self._label += data.strip()
        elif data.strip():
            names = {"Report Generated On": "date", "Project Name": "projectName"}
            if self._label in names:
                self.found.setdefault(names[self._label], data.strip())

    def _take_row(self) -> None:
        texts = [cell.text for cell in self._row]
        lower = [text.lower() for text in texts]
        if lower[:2] in (["rule", "severity"], ["rule", "description"]) or lower[1:2] == [
            "severity"
        ]:
            self._names = lower
        elif self._names[:2] == ["rule", "severity"] and len(texts) >= _ENOUGH:
            named = dict(zip(self._names, texts, strict=False))
            self.found["issues"].append({key: named[key] for key in _COLUMNS if key in named})
            check_count(len(self.found["issues"]))
        elif self._names[:2] == ["rule", "description"] and len(texts) > 1:
            described = "".join(self._row[1].markup)
            self.found["rules"].append({"key": texts[0], "htmlDesc": described})
        elif self._names[1:2] == ["severity"] and len(texts) == _COUNTED and texts[2].isdecimal():
            self.found["total"] += int(texts[2][:9])
