"""The same file again is not read where that could change nothing, and always where it could."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.standards import Section
from checklist_app.domain.vocabulary import FindingMark, FindingStatus, JobState
from checklist_app.jobs import handlers
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Event, Finding, Job, Project, ScanImport
from checklist_app.scanners.confined import read_confined
from checklist_app.services import scan_repeats
from checklist_app.services.clock import now
from checklist_app.services.corrections import correct_route
from checklist_app.services.resources import Resources
from checklist_app.services.scans import import_report, take_reports
from checklist_app.services.standards import load_standard
from tests.cast import Cast, make_checklist
from tests.jobs.scan_files import sarif
from tests.library import both, requirement, standard

Bring = Callable[..., ScanImport]
THREE = sarif(3)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which every reading of a report adds its path."""
    seen: list[str] = []

    def note(path: Any, **limits: Any) -> Any:
        seen.append(path.name)
        return read(path, **limits)

    read = read_confined
    monkeypatch.setattr(handlers, "read_confined", note)
    return seen


@pytest.fixture
def bring(resources: Resources, session: Session, cast: Cast) -> Bring:
    """Return a function that imports a report by its job and gives the import back."""

    def imported(data: bytes, environment: str = "main", named: str = "") -> ScanImport:
        (taken,) = take_reports(resources.store, resources.config, "x.sarif", BytesIO(data))
        scan_import, job = import_report(
            session,
            cast.access("alice"),
            resources.config,
            taken,
            environment=environment,
            named_format=named,
        )
        session.commit()
        assert work_until_over(resources, job.id) is JobState.DONE
        session.expire_all()
        return scan_import

    return imported


def facts(session: Session, scan_import: ScanImport) -> dict[str, Any]:
    """Return all that an import and its job tell of themselves, but when and which they are."""
    own = {
        column.key: getattr(scan_import, column.key)
        for column in ScanImport.__table__.columns
        if column.key not in {"id", "job_id", "created_at", "finished_at"}
    }
    job = session.get_one(Job, scan_import.job_id)
    event = session.scalars(
        select(Event).where(Event.name == "project:scan:import").order_by(Event.id.desc()).limit(1)
    ).one()
    told = {name: value for name, value in event.details.items() if name != "scan_import_id"}
    return {**own, "job": (job.message, job.progress, job.total), "event": (event.target, told)}


@pytest.mark.parametrize("data", [THREE, sarif(0), sarif(5, cwe=1004)], ids=["3", "none", "other"])
def test_what_is_told_without_reading_is_what_reading_tells(
    session: Session, cast: Cast, bring: Bring, reads: list[str], data: bytes
) -> None:
    make_checklist(session, cast.access("alice"))
    bring(data)
    session.execute(update(ScanImport).values(stamp=None))
    read = facts(session, bring(data))
    assert len(reads) == 2

    untold = bring(data)

    assert len(reads) == 2
    assert untold.finished_at is not None
    assert facts(session, untold) == read
    assert facts(session, bring(data)) == read
    assert len(reads) == 2


def close_by_hand(session: Session, cast: Cast) -> None:
    session.execute(update(Finding).values(status=FindingStatus.CLOSED, gone_at=now()))


def say_something_else(session: Session, cast: Cast) -> None:
    session.execute(update(Finding).values(title="What another scope says of it"))


def enlarge_the_library(session: Session, cast: Cast) -> None:
    more = requirement("X-1", "Más", "More", cwe=(117,))
    section = Section("X", both("X", "X"), both("X.", "X."), (more,))
    load_standard(session, replace(standard("2.0"), sections=(section,)))


def correct_a_route(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    finding_id = session.scalars(select(Finding.id).limit(1)).one()
    correct_route(session, cast.access("alice"), finding_id, identifier="AC-01", leads=True)


def change_the_policy(session: Session, cast: Cast) -> None:
    session.execute(update(Project).values(gone_policy="close"))


@pytest.mark.parametrize(
    "change",
    [close_by_hand, say_something_else, enlarge_the_library, correct_a_route, change_the_policy],
)
def test_whatever_changed_in_between_it_is_read_again(
    session: Session,
    cast: Cast,
    bring: Bring,
    reads: list[str],
    change: Callable[[Session, Cast], None],
) -> None:
    bring(THREE)
    change(session, cast)
    session.commit()

    bring(THREE)

    assert len(reads) == 2


def test_what_was_closed_in_between_is_open_again(
    session: Session, cast: Cast, bring: Bring
) -> None:
    bring(THREE)
    close_by_hand(session, cast)
    session.commit()

    account = bring(THREE).account

    assert (account["reopened"], account["seen"]) == (3, 0)
    assert set(session.scalars(select(Finding.status))) == {FindingStatus.OPEN}


def test_what_another_report_says_of_the_same_findings_is_noticed(
    session: Session, bring: Bring, reads: list[str]
) -> None:
    bring(THREE)
    bring(THREE.replace(b"Joined query", b"Query from parts"), "release")

    assert bring(THREE).account["changed"] == 3
    assert len(reads) == 3


def test_after_another_report_of_its_scope_an_earlier_file_is_read_again(
    bring: Bring, reads: list[str]
) -> None:
    bring(THREE)
    assert bring(sarif(2)).account["gone"] == 1

    account = bring(THREE).account

    assert (account["reopened"], account["seen"]) == (1, 2)
    assert len(reads) == 3


def test_under_other_names_the_same_file_is_read(bring: Bring, reads: list[str]) -> None:
    bring(THREE)
    bring(THREE, "release")
    bring(THREE, named="sarif")
    assert len(reads) == 3

    bring(THREE, named="sarif")
    assert len(reads) == 3


def test_another_program_reads_it_again(
    bring: Bring, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(THREE)
    monkeypatch.setattr(scan_repeats, "_program", lambda: b"the next release")

    bring(THREE)

    assert len(reads) == 2


def test_a_mark_stays_and_is_no_reason_to_read(
    session: Session, bring: Bring, reads: list[str]
) -> None:
    bring(THREE)
    session.execute(update(Finding).values(mark=FindingMark.FALSE_POSITIVE))
    session.commit()

    bring(THREE)

    assert len(reads) == 1
    assert set(session.scalars(select(Finding.mark))) == {FindingMark.FALSE_POSITIVE}
