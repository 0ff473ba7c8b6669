"""Which passwords are taken, and what becomes of their hashes."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.models import User
from checklist_app.services import passwords, sessions
from tests.cast import PASSWORD, Cast

COMMON = [word for word in FREQUENCY_LISTS["passwords"][:3000] if len(word) >= 8]


def refuses(password: str, about: list[str] | None = None) -> bool:
    try:
        passwords.check_password(password, about or [])
    except InvalidInput:
        return True
    return False


def test_the_commonest_passwords_are_refused_in_any_capitals() -> None:
    assert len(COMMON) > 500
    taken = [word for word in COMMON if not refuses(word) or not refuses(word.upper())]
    assert taken == []


@pytest.mark.parametrize(
    ("password", "is_refused"),
    [
        ("vK7#qp2", True),
        ("vK7#qp2m", False),
        ("ñandú漢字 gris 8", False),
        ("otra cosa " * 12 + "12345678", False),
        ("otra cosa " * 12 + "123456789", True),
    ],
)
def test_eight_to_a_hundred_and_twenty_eight_characters(password: str, is_refused: bool) -> None:
    assert refuses(password) is is_refused


@pytest.mark.parametrize(
    "password",
    ["bob.prado", "Prado1987", "lumbre2026", "LumbreBank1", "owaspchecklist", "bob-Lumbre-26!"],
)
def test_what_is_known_of_the_person_is_no_password(password: str) -> None:
    user = User(email="bob.prado@lumbre.example", name="Bob Prado")
    about = passwords.own_words(user, Config(organisation="Lumbre Bank"))
    assert refuses(password, about)


@pytest.mark.parametrize(
    "password",
    ["contraseña", "Contraseña1", "micontraseña", "CONTRASEN\u0303A", "administrador", "Clave123!"],
)
def test_what_is_common_in_spanish_is_refused_with_and_without_accents(password: str) -> None:
    assert refuses(password)


def test_an_accent_may_be_typed_in_either_way() -> None:
    composed = "cañón sin pólvora"
    apart = unicodedata.normalize("NFD", composed)
    assert apart != composed
    user = User(password_hash=passwords.hash_password(apart))
    assert passwords.password_matches(user, composed)
    assert passwords.password_matches(user, apart)
    assert not passwords.password_matches(user, "canon sin polvora")


def test_a_weaker_hash_is_replaced_at_the_next_sign_in(session: Session, cast: Cast) -> None:
    user = session.get_one(User, cast.bob.user_id)
    user.password_hash = weak = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    given = {"email": user.email, "password": PASSWORD}
    sessions.person_by_password(session, **given)
    strong = user.password_hash
    assert strong != weak
    assert "m=19456,t=2,p=1" in (strong or "")
    sessions.person_by_password(session, **given)
    assert user.password_hash == strong
