"""``checklist scan``: say what is in reports without any database, or import them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.client import server
from checklist_app.cli.console import json_option, say
from checklist_app.cli.remote import Wait, patience_option, sent, url_option
from checklist_app.cli.system_words import reason_of
from checklist_app.domain.errors import DomainError
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import Severity

if TYPE_CHECKING:
    from checklist_app.cli.routes import Routes
    from checklist_app.domain.actor import Actor
    from checklist_app.domain.findings import ParsedScan
    from checklist_app.jobs.errands import ImportedFile, Said
    from checklist_app.services.resources import Resources


format_option = click.option(
    "--format",
    "named",
    default="",
    metavar="NAME",
    help=say(text("The format of the files, such as gitleaks; found out by what they hold.")),
)


@click.group(help=say(text("Look at scanner reports.")))
def scan() -> None:
    """Hold the commands."""


@scan.command(help=say(text("Read scanner reports and say what is in them; stores nothing.")))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.option(
    "--corrections",
    type=click.Path(path_type=Path),
    help=say(text("File of the corrections for everybody; those of the database if not given.")),
)
@json_option
def check(*, files: tuple[Path, ...], named: str, corrections: Path | None, as_json: bool) -> int:
    """Print one line for each file; end with 1 when any could not be read."""
    from checklist_app.cli.routes import load_routes  # noqa: PLC0415 - reads the content

    routes = load_routes(corrections)
    failed = False
    for path in files:
        for facts in _checked(path, routes, named):
            failed = failed or "error" in facts
            click.echo(json.dumps(facts, ensure_ascii=False) if as_json else _line(facts))
    return int(failed)


@scan.command(
    "import", help=say(text("Import scanner reports into a project, as in the browser; wait."))
)
@click.argument("project")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--user", default="", help=say(text("Who imports them; the first administrator.")))
@click.option("--environment", default="", help=say(text("The branch or environment scanned.")))
@format_option
@click.option(
    "--wait/--no-wait",
    default=True,
    show_default=True,
    help=say(text("Whether to wait until a server has read them; always so on this machine.")),
)
@patience_option
@url_option
@json_option
def import_(
    *, project: str, files: tuple[Path, ...], user: str, environment: str, named: str, **how: Any
) -> int:
    """Print the account of each file; end with 1 when any could not be imported."""
    client = server(how["url"])
    told: Iterator[dict[str, Any]]
    if client is not None:
        fields = {"environment": environment, "format": named}
        wait = Wait(client, project, how["patience"] if how["wait"] else None)
        told = (one for path in files for one in sent(wait, path, fields))
    else:
        told = _imported_here(project, files, user, (environment, named))
    failed = False
    for facts in told:
        failed = failed or "error" in facts
        is_json = how["as_json"]
        click.echo(json.dumps(facts, ensure_ascii=False) if is_json else _import_line(facts))
    return int(failed)


def _imported_here(
    project: str, files: tuple[Path, ...], user: str, said: tuple[str, str]
) -> Iterator[dict[str, Any]]:
    from checklist_app.cli.running import load_config, opened  # noqa: PLC0415 - takes long
    from checklist_app.cli.whole_way import signer  # noqa: PLC0415
    from checklist_app.jobs.errands import Said  # noqa: PLC0415

    with opened(load_config(quiet=True)) as resources:
        with resources.sessions() as session:
            actor = signer(session, user)
        for path in files:
            yield from _imported(resources, actor, project, path, Said(*said))


def _imported(
    resources: Resources, actor: Actor, project: str, path: Path, said: Said
) -> list[dict[str, Any]]:
    from checklist_app.jobs.errands import import_file  # noqa: PLC0415 - takes long to import

    try:
        done = import_file(resources, actor, project, path, said)
    except DomainError as error:
        return [{"file": str(path), "error": say(error.text)}]
    except OSError as error:
        return [{"file": str(path), "error": reason_of(error)}]
    return [_import_facts(path, one) for one in done]


def _import_facts(path: Path, done: ImportedFile) -> dict[str, Any]:
    account = dict(done.account)
    for name in ("skipped_reasons", "problems"):
        account[name] = [_worded(part) for part in account.get(name, [])]
    return {
        "file": str(path),
        "name": done.name,
        "format": done.format,
        "tool": done.tool,
        "account": account,
    }


def _worded(part: dict[str, Any]) -> Any:
    """Return a stored message, or a count with its reason, in the words of this terminal."""
    if "reason" in part:
        return {**part, "reason": say(Text.from_json(part["reason"]))}
    return say(Text.from_json(part))


def _import_line(facts: dict[str, Any]) -> str:
    if "error" in facts:
        return f"{facts['file']}: {facts['error']}"
    if "account" not in facts:
        return say(
            text(
                "%(file)s was accepted; job %(job)s reads it.",
                file=facts["file"],
                job=facts["job_id"],
            )
        )
    names = ("read", "new", "seen", "reopened", "gone", "unrouted")
    return say(
        text(
            "%(file)s: %(tool)s, %(read)s results read: %(new)s new findings, %(seen)s seen "
            "before, %(reopened)s reported again, %(gone)s no longer reported, "
            "%(unrouted)s not routed.",
            file=facts["file"],
            tool=facts["tool"],
            **{name: facts["account"][name] for name in names},
        )
    )


def _checked(path: Path, routes: Routes, named: str) -> Iterator[dict[str, Any]]:
    """Yield the facts of a report, or those of each in an archive."""
    from checklist_app.scanners.archives import is_archive, unpacked  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            is_packed = is_archive(file.read(4))
        if not is_packed:
            yield _facts(path, str(path), routes, named)
            return
        with unpacked(path) as members:
            for member in members:
                name = f"{path}/{member.name}" if member.name else str(path)
                yield _facts(member.path, name, routes, named)
    except DomainError as error:
        yield {"file": str(path), "error": say(error.text)}
    except OSError as error:
        yield {"file": str(path), "error": reason_of(error)}


def _facts(path: Path, name: str, routes: Routes, named: str) -> dict[str, Any]:
    from checklist_app.scanners.confined import parse_confined  # noqa: PLC0415

    try:
        parsed = parse_confined(path, named=named)
    except DomainError as error:
        return {"file": name, "error": say(error.text)}
    return {"file": name, **_told(parsed), "routes": routes.of(parsed)}


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
