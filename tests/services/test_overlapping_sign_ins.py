"""A sign-in that a new password or a closed account overtakes opens nothing and undoes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.models import CodeGenerator, User
from checklist_app.services import (
    access_tokens,
    accounts,
    recovery_codes,
    second_factor,
    sessions,
)
from checklist_app.services.clock import now
from checklist_app.services.passwords import hash_password
from checklist_app.services.pending import ProofOver
from checklist_app.services.resources import Resources
from checklist_app.services.sessions import Origin
from tests.cast import PASSWORD, Cast
from tests.database import SERVER
from tests.locks import is_held, on_mariadb

HERE = Origin("192.0.2.7", "Firefox")
NEW_HASH = hash_password("otras palabras que nadie sabe")
GIVEN = {"email": "bob@example.org", "password": PASSWORD}

Overtake = Callable[..., None]


@pytest.fixture
def overtake(
    session: Session, resources: Resources, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> Overtake:
    """Let somebody else change Bob's account just after his old password was found right."""

    def arrange(**values: object) -> None:
        def found_right(_user: User | None, _password: str) -> bool:
            if not SERVER:
                session.commit()  # with one lock for all, others get in between two transactions
            with resources.sessions.begin() as beside:
                change = update(User).where(User.id == cast.bob.user_id).values(**values)
                beside.execute(change)
            return True

        for module in (sessions, accounts):
            monkeypatch.setattr(module, "password_matches", found_right)

    return arrange


def hash_kept(resources: Resources, cast: Cast) -> str | None:
    with resources.sessions() as beside:
        return beside.scalar(select(User.password_hash).where(User.id == cast.bob.user_id))


def test_a_new_password_refuses_the_sign_in_that_it_overtook(
    session: Session, resources: Resources, cast: Cast, overtake: Overtake
) -> None:
    weak = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    session.execute(update(User).where(User.id == cast.bob.user_id).values(password_hash=weak))
    session.commit()
    overtake(password_hash=NEW_HASH)
    with pytest.raises(InvalidInput):
        sessions.person_by_password(session, **GIVEN)
    session.commit()
    assert hash_kept(resources, cast) == NEW_HASH


def test_a_new_password_refuses_the_program_that_it_overtook(
    session: Session, config: Config, overtake: Overtake
) -> None:
    overtake(password_hash=NEW_HASH)
    with pytest.raises(InvalidInput):
        access_tokens.person_by_password(session, config, **GIVEN)


def test_a_closed_account_refuses_the_sign_in_that_it_overtook(
    session: Session, overtake: Overtake
) -> None:
    overtake(is_active=False)
    with pytest.raises(InvalidInput):
        sessions.person_by_password(session, **GIVEN)


def test_who_knows_the_old_password_does_not_change_the_one_that_replaced_it(
    session: Session, resources: Resources, config: Config, cast: Cast, overtake: Overtake
) -> None:
    overtake(password_hash=NEW_HASH)
    with pytest.raises(InvalidInput):
        accounts.change_password(session, cast.bob, config, PASSWORD, "a thief's own few words")
    session.commit()
    assert hash_kept(resources, cast) == NEW_HASH


@pytest.fixture
def waiting(session: Session, config: Config, cast: Cast) -> tuple[str, str]:
    """Let Bob take the first step; return its token, and one of his codes on paper."""
    bob = session.get_one(User, cast.bob.user_id)
    session.add(CodeGenerator(user_id=bob.id, sealed_secret="x", last_step=0, created_at=now()))
    code = recovery_codes.issue(session, bob.id)[0]
    entered = second_factor.enter(session, config, bob, HERE, by="password")
    session.commit()
    return entered.pending_token, code


def test_the_second_step_of_an_old_password_is_over_once_there_is_a_new_one(
    session: Session, config: Config, cast: Cast, waiting: tuple[str, str]
) -> None:
    new = "otras palabras que nadie sabe"
    accounts.change_password(session, cast.bob, config, PASSWORD, new)
    session.commit()
    with pytest.raises(ProofOver):
        second_factor.prove_by_code(session, config, *waiting, HERE)


@on_mariadb
def test_the_account_is_held_from_the_proof_to_the_session(
    session: Session, resources: Resources, config: Config, cast: Cast, waiting: tuple[str, str]
) -> None:
    bob = session.get_one(User, cast.bob.user_id)
    assert not is_held(resources, bob)
    sessions.person_by_password(session, **GIVEN)
    assert is_held(resources, bob)
    session.rollback()
    assert not is_held(resources, bob)
    with pytest.raises(InvalidInput):
        second_factor.prove_by_code(session, config, waiting[0], "no code", HERE)
    assert is_held(resources, bob)
