"""``checklist verify``: who signed a report, when, and whether it is still what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli import remote
from checklist_app.cli.client import server
from checklist_app.cli.console import answer, json_option, say
from checklist_app.cli.remote import url_option
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text

if TYPE_CHECKING:
    from checklist_app.services.verification import CheckedReport


@click.command(help=say(text("Say who signed a report, when, and whether anything changed since.")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@url_option
@json_option
def verify(*, file: Path, url: str, as_json: bool) -> int:
    """Judge a PDF; end with 0 only when it is an unchanged report that was issued here."""
    client = server(url, needs_token=False)
    if client is not None:
        facts = _of_server(file, remote.verify(client, file))
        answer(facts, *_remote_lines(facts), as_json=as_json)
        return 0 if facts["valid"] else 1
    return _verify_here(file, as_json=as_json)


def _verify_here(file: Path, *, as_json: bool) -> int:
    from checklist_app.services.verification import check_report  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions() as session, file.open("rb") as source:
        checked = check_report(session, resources, source)
    answer(_facts(file, checked), *_lines(file, checked), as_json=as_json)
    return 0 if checked.verification.is_valid else 1


def _of_server(file: Path, found: dict[str, Any]) -> dict[str, Any]:
    issued = found["issued"] or {}
    names = ("verdict", "reasons", "sha256", "signer", "signed_at", "timestamped_at", "issued_here")
    return {
        "file": str(file),
        "valid": found["is_valid"],
        **{name: found[name] for name in names},
        "project": issued.get("project"),
        "report": issued.get("number"),
    }


def _remote_lines(facts: dict[str, Any]) -> list[str]:
    verdict = say(text("valid")) if facts["valid"] else say(text("NOT valid"))
    return [f"{facts['file']}: {verdict}", *(f"  {reason}" for reason in facts["reasons"])]


def _facts(file: Path, checked: CheckedReport) -> dict[str, Any]:
    found = checked.verification
    return {
        "file": str(file),
        "valid": found.is_valid,
        "verdict": found.verdict.value,
        "reasons": [say(reason) for reason in found.reasons],
        "sha256": found.sha256,
        "signer": found.signer,
        "certificate": found.certificate_subject,
        "certificate_sha256": found.certificate_sha256,
        "signed_at": found.signed_at.isoformat() if found.signed_at else None,
        "timestamped_at": found.timestamped_at.isoformat() if found.timestamped_at else None,
        "issued_here": found.issued_here,
        "project": checked.issued.project if checked.issued else None,
        "report": checked.issued.number if checked.issued else None,
    }


def _lines(file: Path, checked: CheckedReport) -> list[str]:
    found = checked.verification
    verdict = say(text("valid")) if found.is_valid else say(text("NOT valid"))
    lines = [f"{file}: {verdict}", *(f"  {say(reason)}" for reason in found.reasons)]
    if found.is_valid and found.signed_at:
        lines.append(
            "  "
            + say(
                text(
                    "Signed by %(signer)s with the certificate of %(certificate)s, %(moment)s UTC.",
                    signer=found.signer,
                    certificate=found.certificate_subject,
                    moment=f"{found.signed_at:%Y-%m-%d %H:%M}",
                )
            )
        )
    return lines
