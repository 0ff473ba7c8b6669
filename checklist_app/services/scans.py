"""Scanner reports: kept as evidence, and queued for the job that reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.blob_store import MEGABYTE, BlobStore, StoredBlob
from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput, NotFound, TooLarge
from checklist_app.domain.findings import clean
from checklist_app.domain.permissions import Permission
from checklist_app.domain.text import text
from checklist_app.domain.vocabulary import EvidenceKind, JobKind
from checklist_app.models import Evidence, Job, ScanImport
from checklist_app.queries.access import ProjectAccess
from checklist_app.scanners.archives import is_archive, unpacked
from checklist_app.scanners.base import MAX_REPORT_BYTES
from checklist_app.scanners.table import check_format
from checklist_app.services import audit, jobs
from checklist_app.services.clock import now
from checklist_app.services.evidence import check_quota, keep_evidence, note_blob
from checklist_app.services.uploads import clean_name

LONGEST_ENVIRONMENT = 120
_NOTED = ("new", "changed", "reopened", "gone", "closed", "read")


@dataclass(frozen=True, slots=True)
class TakenReport:
    """A scanner report whose bytes are stored and nobody's evidence yet."""

    name: str
    blob: StoredBlob


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was not taken in, and why."""

    name: str
    error: InvalidInput | TooLarge


def take_each(
    store: BlobStore, config: Config, files: Iterable[tuple[str, IO[bytes]]]
) -> tuple[list[TakenReport], list[RefusedFile]]:
    """Store several files, each by itself: one that cannot be taken stops none of the others.

    Raises:
        StorageFull: no room is left.
    """
    taken: list[TakenReport] = []
    refused: list[RefusedFile] = []
    for name, source in files:
        try:
            taken += take_reports(store, config, name, source)
        except (InvalidInput, TooLarge) as error:
            refused.append(RefusedFile(clean_name(name), error))
    return taken, refused


def import_each(
    session: Session,
    access: ProjectAccess,
    config: Config,
    taken: Iterable[TakenReport],
    *,
    environment: str = "",
    named_format: str = "",
) -> tuple[list[ScanImport], list[RefusedFile]]:
    """Import several reports as :func:`import_report` does, but leave out what finds no room.

    Raises:
        InvalidInput: there is no such format; nothing is imported.
    """
    check_format(named_format)
    imports: list[ScanImport] = []
    refused: list[RefusedFile] = []
    for report in taken:
        try:
            scan_import, _ = import_report(
                session,
                access,
                config,
                report,
                environment=environment,
                named_format=named_format,
            )
        except TooLarge as error:  # raised before anything of it is written
            refused.append(RefusedFile(report.name, error))
        else:
            imports.append(scan_import)
    return imports, refused


def take_reports(
    store: BlobStore, config: Config, name: str, source: IO[bytes]
) -> list[TakenReport]:
    """Store a scanner report, or those in an archive, one by one; touches no database.

    Raises:
        InvalidInput: the file is empty.
        TooLarge: it is larger than an upload may be.
        UnreadableReport: it is an archive that cannot be unpacked safely.
    """
    blob = store.put(source, limit=config.max_upload_mb * MEGABYTE)
    if not blob.size:
        raise InvalidInput(text("The file is empty."), field="files")
    path = store.path(blob.sha256)
    with path.open("rb") as stored:
        is_packed = is_archive(stored.read(4))
    if not is_packed:
        return [TakenReport(clean_name(name), blob)]
    taken = []
    with unpacked(path) as members:
        for member in members:
            with member.path.open("rb") as unpacked_file:
                inner = store.put(unpacked_file, limit=MAX_REPORT_BYTES)
            called = member.name or name.removesuffix(".gz")
            taken.append(TakenReport(clean_name(called), inner))
    return taken


def import_report(
    session: Session,
    access: ProjectAccess,
    config: Config,
    taken: TakenReport,
    *,
    environment: str = "",
    named_format: str = "",
) -> tuple[ScanImport, Job]:
    """Keep a report as evidence and queue the job that reads it.

    Args:
        session: the transaction of the caller.
        access: who imports it into which project.
        config: for the quota of the project.
        taken: the stored file.
        environment: the branch or environment that was scanned, in the words of the project; with
            the tool and its target it tells which earlier report this one follows.
        named_format: key of the format that the person says it has; empty leaves it to the content.

    Raises:
        InvalidInput: there is no such format.
    """
    access.require(Permission.SCAN_IMPORT)
    check_format(named_format)
    evidence = _known_report(session, access, taken)
    if evidence is None:
        check_quota(session, access, config, taken.blob.size)
        evidence = keep_evidence(
            session,
            access,
            None,
            Evidence(
                kind=EvidenceKind.SCAN,
                title=taken.name,
                file_name=taken.name,
                media_type="application/octet-stream",
                blob_sha256=note_blob(session, taken.blob),
            ),
        )
    scan_import = ScanImport(
        project_id=access.project.id,
        evidence_id=evidence.id,
        account={},
        environment=clean(environment, LONGEST_ENVIRONMENT),
        named_format=named_format,
        imported_by_id=access.actor.user_id,
        created_at=now(),
    )
    session.add(scan_import)
    session.flush()
    job = jobs.enqueue(
        session,
        access.actor,
        access.project.id,
        JobKind.IMPORT_SCAN,
        {"scan_import_id": scan_import.id},
    )
    scan_import.job_id = job.id
    audit.record(
        session,
        access.actor,
        "project:scan:upload",
        taken.name,
        project_id=access.project.id,
        sha256=taken.blob.sha256,
        **({"named_format": named_format} if named_format else {}),
    )
    return scan_import, job


def report_to_read(session: Session, scan_import_id: int) -> tuple[ScanImport, str]:
    """Return an import and the SHA-256 of its raw report."""
    scan_import = session.get(ScanImport, scan_import_id)
    if scan_import is None or scan_import.evidence.blob_sha256 is None:
        raise NotFound
    return scan_import, scan_import.evidence.blob_sha256


def note_import(session: Session, scan_import: ScanImport) -> None:
    """Note that an import is over, with what its account says."""
    account = scan_import.account
    scan_import.finished_at = now()
    audit.record(
        session,
        None,
        "project:scan:import",
        scan_import.tool,
        project_id=scan_import.project_id,
        scan_import_id=scan_import.id,
        **{name: account[name] for name in _NOTED},
    )


def _known_report(session: Session, access: ProjectAccess, taken: TakenReport) -> Evidence | None:
    return session.scalar(
        select(Evidence)
        .where(
            Evidence.project_id == access.project.id,
            Evidence.kind == EvidenceKind.SCAN,
            Evidence.blob_sha256 == taken.blob.sha256,
        )
        .limit(1)
    )
