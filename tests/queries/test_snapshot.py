"""The picture that a report is made of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.snapshot import ReportSnapshot
from checklist_app.domain.vocabulary import Language, Outcome, Role
from checklist_app.models import Checklist, Standard
from checklist_app.queries.access import ProjectAccess
from checklist_app.queries.snapshot import Edition, build_snapshot
from checklist_app.services.checklists import sign_off, start_checklist
from checklist_app.services.clock import now, today
from checklist_app.services.evidence import attach_note
from checklist_app.services.remediation import grant_waiver, plan_remediation
from checklist_app.services.resources import Resources
from checklist_app.services.set_aside import set_aside_by_item
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist
from tests.library import standard
from tests.statements import counted

MOST_QUERIES = 17


def take(
    session: Session, resources: Resources, access: ProjectAccess, checklist: Checklist
) -> ReportSnapshot:
    edition = Edition(3, "public-id", Language.EN, now().replace(microsecond=0))
    aside = set_aside_by_item(session, access.project, checklist, today())
    return build_snapshot(session, access, resources.config, checklist, edition, aside)


@pytest.fixture
def checklist(session: Session, cast: Cast) -> Checklist:
    """IN-01 failed with a plan, after a partial; IN-02 passed; AC-01 failed and is waived."""
    made = make_checklist(session, cast.access("alice"))
    bob = cast.access("bob")

    def say(identifier: str, outcome: Outcome, rationale: str) -> None:
        opened = item(session, bob, made, identifier)
        version = opened.item.row_version
        record_verdict(session, opened, outcome=outcome, rationale=rationale, row_version=version)

    attach_note(session, bob, item(session, bob, made, "IN-02"), note="Seen.", title="Look")
    say("IN-02", Outcome.PASS, "")
    say("IN-01", Outcome.PARTIAL, "Half of it.")
    say("IN-01", Outcome.FAIL, "None of it.")
    say("AC-01", Outcome.FAIL, "No roles.")
    plan_remediation(
        session,
        item(session, bob, made, "IN-01"),
        plan="Bind values",
        owner_id=cast.carla.user_id,
        due_on=today(),
        row_version=0,
    )
    grant_waiver(
        session,
        item(session, cast.access("alice"), made, "AC-01"),
        justification="Until the new release",
        expires_on=today() + timedelta(days=3),
    )
    return made


def test_it_tells_what_was_concluded(
    session: Session, resources: Resources, cast: Cast, checklist: Checklist
) -> None:
    snapshot = take(session, resources, cast.access("vera"), checklist)
    items = {entry.identifier: entry for entry in snapshot.items}

    assert [section.identifier for section in snapshot.sections] == ["IN", "AC"]
    assert list(items) == ["IN-01", "IN-02", "IN-03", "AC-01", "AC-02"]
    assert items["IN-01"].title == "Bound queries"
    assert items["IN-01"].rationale == "None of it."
    assert items["IN-01"].assessed_by == "Bob"
    assert items["IN-01"].references == ("OWASP ASVS 5.0.0 V1.2.4",)
    assert items["IN-01"].remediation is not None
    assert items["IN-01"].remediation.owner == "Carla"
    assert items["IN-03"].outcome is None
    assert [gap.identifier for gap in snapshot.open_gaps] == ["IN-01"]
    assert [gap.identifier for gap in snapshot.waived_gaps] == ["AC-01"]
    (evidence,) = snapshot.evidence
    assert evidence.items == ("IN-02",)
    assert items["IN-02"].evidence == (evidence.id,)


def test_it_tells_who_and_in_which_order(
    session: Session, resources: Resources, cast: Cast, checklist: Checklist
) -> None:
    snapshot = take(session, resources, cast.access("vera"), checklist)

    changes = [(c.identifier, c.before, c.after) for c in snapshot.verdict_changes]
    assert changes == [
        ("IN-02", None, Outcome.PASS),
        ("IN-01", None, Outcome.PARTIAL),
        ("IN-01", Outcome.PARTIAL, Outcome.FAIL),
        ("AC-01", None, Outcome.FAIL),
    ]
    (assessor,) = snapshot.assessors
    assert (assessor.name, assessor.role, assessor.verdicts) == ("Bob", Role.REVIEWER, 3)
    (point,) = snapshot.gaps_over_time
    assert (point.on, point.open, point.waived) == (today(), 1, 1)
    assert snapshot.signer is None


def test_a_signed_checklist_names_its_signer_and_what_was_left(
    session: Session, resources: Resources, cast: Cast, checklist: Checklist
) -> None:
    reasons = {"IN-03": "No minutes yet", "AC-02": "Next round"}
    sign_off(session, cast.access("alice"), checklist, statement="So it is", left_reasons=reasons)

    snapshot = take(session, resources, cast.access("vera"), checklist)

    assert snapshot.signer is not None
    assert (snapshot.signer.name, snapshot.signer.role) == ("Alice", Role.OWNER)
    assert snapshot.checklist.signed_off_at is not None
    assert [entry.left_reason for entry in snapshot.not_assessed] == list(reasons.values())


def test_it_survives_being_stored(
    session: Session, resources: Resources, cast: Cast, checklist: Checklist
) -> None:
    snapshot = take(session, resources, cast.access("vera"), checklist)

    assert ReportSnapshot.from_json(snapshot.to_json()) == snapshot


def test_345_items_take_no_more_queries_than_five(
    session: Session, resources: Resources, cast: Cast
) -> None:
    access = cast.access("alice")
    load_standard(session, standard("9.0", size=345))
    big = session.query(Standard).filter_by(version="9.0").one()
    checklist = start_checklist(session, access, standard_id=big.id, name="Big")
    session.expire_all()
    _ = access.project.id, checklist.number

    with counted(resources.engine) as statements:
        snapshot = take(session, resources, access, checklist)

    assert len(snapshot.items) == 350
    assert len(statements) <= MOST_QUERIES
