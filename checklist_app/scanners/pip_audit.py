"""pip-audit JSON: the vulnerabilities of Python dependencies.

Source: the JSON format of pip-audit. A result is one entry of the ``vulns`` of a dependency. The
first versions wrote the list of dependencies alone. What pip-audit skipped was not audited, though
it then prints that no vulnerability is known: such a scan is not clean.
"""

from __future__ import annotations

import re
from typing import Any

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import (
    MAX_DESCRIPTION,
    MAX_RULE_ID,
    MAX_SHORT,
    MAX_TITLE,
    Location,
    ParsedFinding,
    ParsedScan,
    clean,
)
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity
from checklist_app.scanners.base import About, Head, Kind, Parser, Report, fingerprint, wrong_type
from checklist_app.scanners.reading import Gathering, document
from checklist_app.untrusted.json_text import as_list, as_object

TOOL = "pip-audit"

_VULNERABLE_COMPONENT = (1395,)
_EMPTY = re.compile(r'\{\s*"dependencies"\s*:\s*\[\s*\]\s*(?:,\s*"fixes"\s*:\s*\[\s*\]\s*)?\}\s*\Z')
_UNNAMED = text("The entry names no vulnerability, so nothing can be read from it.")


def recognises(head: Head) -> bool:
    """Whether this is the beginning of a pip-audit report."""
    if head.kind is not Kind.JSON or head.has_key("vulnerabilities"):
        return False
    dependency = head.has_key("name") and (head.has_key("vulns") or head.has_key("skip_reason"))
    whole = head.text.startswith("[") or head.has_key("dependencies")
    return (whole and dependency) or _EMPTY.match(head.text) is not None


def parse(report: Report) -> ParsedScan:
    """Read a pip-audit report.

    Raises:
        UnreadableReport: it is no JSON, has no list of dependencies, or one of the wrong type.
    """
    dependencies = _dependencies(document(report))
    gathering = Gathering("pip-audit", TOOL)
    skipped: list[tuple[str, str]] = []
    for number, dependency in enumerate(dependencies):
        if not isinstance(dependency, dict):
            raise wrong_type(f"dependencies[{number}]", "{…}")
        vulns = dependency.get("vulns")
        if vulns is not None and not isinstance(vulns, list):
            raise wrong_type(f"dependencies[{number}].vulns", "[…]")
        if vulns is None:
            skipped.append(_skipped(dependency))
        for vulnerability in vulns or ():
            result = _result(dependency, as_object(vulnerability))
            gathering.add(result) if result else gathering.skip(_UNNAMED)
    _check(gathering, len(dependencies), skipped)
    return gathering.scan()


def _dependencies(root: Any) -> list[Any]:
    """Return the dependencies of a report, of a list of reports, or the list they are alone in."""
    if isinstance(root, list) and any("dependencies" in as_object(part) for part in root):
        return [found for part in root for found in _dependencies(part)]
    if isinstance(root, dict) and "dependencies" not in root:
        raise UnreadableReport(
            text("This pip-audit report has no list of dependencies. Write it with --format json.")
        )
    found = root.get("dependencies") if isinstance(root, dict) else root
    if not isinstance(found, list):
        raise wrong_type("dependencies", "[…]")
    return found


def _skipped(dependency: dict[str, Any]) -> tuple[str, str]:
    return (
        clean(dependency.get("name"), MAX_SHORT) or "?",
        clean(dependency.get("skip_reason"), MAX_SHORT),
    )


def _check(gathering: Gathering, count: int, skipped: list[tuple[str, str]]) -> None:
    if not count:
        gathering.fail(text("No dependency was found, so nothing was checked."))
    if skipped:
        name, reason = skipped[0]
        gathering.fail(
            text(
                "Dependencies that were not audited: %(count)s of %(total)s, such as %(name)s. "
                "Nothing is known of them. %(reason)s",
                count=len(skipped),
                total=count,
                name=name,
                reason=reason,
            )
        )


def _result(dependency: dict[str, Any], vulnerability: dict[str, Any]) -> ParsedFinding | None:
    own = clean(vulnerability.get("id"), MAX_RULE_ID)
    if not own:
        return None
    aliases = [clean(name, MAX_RULE_ID) for name in as_list(vulnerability.get("aliases"))]
    package = clean(dependency.get("name"), MAX_SHORT)
    shown = clean(f"{package}@{clean(dependency.get('version'), 80)}".rstrip("@"), MAX_SHORT)
    versions = (clean(version, 60) for version in as_list(vulnerability.get("fix_versions")))
    fixed = ", ".join(filter(None, versions))
    rule_id = _rule_id(own, aliases)
    return ParsedFinding(
        tool=TOOL,
        rule_id=rule_id,
        title=clean(f"{rule_id}: {shown}", MAX_TITLE),
        description=clean(vulnerability.get("description"), MAX_DESCRIPTION),
        severity=Severity.MEDIUM,  # pip-audit names none
        cwes=_VULNERABLE_COMPONENT,
        tags=(),
        locations=(Location(f"pkg:pypi/{package}", parameter=shown),),
        fingerprint=fingerprint("pip-audit", own, package),
        solution=clean(f"Fixed in: {fixed}", MAX_TITLE) if fixed else "",
        references=(f"https://osv.dev/vulnerability/{own}",),
    )


def _rule_id(own: str, aliases: list[str]) -> str:
    """Return the CVE, if there is just one, else the name of the database."""
    cves = {name for name in (own, *aliases) if name.startswith("CVE-")}
    return own if own in cves or len(cves) != 1 else cves.pop()


PARSER = Parser(
    "pip-audit",
    "pip-audit (JSON)",
    recognises,
    parse,
    About(
        versions="pip-audit 1 (a list of dependencies) and 2 (an object with `dependencies`), "
        "and lists of such reports.",
        source="The JSON format of github.com/pypa/pip-audit.",
        command="`pip-audit --format json --output FILE`",
        result="An entry of `vulns` of a dependency.",
        keys="CWE-1395, for pip-audit names none; rule `pip-audit:<CVE or own id>`.",
        severity="Always medium: pip-audit names none.",
        clean="There are dependencies, all were audited, and none has `vulns`; one with "
        "`skip_reason` was not audited, so the scan is not clean.",
        differs="Without a dependency, or with skipped ones, the scan is not clean.",
    ),
    unsigned=("[]",),
)
