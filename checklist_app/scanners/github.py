"""GitHub alerts: Dependabot (REST, GraphQL), code scanning and secret scanning (REST).

Source: the REST API's documentation of the three kinds of alerts, and the object
``RepositoryVulnerabilityAlert`` of the GraphQL schema. A result is one alert. GraphQL answers in
pages, in whatever nesting was asked for; an answer that lacks some alerts is never clean.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import MAX_SHORT, ParsedFinding, ParsedScan, clean
from checklist_app.domain.text import text
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, wrong_type
from checklist_app.scanners.github_alerts import read_dependency, repository_of
from checklist_app.scanners.github_scanning import read_code, read_secret
from checklist_app.scanners.reading import Gathering, document
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
    root = document(report)
    if not isinstance(root, dict | list):
        raise wrong_type("(root)", "[…]")
    gathering = Gathering("github", "GitHub")
    repositories: dict[str, None] = {}
    for alert, repository in _alerts(root, gathering):
        if isinstance(alert, dict) and alert:
            named = repository_of(alert) or repository
            gathering.add(_read(alert, named))
            repositories[named] = None
        else:
            gathering.skip(NO_CONTENT)
        if repository:
            repositories[repository] = None
    tools = dict.fromkeys(result.tool for result in gathering.results)
    gathering.tool = ", ".join(tools) or gathering.tool
    gathering.target = gathering.target or ", ".join(filter(None, repositories))
    return gathering.scan()


def _read(alert: dict[str, Any], repository: str) -> ParsedFinding:
    if "secret_type" in alert:
        return read_secret(alert, repository)
    return read_code(alert, repository) if "rule" in alert else read_dependency(alert, repository)


def _alerts(found: Any, gathering: Gathering) -> Iterator[tuple[Any, str]]:
    """Yield every alert with its repository, as far as what stands around it names one."""
    if isinstance(found, list):
        for part in found:
            # Pages put into a list are lists of alerts, or answers of GraphQL.
            paged = isinstance(part, list) or _is_answer(part)
            yield from _alerts(part, gathering) if paged else iter([(part, "")])
    elif _is_answer(found):
        yield from _answer(found, gathering)
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


def _answer(root: dict[str, Any], gathering: Gathering) -> Iterator[tuple[Any, str]]:
    """Yield the alerts of one answer of GraphQL."""
    errors = [as_object(part).get("message") for part in as_list(root.get("errors"))]
    lists = list(_connections(root.get("data", root), "", gathering))
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
    names = dict.fromkeys(repository for _, repository in lists if repository)
    gathering.target = ", ".join([*filter(None, [gathering.target]), *names])[: MAX_SHORT * 2]
    for connection, repository in lists:
        for alert in _nodes(connection, gathering):
            yield alert, repository


def _connections(found: Any, repository: str, gathering: Gathering) -> Iterator[tuple[Any, str]]:
    """Yield every list of alerts with its repository, however deep it stands."""
    if isinstance(found, list):
        for part in found:
            yield from _connections(part, repository, gathering)
    if not isinstance(found, dict):
        return
    if as_object(found.get("pageInfo")).get("hasNextPage") is True:
        gathering.fail(_INCOMPLETE)
    named = clean(found.get("nameWithOwner") or found.get("name"), MAX_SHORT) or repository
    for key, part in found.items():
        if key == _ALERTS:
            yield part, repository_of(found) or named
        else:
            yield from _connections(part, named, gathering)


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
    total = connection.get("totalCount")
    more = as_object(connection.get("pageInfo")).get("hasNextPage") is True
    if more or (isinstance(total, int) and total > len(nodes)):
        gathering.fail(_INCOMPLETE)
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
