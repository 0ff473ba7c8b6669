"""The HTML report of Burp Suite DAST to plain data: its labels, its tables and its details."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from checklist_app.domain.findings import MAX_DESCRIPTION, MAX_SHORT, MAX_TITLE, MAX_URI, clean
from checklist_app.scanners.base import check_count

_ON = (" found on ", "details for ")
_CELLS_OF_ISSUE = 3
_LINES = ("p", "br", "li", "ul", "div", "h4", "tr")


@dataclass(slots=True)
class Issue:
    """One issue; its texts are HTML, its messages plain."""

    serial: str = ""
    name: str = ""
    number: str = ""
    origin: str = ""
    path: str = ""
    severity: str = ""
    confidence: str = ""
    description: list[str] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    references: str = ""
    classes: str = ""
    messages: list[str] = field(default_factory=list)

    def take(self, heading: str, found: str) -> None:
        """Take what stands below a heading of the details."""
        heading = heading.strip().rstrip(":").lower()
        if heading == "references":
            self.references += found
        elif heading == "vulnerability classifications":
            self.classes += found
        elif heading.startswith(("request", "response")):
            self.messages.append(clean(found, MAX_DESCRIPTION))
        elif "remediation" in heading:
            self.solution.append(escape(found, quote=False))
        elif heading:
            self.description.append(escape(found, quote=False))


@dataclass(slots=True)
class Page:
    """A whole report: issues by serial number, and the texts of its labels and their values."""

    issues: dict[str, Issue] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)

    def value_after(self, label: str) -> str:
        """Return the value that follows a label; empty if there is none."""
        if label not in self.labels:
            return ""
        place = self.labels.index(label) + 1
        return self.labels[place] if place < len(self.labels) else ""

    def issue(self, serial: str) -> Issue:
        """Return the issue of this number, a new one if need be."""
        serial = serial or f"({len(self.issues)})"
        if serial not in self.issues:
            check_count(len(self.issues) + 1)
            self.issues[serial] = Issue(serial)
        return self.issues[serial]


def read_page(markup: str) -> Page:
    """Return what a report holds; HTML has no errors, so a cut-off report gives less."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    reader.finish()
    return reader.page


class _Reader(HTMLParser):
    """Goes through the report once; ``_text`` gathers what is read until somebody takes it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._text: list[str] = []
        self._origin = ""
        self._name = ""
        self._cells: list[str] = []
        self._serial = ""
        self._in_details = False
        self._issue: Issue | None = None
        self._heading = ""

    def _taken(self, limit: int = MAX_SHORT) -> str:
        found = "".join(self._text).strip()
        self._text.clear()
        return clean(found, limit)

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if tag == "div" and ("issue-container" in classes or "section" in classes):
            self.finish()
            self._in_details = "issue-container" in classes
        elif self._in_details:
            self._start_in_details(tag, given)
        elif tag in ("h1", "tr", "td", "div"):
            self._text.clear()
            if tag == "tr":
                self._cells, self._serial = [], ""
        elif tag == "a":
            self._serial = self._serial or _serial_in(given.get("href"))

    def _start_in_details(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "a" and given.get("name"):
            self._issue = self.page.issue(clean(given["name"], MAX_SHORT))
            self._issue.origin = self._issue.origin or self._origin
        elif tag == "a" and (given.get("href") or "").startswith("http"):
            self._text.append(f"\n{given['href']} ")
        elif tag in ("h2", "h3"):
            self._end_section()
        elif tag in _LINES:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._in_details:
            self._end_in_details(tag)
        elif tag == "h1":
            heading = self._taken(MAX_URI)
            self._origin = next((heading.partition(on)[2] for on in _ON if on in heading), "")
        elif tag == "td":
            self._cells.append(self._taken(MAX_URI))
        elif tag == "tr":
            self._end_row()
        elif tag == "div" and (found := self._taken()):
            self.page.labels.append(found)

    def _end_in_details(self, tag: str) -> None:
        if tag == "h2" and self._issue is not None:
            self._issue.name = self._issue.name or self._taken(MAX_TITLE)
            self._text.clear()
        elif tag == "h3":
            self._heading = self._taken()

    def _end_row(self) -> None:
        """Take a row: a name with its count, a label with its value, or an issue."""
        cells = [cell for cell in self._cells if cell]
        if len(cells) == 1 and cells[0].endswith("]"):
            self._name = cells[0].rpartition(" [")[0]
        elif self._serial and len(cells) >= _CELLS_OF_ISSUE:
            issue = self.page.issue(self._serial)
            issue.name, issue.origin = self._name, self._origin
            issue.path, issue.severity, issue.confidence = cells[:_CELLS_OF_ISSUE]
        else:
            self.page.labels.extend(cells)

    def _end_section(self) -> None:
        """Give the open issue what stands below its last heading."""
        found = self._taken(MAX_DESCRIPTION)
        if self._issue is not None and self._heading:
            self._issue.take(self._heading, found)
        elif self._issue is not None and not self._issue.path:
            self._issue.path = found.splitlines()[-1].rpartition(" ")[2] if found else ""
        self._heading = ""

    def finish(self) -> None:
        """End what is open."""
        if self._in_details:
            self._end_section()
        self._text.clear()
        self._issue = None
        self._in_details = False


def _serial_in(link: str | None) -> str:
    """Return the serial number in a link such as ``#6932387617674187776``."""
    found = clean(link, MAX_SHORT).rpartition("#")[2].rpartition("/")[2]
    return found if found.isdecimal() else ""
