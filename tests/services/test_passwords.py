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


ABOUT_ANA = passwords.own_words(
    User(email="ana.gomez@lumbre.example", name="Ana Gómez"), Config(organisation="Lumbre Bank")
)
EASY = """
    AnaGomez2026 anagomez1990 Gómez.2026 lumbre2026! agomez1985 anagomezana ana4837gomez zemog1990!
    4n4g0m3z!! LumbreBank99! Owasp-2026 Checklist2026 Auditoria.2026
    Clave2026! Cl4v3.2026 Contraseña.1987 Bienvenido1! Hola.1234 Hola1234 holahola11 TeQuiero123
    Verano2026! verano-invierno 2026Enero! Febrero26! NoviembreClave7 Miércoles.07 Barcelona.92
    Summer2026! Winter-2026 December2025! Tuesday.99 Password2026! P@ssw0rd2026 Welcome.2026
    admin2026! Admin1234! Qwerty2026! Asdf1234! Dragon2026! Monkey!2026 dragon.dragon.1999
    monkeydragon2026 Jennifer1990 Mercedes2020!
""".split()  # noqa: SIM905 - a table
HARD = (
    "caballo correcto pila grapa",
    "grapa violeta nube tambor",
    PASSWORD,
    "verano nublado en tres pueblos",
    "la clave es un perro que ladra",
    "Ana compra nueve lámparas verdes",
    "Murciélago-azul-22",
    "correct horse battery staple",
    "wide river quiet lantern",
    "plane lettuce orbit",
    "hunde pferd katze maus",
    "Tr0ub4dour&Kiwi",
    "vK7#qp2mAna",
    "Zq8!mW2p",
    "7#q2p9!k4$",
    "x7k99q31z",
    "83017492657",
)


@pytest.mark.parametrize("password", EASY)
def test_known_and_common_words_are_refused_whatever_is_put_around_them(password: str) -> None:
    assert refuses(password, ABOUT_ANA)


@pytest.mark.parametrize("password", HARD)
def test_several_words_and_what_a_manager_makes_up_are_taken(password: str) -> None:
    assert not refuses(password, ABOUT_ANA)


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
