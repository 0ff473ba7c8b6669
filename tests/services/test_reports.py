"""Ordering, building and recognising reports."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Forbidden, NotFound
from checklist_app.domain.vocabulary import JobState, Language
from checklist_app.jobs.transactions import reading
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import Event, Report
from checklist_app.services.reports import find_issued, open_report, read_snapshot, request_report
from checklist_app.services.resources import Resources
from checklist_app.services.verification import check_report
from tests.cast import Cast, make_checklist


def order(session: Session, resources: Resources, cast: Cast, name: str = "bob") -> Report:
    checklist = make_checklist(session, cast.access("alice"))
    report, _ = request_report(
        session, cast.access(name), resources.config, resources.store, checklist, Language.EN
    )
    session.commit()
    return report


def test_an_ordered_report_has_its_number_and_its_snapshot(
    session: Session, resources: Resources, cast: Cast
) -> None:
    first = order(session, resources, cast)
    second = order(session, resources, cast)

    assert (first.number, second.number) == (1, 2)
    assert first.pdf_sha256 is None
    snapshot = read_snapshot(resources.store, first)
    assert (snapshot.number, snapshot.project.name) == (1, "Banca")
    assert snapshot.verify_url == "http://localhost/verify"
    assert snapshot.public_id != read_snapshot(resources.store, second).public_id


@pytest.mark.parametrize("name", ["carla", "vera"])
def test_only_reviewers_order_reports(
    session: Session, resources: Resources, cast: Cast, name: str
) -> None:
    with pytest.raises(Forbidden):
        order(session, resources, cast, name)


def test_a_report_is_opened_through_its_project(
    session: Session, resources: Resources, cast: Cast
) -> None:
    order(session, resources, cast)

    assert open_report(session, cast.access("vera"), 1).number == 1
    with pytest.raises(NotFound):
        open_report(session, cast.access("vera"), 2)


def test_a_built_report_is_issued_verifies_and_is_recognised(
    session: Session, resources: Resources, cast: Cast
) -> None:
    report = order(session, resources, cast)
    report_id, job_id = report.id, report.job_id
    assert job_id is not None

    assert work_until_over(resources, job_id) is JobState.DONE

    with reading(resources) as other:
        done = other.get_one(Report, report_id)
        assert done.pdf_sha256 is not None
        assert done.unsigned_sha256 is not None
        assert done.pages > 0
        pdf = resources.store.path(done.pdf_sha256).read_bytes()
        issued = find_issued(other, resources.store, done.pdf_sha256)
        assert issued is not None
        assert (issued.project, issued.number, issued.is_draft) == ("Banca", 1, True)
        assert find_issued(other, resources.store, done.unsigned_sha256) is None
        assert check_report(other, resources, BytesIO(pdf)).verification.is_valid
        altered = pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:]
        assert not check_report(other, resources, BytesIO(altered)).verification.is_valid
        names = other.scalars(select(Event.name).where(Event.project_id == done.project_id)).all()
    assert {"project:report:request", "project:report:issue"} <= set(names)
