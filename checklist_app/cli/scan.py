"""``checklist scan check``: what a scanner report says, without any database."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import json_option, say
from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import Severity

if TYPE_CHECKING:
    from checklist_app.cli.routes import Routes
    from checklist_app.domain.findings import ParsedScan


@click.group(help=say(text("Look at scanner reports.")))
def scan() -> None:
    """Hold the commands."""


@scan.command(help=say(text("Read scanner reports and say what is in them; stores nothing.")))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def check(*, files: tuple[Path, ...], as_json: bool) -> int:
    """Print one line for each file; end with 1 when any could not be read."""
    from checklist_app.cli.routes import load_routes  # noqa: PLC0415 - reads the content

    routes = load_routes()
    failed = False
    for path in files:
        facts = _facts(path, routes)
        failed = failed or "error" in facts
        click.echo(json.dumps(facts, ensure_ascii=False) if as_json else _line(facts))
    return int(failed)


def _facts(path: Path, routes: Routes) -> dict[str, Any]:
    from checklist_app.scanners.confined import parse_confined  # noqa: PLC0415

    try:
        parsed = parse_confined(path)
    except DomainError as error:
        return {"file": str(path), "error": say(error.text)}
    except OSError as error:
        return {"file": str(path), "error": error.strerror or str(error)}
    return {"file": str(path), **_told(parsed), "routes": routes.of(parsed)}


def _told(parsed: ParsedScan) -> dict[str, Any]:
    severities = Counter(finding.severity for finding in parsed.findings)
    cwes = Counter(cwe for finding in parsed.findings for cwe in finding.cwes)
    account = parsed.account
    return {
        "format": parsed.format,
        "tool": parsed.tool,
        "version": parsed.tool_version,
        "target": parsed.target,
        "findings": len(parsed.findings),
        "occurrences": sum(finding.occurrences for finding in parsed.findings),
        "by_severity": {severity.value: severities[severity] for severity in Severity},
        "by_cwe": {str(cwe): cwes[cwe] for cwe in sorted(cwes)},
        "account": {
            "read": account.read,
            "findings": account.findings,
            "passes": account.passes,
            "suppressed": account.suppressed,
            "observations": account.observations,
            "skipped": account.skipped,
            "merged": account.merged,
            "skipped_reasons": [
                {"count": part.count, "reason": say(part.reason)} for part in parsed.skipped
            ],
        },
        "problems": [say(problem) for problem in parsed.problems],
    }


def _line(facts: dict[str, Any]) -> str:
    if "error" in facts:
        return f"{facts['file']}: {facts['error']}"
    account = facts["account"]
    reached = ", ".join(
        f"{standard}: {len(identifiers)}" for standard, identifiers in facts["routes"].items()
    )
    return say(
        text(
            "%(file)s: %(tool)s %(version)s, %(read)s results read, %(findings)s findings; "
            "requirements reached: %(reached)s",
            file=facts["file"],
            tool=facts["tool"],
            version=facts["version"],
            read=account["read"],
            findings=facts["findings"],
            reached=reached or "–",
        )
    )
