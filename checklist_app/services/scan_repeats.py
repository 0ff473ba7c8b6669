"""A report that was imported before, while nothing of what it is compared with has changed since.

Importing the same file twice changes nothing the second time. So where its bytes, the program and
all that the first import left in the database are the very same, the second one need not read it:
it is told what the first was told, with everything known before. In doubt it is read.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path

from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session

import checklist_app
from checklist_app.catalog.cwe import FILE as WEAKNESSES
from checklist_app.models import Finding, FindingSighting, Mapping, Project, ScanImport, ScanScope
from checklist_app.models.base import LongText
from checklist_app.services.corrected_routes import rules_led_somewhere
from checklist_app.services.finding_rows import COMPARED
from checklist_app.services.routing import BATCH
from checklist_app.services.scans import note_import

_COMPARED_WITH = ("fingerprint", "gone_at", *COMPARED)
_TOLD = (
    "format", "tool", "tool_version", "scope_id", "started_at", "command_line", "stamp",
)  # fmt: skip
"""What an import says that depends on nothing but its file."""
_NOTHING_NEW = ("new", "reopened", "gone", "closed", "changed")


def may_be_repeated(session: Session, scan_import: ScanImport) -> bool:
    """Whether the newest import of the scope had this very file; cheap, and nothing is promised."""
    return _earlier(session, scan_import) is not None


def repeat(session: Session, scan_import: ScanImport) -> bool:
    """Tell an import what its file was told before, if reading it could change nothing.

    Returns:
        Whether that is so; otherwise nothing was written, and the file has to be read.
    """
    earlier = _earlier(session, scan_import)
    if earlier is None or earlier.scope_id is None:
        return False
    project = session.scalars(
        select(Project).where(Project.id == scan_import.project_id).with_for_update(read=True)
    ).one()
    scope = session.scalars(
        select(ScanScope).where(ScanScope.id == earlier.scope_id).with_for_update()
    ).one()
    if earlier is not _newest(session, scope.id) or earlier.stamp != _stamp(
        session, project, earlier, scope
    ):
        return False
    for name in _TOLD:
        setattr(scan_import, name, getattr(earlier, name))
    before = earlier.account
    scan_import.account = {
        **before,
        **dict.fromkeys(_NOTHING_NEW, 0),
        "seen": before["seen"] + before["new"] + before["reopened"],
    }
    note_import(session, scan_import)
    return True


def leave_stamp(
    session: Session, project: Project, scan_import: ScanImport, scope: ScanScope
) -> None:
    """Write down what an import that is about to end depended on, as it leaves it."""
    scan_import.stamp = _stamp(session, project, scan_import, scope)


def _earlier(session: Session, scan_import: ScanImport) -> ScanImport | None:
    """Return the last import of the same bytes under the same names, if it is its scope's last."""
    earlier = session.scalar(
        select(ScanImport)
        .where(
            ScanImport.project_id == scan_import.project_id,
            ScanImport.evidence_id == scan_import.evidence_id,
            ScanImport.environment == scan_import.environment,
            ScanImport.named_format == scan_import.named_format,
            ScanImport.finished_at.is_not(None),
            ScanImport.id != scan_import.id,
        )
        .order_by(ScanImport.finished_at.desc(), ScanImport.id.desc())
        .limit(1)
    )
    if earlier is None or earlier.stamp is None or earlier.scope_id is None:
        return None
    return earlier if earlier is _newest(session, earlier.scope_id) else None


def _newest(session: Session, scope_id: int) -> ScanImport | None:
    return session.scalar(
        select(ScanImport)
        .where(ScanImport.scope_id == scope_id, ScanImport.finished_at.is_not(None))
        .order_by(ScanImport.finished_at.desc(), ScanImport.id.desc())
        .limit(1)
    )


def _stamp(
    session: Session, project: Project, scan_import: ScanImport, scope: ScanScope
) -> str | None:
    """Return the digest of all that decides what a file does; None where the file is not ours."""
    blob = scan_import.evidence.blob_sha256
    if blob is None:
        return None
    led = rules_led_somewhere(session, project)
    known = hashlib.sha256(_program())
    facts = (
        (blob, scan_import.named_format, scan_import.environment),
        (project.gone_policy.value, scope.id, scope.last_started_at),
        (sorted(led.own), sorted(led.general)),
    )
    for fact in chain(facts, _routes(session), _findings(session, scope)):
        known.update(repr(fact).encode("utf-8", "surrogatepass"))
    return known.hexdigest()


def _routes(session: Session) -> Iterable[tuple[object, ...]]:
    """Yield the keys that speak to some requirement of the library."""
    keys = session.execute(
        select(Mapping.kind, Mapping.key).distinct().order_by(Mapping.kind, Mapping.key)
    )
    return ((kind.value, key) for kind, key in keys)


def _findings(session: Session, scope: ScanScope) -> Iterable[tuple[object, ...]]:
    """Yield all that a report of the scope is compared with, as it is stored."""
    stored = (type_coerce(getattr(Finding, name), LongText) for name in _COMPARED_WITH)
    seen = (
        select(FindingSighting.finding_id, FindingSighting.is_present, *stored)
        .join(Finding, Finding.id == FindingSighting.finding_id)
        .where(FindingSighting.scope_id == scope.id)
        .order_by(FindingSighting.finding_id)
        .limit(BATCH)
    )
    last = 0
    while rows := session.connection().execute(seen.where(FindingSighting.finding_id > last)).all():
        yield from map(tuple, rows)
        last = rows[-1][0]


@cache
def _program() -> bytes:
    """Return the digest of everything that reads reports here: what may read one otherwise."""
    digest = hashlib.sha256(sys.version.encode())
    digest.update(repr(sorted(f"{each.name} {each.version}" for each in distributions())).encode())
    sources = sorted(Path(checklist_app.__file__).parent.rglob("*.py"))
    for source in (*sources, WEAKNESSES):
        digest.update(source.read_bytes())
    return digest.digest()
