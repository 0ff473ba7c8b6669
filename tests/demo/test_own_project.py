"""This program as a project: complete, signed by nobody else, and new only when it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from checklist_app.catalog import self_assessment
from checklist_app.catalog.self_assessment import load_self_assessment
from checklist_app.cli.paths import CONTENT
from checklist_app.cli.prepare import load_content
from checklist_app.demo.own_project import let_in, load_own_project
from checklist_app.domain.vocabulary import ChecklistStatus, Language, Role
from checklist_app.jobs.transactions import reading
from checklist_app.models import Checklist, ChecklistItem, Evidence, EvidenceLink, User, Verdict
from checklist_app.queries.access import open_project
from checklist_app.queries.people import actor_of, find_user
from checklist_app.services.resources import Resources
from tests.cast import Cast


@pytest.fixture
def stocked(resources: Resources) -> Resources:
    load_content(resources, CONTENT)
    return resources


def test_both_lists_are_told_to_their_end_and_signed_as_what_they_are(stocked: Resources) -> None:
    found = load_self_assessment()

    own = load_own_project(stocked, Language.ES)

    with reading(stocked) as session:
        for short, number in own.checklists.items():
            checklist = session.scalars(select(Checklist).where(Checklist.number == number)).one()
            outcomes = session.scalars(
                select(ChecklistItem.outcome)
                .where(ChecklistItem.checklist_id == checklist.id)
                .order_by(ChecklistItem.position)
            ).all()
            assert outcomes == [verdict.outcome for verdict in found.lists[short].verdicts]
            assert checklist.status is ChecklistStatus.SIGNED_OFF
        authors = session.scalars(select(User.name).join(Verdict).distinct()).all()
        passwords = session.scalars(select(User.password_hash)).all()
    assert authors == ["Autoevaluación del proyecto (no independiente)"]
    assert passwords == [None]


def test_a_verdict_names_its_places_and_each_file_has_its_hash(stocked: Resources) -> None:
    load_own_project(stocked, Language.EN)

    first = load_self_assessment().lists["base"].verdicts[0]
    with reading(stocked) as session:
        said = session.scalars(select(Verdict.rationale).order_by(Verdict.id)).first() or ""
        notes = {one.title: one.note for one in session.scalars(select(Evidence))}
        links = session.scalar(select(func.count()).select_from(EvidenceLink))
    assert said.startswith(first.rationale[Language.EN])
    for citation in first.evidence:
        assert f"`{citation.written}`" in said
        digest = self_assessment.file_digest(citation.path)
        assert notes[citation.path] == f"SHA-256 `{digest}`"
    assert links
    assert links > len(notes)


def test_it_is_loaded_once_and_again_when_a_file_is_another(
    stocked: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = load_own_project(stocked, Language.EN)
    assert load_own_project(stocked, Language.EN) == once

    monkeypatch.setattr(self_assessment.file_digest, "__defaults__", (Path("/nowhere"),))
    later = load_own_project(stocked, Language.EN)

    assert set(later.checklists.values()).isdisjoint(once.checklists.values())
    with reading(stocked) as session:
        said = session.scalars(select(Evidence.note).order_by(Evidence.id.desc())).first()
    assert said == "This file is no part of this installation; it is in the project's repository."


def test_whoever_is_let_in_reads_and_no_more(stocked: Resources, cast: Cast) -> None:
    own = load_own_project(stocked, Language.EN)
    email = cast.charlie.email

    let_in(stocked, own, email)
    let_in(stocked, own, email)

    with reading(stocked) as session:
        guest = find_user(session, email)
        assert guest is not None
        assert open_project(session, actor_of(guest), own.slug).role is Role.VIEWER
