"""What the groups that a provider names give and take, and who may not be locked out by them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import FactorPolicy, OrganisationRole, Role
from checklist_app.models import Membership, User
from checklist_app.services.factor_policy import set_policy
from tests.cast import PASSWORD, Cast
from tests.web.api.program import Program
from tests.web.auth.authenticator import first_step, is_in
from tests.web.auth.providers import Liar
from tests.web.auth.single_sign_on import Opened, arrive
from tests.web.visitor import Visitor


def test_groups_give_roles_and_take_them_again(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    roles = (("boss", "", "administrator"), ("see", "", "auditor"), ("blue", "banca", "reviewer"))
    app = opened(liar.issuer, oidc_roles=roles, oidc_create_accounts=True)

    def come_with(*groups: str) -> tuple[OrganisationRole, Role | None]:
        liar.change = lambda c: {**c, "sub": "n", "email": "n@example.org", "groups": [*groups]}
        visitor = Visitor(app)
        arrive(visitor, liar)
        assert is_in(visitor)
        session.rollback()
        user = session.scalars(select(User).where(User.email == "n@example.org")).one()
        session.refresh(user)
        mine = select(Membership.role).where(Membership.user_id == user.id)
        found = user.organisation_role, session.scalar(mine)
        session.rollback()
        return found

    assert come_with("blue", "other") == (OrganisationRole.MEMBER, Role.REVIEWER)
    assert come_with("boss") == (OrganisationRole.ADMINISTRATOR, None)
    assert come_with("see", "blue") == (OrganisationRole.AUDITOR, Role.REVIEWER)
    assert come_with() == (OrganisationRole.MEMBER, None)


@pytest.mark.parametrize("in_the_token", [True, False])
def test_groups_that_stand_in_the_user_info_alone_are_found(
    opened: Opened, liar: Liar, session: Session, cast: Cast, in_the_token: bool
) -> None:
    liar.user_info = {"sub": "v", "email": "ada@example.org", "groups": ["blue"]}
    told = {"email": "vera@example.org", **({"groups": []} if in_the_token else {})}
    liar.change = lambda claims: {**claims, "sub": "v", **told}
    app = opened(liar.issuer, oidc_roles=(("blue", "banca", "manager"),))
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert is_in(visitor)
    found = select(Membership.role).join(User).where(User.email == "vera@example.org")
    assert session.scalar(found) is (None if in_the_token else Role.MANAGER)


def test_the_address_and_its_proof_come_from_the_same_place(
    opened: Opened, liar: Liar, cast: Cast
) -> None:
    """A token that says nothing of an address vouches for none that is told elsewhere."""
    liar.user_info = {"sub": "v", "email": "vera@example.org", "email_verified": False}
    liar.change = lambda claims: {
        **{name: said for name, said in claims.items() if name != "email"},
        "sub": "v",
        "email_verified": True,
    }
    visitor = Visitor(opened(liar.issuer))
    arrive(visitor, liar)
    assert not is_in(visitor)


def test_an_open_session_follows_what_the_groups_give_elsewhere(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    """Another browser of the same person got a role: this one is asked, and gets a new token."""
    app = opened(liar.issuer, oidc_roles=(("blue", "banca", "owner"),))
    vera = Visitor(app, cast.vera)
    with vera.client.session_transaction() as cookie:
        before = cookie["_user_id"]
    set_policy(session, cast.ada, FactorPolicy.ADMINISTRATORS)
    session.commit()
    assert is_in(vera)
    liar.change = lambda claims: {**claims, "email": "vera@example.org", "groups": ["blue"]}
    arrive(Visitor(app), liar)
    assert vera.get("/").headers["Location"] == "/account/factors"
    set_policy(session, cast.ada, FactorPolicy.OPTIONAL)
    session.commit()
    assert is_in(vera)
    with vera.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_the_last_owner_of_a_project_keeps_it_whatever_the_groups_say(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer, oidc_roles=(("blue", "banca", "viewer"),))
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert visitor.get("/projects/banca").status_code == 200
    role = select(Membership.role).where(
        Membership.user_id == cast.alice.user_id, Membership.project_id == cast.project.id
    )
    assert session.scalar(role) is Role.OWNER


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, None),
        ({"is_active": False}, Role.OWNER),
        ({"organisation_role": OrganisationRole.AUDITOR}, Role.OWNER),
    ],
    ids=["another owner", "one whose account is closed", "one who is an auditor"],
)
def test_only_owners_who_can_act_let_another_one_go(
    opened: Opened,
    liar: Liar,
    session: Session,
    cast: Cast,
    change: dict[str, Any],
    left: Role | None,
) -> None:
    session.execute(
        update(Membership)
        .where(Membership.project_id == cast.project.id, Membership.user_id == cast.bob.user_id)
        .values(role=Role.OWNER)
    )
    if change:
        session.execute(update(User).where(User.id == cast.bob.user_id).values(**change))
    session.commit()
    arrive(Visitor(opened(liar.issuer, oidc_roles=(("blue", "banca", "viewer"),))), liar)
    role = select(Membership.role).where(
        Membership.user_id == cast.alice.user_id, Membership.project_id == cast.project.id
    )
    assert session.scalar(role) is left


def test_passwords_can_be_switched_off(opened: Opened, liar: Liar) -> None:
    app = opened(liar.issuer, password_sign_in=False)
    visitor = Visitor(app)
    assert 'type="password"' not in visitor.get("/sign-in").text
    assert first_step(visitor).status_code == 422
    program = Program(app).post("token", {"email": "alice@example.org", "password": PASSWORD})
    assert program.status_code == 401
    assert not is_in(visitor)
    arrive(visitor, liar)
    assert is_in(visitor)
