"""``checklist verify``: who signed a report, when, and whether it is still what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checklist_app.cli.console import answer, json_option, say
from checklist_app.cli.running import load_config, opened
from checklist_app.domain.text import text

if TYPE_CHECKING:
    from checklist_app.services.verification import CheckedReport


@click.command(help=say(text("Say who signed a report, when, and whether anything changed since.")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def verify(*, file: Path, as_json: bool) -> int:
    """Judge a PDF; end with 0 only when it is an unchanged report that was issued here."""
    from checklist_app.services.verification import check_report  # noqa: PLC0415

    config = load_config(quiet=True)
    with opened(config) as resources, resources.sessions() as session, file.open("rb") as source:
        checked = check_report(session, resources, source)
    answer(_facts(file, checked), *_lines(file, checked), as_json=as_json)
    return 0 if checked.verification.is_valid else 1


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
