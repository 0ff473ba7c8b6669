"""Inviting: as what, in which language, and into a project only by whoever manages its members."""

from __future__ import annotations

import re
from datetime import timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.models import Membership, User
from checklist_app.services.clock import now
from tests.cast import Cast
from tests.web.conftest import Visit

PERSON = {"email": "nueva@example.org", "name": "Nueva", "organisation_role": "member"}


def newcomer(session: Session) -> User | None:
    return session.scalar(select(User).where(User.email == "nueva@example.org"))


def test_an_invitation_waits_for_two_days(visit: Visit) -> None:
    page = visit("ada").post("/admin/users", {**PERSON, "language": "es"}).text
    (link,) = set(re.findall(r"/set-password/[\w-]{43}", page))
    with time_machine.travel(now() + timedelta(hours=47, minutes=59)):
        assert visit("nobody").get(link).status_code == 200
    with time_machine.travel(now() + timedelta(hours=48, seconds=1)):
        assert visit("nobody").get(link).status_code == 404


def test_an_administrator_who_manages_no_project_invites_into_none(
    visit: Visit, session: Session
) -> None:
    ada = visit("ada")
    assert 'name="project"' not in ada.get("/admin/users").text
    ada.post("/admin/users", {**PERSON, "language": "es", "project": "banca", "role": "owner"})
    found = newcomer(session)
    assert found is not None
    assert session.scalars(select(Membership.id).where(Membership.user_id == found.id)).all() == []


def test_whoever_manages_a_project_may_invite_into_it(
    visit: Visit, session: Session, cast: Cast
) -> None:
    session.get_one(User, cast.alice.user_id).organisation_role = OrganisationRole.ADMINISTRATOR
    session.commit()
    alice = visit("alice")
    form = {**PERSON, "language": "es", "role": "reviewer"}
    refused = alice.post("/admin/users", {**form, "project": "ajeno"})
    assert refused.status_code == 422
    assert newcomer(session) is None
    session.rollback()
    assert alice.post("/admin/users", {**form, "project": "banca"}).status_code == 200
    found = newcomer(session)
    assert found is not None
    role = session.scalars(select(Membership.role).where(Membership.user_id == found.id)).one()
    assert role is Role.REVIEWER
