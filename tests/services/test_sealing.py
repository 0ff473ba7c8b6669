"""Secrets at rest open with their key, in their context, and not otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import CodeGenerator, User
from checklist_app.services import one_time_codes, second_factor, sessions
from checklist_app.services.clock import now
from checklist_app.services.sealing import Unreadable, seal, unseal
from tests.cast import Cast

HERE = sessions.Origin(address="127.0.0.1", user_agent="Firefox")
NEXT = "another secret that is just as long as it has to be 9876"


def test_a_secret_opens_where_it_was_sealed_for(config: Config) -> None:
    sealed = seal(config, "codes:7", "geheim")
    assert "geheim" not in sealed
    assert unseal(config, "codes:7", sealed) == "geheim"
    assert seal(config, "codes:7", "geheim") != sealed


@pytest.mark.parametrize("harm", ["context", "key", "byte", "cut", "empty", "nonsense"])
def test_it_opens_nowhere_else(config: Config, harm: str) -> None:
    sealed = seal(config, "codes:7", "geheim")
    middle = len(sealed) // 2
    changed = "B" if sealed[middle] == "A" else "A"
    spoilt = {
        "byte": sealed[:middle] + changed + sealed[middle + 1 :],
        "cut": sealed[:10],
        "empty": "",
        "nonsense": "v1.ñ",
    }.get(harm, sealed)
    with pytest.raises(Unreadable):
        unseal(
            replace(config, secret_key=NEXT) if harm == "key" else config,
            "codes:8" if harm == "context" else "codes:7",
            spoilt,
        )


def test_an_app_survives_a_change_of_the_secret_key_and_moves_to_the_new_one(
    config: Config, session: Session, cast: Cast
) -> None:
    opened = sessions.resume(
        session,
        config,
        sessions.open_session(session, config, session.get_one(User, cast.alice.user_id), HERE),
        HERE,
    )
    assert opened is not None
    alice = opened.actor
    one_time_codes.begin(session, config, alice)
    new = one_time_codes.under_way(session, config, alice)
    assert new is not None
    app = pyotp.TOTP(new.secret)
    second_factor.add_codes(session, config, alice, app.at(now()))
    user = session.get_one(User, alice.user_id)
    rotated = replace(config, secret_key=NEXT, previous_secret_key=config.secret_key)
    without_former = replace(config, secret_key=NEXT)
    code = app.at(now() + timedelta(seconds=30))
    assert not one_time_codes.accept(session, without_former, user, code)
    assert one_time_codes.accept(session, rotated, user, code)
    stored = session.scalars(select(CodeGenerator)).one()
    assert unseal(without_former, f"codes:{user.id}", stored.sealed_secret) == new.secret
