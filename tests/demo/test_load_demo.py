"""The demonstration loads once, completely, in both languages."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from checklist_app.cli.paths import CONTENT
from checklist_app.cli.prepare import load_content
from checklist_app.config import Config
from checklist_app.demo import load_demo
from checklist_app.demo.load import new_password
from checklist_app.demo.story import chapter
from checklist_app.domain.vocabulary import Outcome
from checklist_app.jobs.transactions import reading
from checklist_app.models import (
    ChecklistItem,
    Finding,
    Remediation,
    Report,
    ScanImport,
    User,
    Waiver,
)
from checklist_app.models.base import Base
from checklist_app.services.clock import now
from checklist_app.services.passwords import check_password, own_words, password_matches
from checklist_app.services.resources import Resources


def count(resources: Resources, table: type[Base]) -> int:
    with reading(resources) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_it_shows_a_living_system_and_loads_once(resources: Resources) -> None:
    load_content(resources, CONTENT)

    demo = load_demo(resources)

    assert demo.projects == ("lumbre-banca-movil", "lumbre-mobile-banking", "owasp-checklist")
    assert demo.password is not None
    with reading(resources) as session:
        outcomes = set(session.scalars(select(ChecklistItem.outcome)))
        owner = session.scalars(select(User).where(User.email == demo.email)).one()
        reports = session.scalars(select(Report)).all()
        scanned_at = session.scalars(select(ScanImport.started_at)).all()
    assert outcomes == {*Outcome, None}
    assert password_matches(owner, demo.password)
    assert [report.pdf_sha256 is not None for report in reports] == [True, True]
    assert len(scanned_at) == 4
    for at in scanned_at:
        assert at is not None
        assert timedelta(days=2) < now() - at < timedelta(days=5), "fresh on the day of loading"
    counts = [count(resources, table) for table in (Finding, Remediation, Waiver, Report)]
    assert all(counts)

    again = load_demo(resources)

    assert (again.projects, again.password) == (demo.projects, None)
    assert counts == [count(resources, table) for table in (Finding, Remediation, Waiver, Report)]


def test_its_password_is_one_that_is_taken() -> None:
    """The words of its people are known, and a password that rests on them is refused."""
    people = [
        User(email=email, name=name)
        for told in chapter("project")["people"].values()
        for email, name in told.values()
    ]
    for password in (new_password() for _ in range(40)):
        for person in people:
            check_password(password, own_words(person, Config()))
