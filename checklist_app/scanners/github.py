"""GitHub alerts: Dependabot (REST, GraphQL), code scanning and secret scanning (REST).

Source: the REST API's documentation of the three kinds of alerts, and the object
``RepositoryVulnerabilityAlert`` of the GraphQL schema. A result is one alert. GraphQL answers in
pages, in whatever nesting was asked for; an answer that lacks some alerts is never clean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedFinding, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.github_alerts import read_dependency, repository_of
from checklist_app.scanners.github_scanning import read_code, read_secret
from checklist_app.scanners.reading import Gathering, written_pages
from checklist_app.scanners.shapes import NO_CONTENT
from checklist_app.untrusted.json_text import as_list, as_object

_ALERTS = "vulnerabilityAlerts"
_INCOMPLETE = text(
    "This answer does not hold all alerts: there are more pages. "
    "Fetch all of them, for example with gh api --paginate --slurp, and import that."
)


def recognises(head: Head) -> bool:
    """Whether this is the beginning of alerts of GitHub."""
    if head.kind is not Kind.JSON:
        return False
    dependabot = head.has_key("security_advisory", "ghsa_id")
    code = head.has_key("rule", "tool", "html_url") and (
        head.has_key("instances_url") or head.has_key("most_recent_instance")
    )
    secret = head.has_key("secret_type", "locations_url")
    error = head.has_key("message", "documentation_url") and "docs.github.com" in head.text
    return head.has_key(_ALERTS) or dependabot or code or secret or error


def parse(report: Report) -> ParsedScan:
    """Read alerts of GitHub.

    Raises:
        UnreadableReport: it is no JSON, an error of GitHub, or has no list of alerts.
    """
    root = written_pages(report)
    if not isinstance(root, dict | list):
        raise wrong_type("(root)", "[…]")
    gathering = Gathering("github", "GitHub")
    seen = _Seen()
    for alert, repository in _alerts(root, gathering, seen):
        if isinstance(alert, dict) and alert:
            named = repository_of(alert) or repository
            gathering.add(_read(alert, named))
            seen.repositories[named] = None
        else:
            gathering.skip(NO_CONTENT)
    if seen.lacks_some:
        gathering.fail(_INCOMPLETE)
    tools = dict.fromkeys(result.tool for result in gathering.results)
    gathering.tool = ", ".join(tools) or gathering.tool
    gathering.target = ", ".join(filter(None, seen.repositories))
    return gathering.scan()


def _read(alert: dict[str, Any], repository: str) -> ParsedFinding:
    if "secret_type" in alert:
        return read_secret(alert, repository)
    return read_code(alert, repository) if "rule" in alert else read_dependency(alert, repository)


@dataclass(slots=True)
class _Seen:
    """Which of the alerts that there are was seen, over all pages of all lists in a file.

    Attributes:
        more: by list, whether its last page says that there are more pages.
        counts: by list, how many alerts its pages hold.
        totals: by list, how many it says there are.
        repositories: those that were asked for, in their order.
    """

    repositories: dict[str, None] = field(default_factory=dict)
    more: dict[str, bool] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    totals: dict[str, int] = field(default_factory=dict)

    def page(self, name: str, holder: dict[str, Any], count: int = 0) -> None:
        """Take a page of the list of that name."""
        more = as_object(holder.get("pageInfo")).get("hasNextPage")
        if isinstance(more, bool):
            self.more[name] = more
        self.counts[name] += count
        total = holder.get("totalCount")
        if isinstance(total, int):
            self.totals[name] = total

    @property
    def lacks_some(self) -> bool:
        """Whether some list is not there to its end."""
        short = any(self.counts[name] < total for name, total in self.totals.items())
        return short or any(self.more.values())


def _alerts(found: Any, gathering: Gathering, seen: _Seen) -> Iterator[tuple[Any, str]]:
    """Yield every alert with its repository, as far as what stands around it names one."""
    if isinstance(found, list):
        for part in found:
            # Pages put into a list are lists of alerts, or answers of GraphQL.
            paged = isinstance(part, list) or _is_answer(part)
            yield from _alerts(part, gathering, seen) if paged else iter([(part, "")])
    elif _is_answer(found):
        yield from _answer(found, gathering, seen)
    elif "documentation_url" in found and "number" not in found:
        raise _error(found.get("message"))
    else:
        yield found, ""


def _is_answer(found: object) -> bool:
    return isinstance(found, dict) and any(key in found for key in ("data", "errors", _ALERTS))


def _error(message: object) -> UnreadableReport:
    return UnreadableReport(
        text(
            "The server answered with an error instead of results: %(message)s. "
            "Correct it and export the results again.",
            message=clean(message, MAX_SHORT),
        )
    )


def _answer(root: dict[str, Any], gathering: Gathering, seen: _Seen) -> Iterator[tuple[Any, str]]:
    """Yield the alerts of one answer of GraphQL."""
    errors = [as_object(part).get("message") for part in as_list(root.get("errors"))]
    lists = list(_connections(root.get("data", root), "", seen))
    if not lists:
        if errors:
            raise _error(errors[0])
        raise UnreadableReport(
            text(
                "This answer of GitHub has no list of alerts. "
                "Ask for vulnerabilityAlerts with their nodes."
            )
        )
    if errors:
        gathering.fail(
            text("GitHub could not answer in full: %(message)s.", message=clean(errors[0], 200))
        )
    for number, (connection, repository) in enumerate(lists):
        nodes = _nodes(connection, gathering)
        seen.page(repository or f"#{number}", as_object(connection), len(nodes))
        seen.repositories[repository] = None
        for alert in nodes:
            yield alert, repository


def _connections(found: Any, repository: str, seen: _Seen) -> Iterator[tuple[Any, str]]:
    """Yield every list of alerts with its repository, however deep it stands."""
    if isinstance(found, list):
        for part in found:
            yield from _connections(part, repository, seen)
    if not isinstance(found, dict):
        return
    if "pageInfo" in found:  # of a list of repositories
        seen.page(f"{repository}/", {"pageInfo": found["pageInfo"]})
    named = clean(found.get("nameWithOwner") or found.get("name"), MAX_SHORT) or repository
    for key, part in found.items():
        if key == _ALERTS:
            yield part, repository_of(found) or named
        else:
            yield from _connections(part, named, seen)


def _nodes(connection: Any, gathering: Gathering) -> list[Any]:
    if connection is None:
        gathering.fail(
            text(
                "GitHub gave no alerts for a repository. Enable Dependabot alerts there and use a "
                "token that may read them."
            )
        )
        return []
    if not isinstance(connection, dict):
        raise wrong_type(_ALERTS, "{…}")
    nodes = connection.get("nodes")
    if nodes is None:
        nodes = [as_object(part).get("node") for part in as_list(connection.get("edges"))]
    if not isinstance(nodes, list):
        raise wrong_type(f"{_ALERTS}.nodes", "[…]")
    return nodes


PARSER = Parser(
    "github",
    "GitHub (Dependabot, code scanning, secret scanning)",
    recognises,
    parse,
    About(
        versions="REST API 2022-11-28 of all three kinds of alerts; GraphQL `vulnerabilityAlerts`.",
        source="GitHub's documentation of its REST API and of its GraphQL schema.",
        command="`gh api --paginate --slurp /repos/OWNER/NAME/dependabot/alerts > alerts.json`, "
        "or `/code-scanning/alerts`, `/secret-scanning/alerts`",
        result="One alert.",
        keys="CWE numbers of the advisory or in the tags of the rule; CWE-1395 for a dependency "
        "and CWE-798 for a secret without one. Rule `dependabot:<CVE>`, for code scanning that of "
        "the tool such as `codeql:py/sql-injection`.",
        severity="The advisory's; for code scanning the security severity, else error high, "
        "warning medium, note low.",
        clean="A GraphQL answer with an empty list for each repository; the REST API's empty list "
        "names nothing and is not read.",
        differs="A dismissed alert is suppressed with its reason, a fixed one has passed.",
    ),
)
