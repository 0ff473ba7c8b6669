"""Passwords: what is good enough, and how they are stored and compared."""

from __future__ import annotations

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.models import User
from checklist_app.services.secret_tokens import new_token

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
WEAKEST_SCORE = 2
# zxcvbn grows steeply with length and judges nothing beyond this many characters.
JUDGED_CHARACTERS = 72
COMMON = frozenset(FREQUENCY_LISTS["passwords"])
OWN_WORDS = ("owasp", "checklist", "asvs", "masvs", "security")
# zxcvbn knows English: in Spanish it takes the words that everybody tries first for rare ones.
FIRST_WORDS = (
    "contrasena",
    "clave",
    "administrador",
    "bienvenido",
    "bienvenida",
    "secreto",
    "seguridad",
    "seguro",
    "usuario",
    "acceso",
    "sistema",
    "entrar",
    "password",
    "welcome",
)
SHORTEST_WORD = 3
FEWEST_OTHER_CHARACTERS = 4

# RFC 9106 "low memory" choice kept within a small container: 19 MiB, two passes, one lane. A hash
# that was made with less is replaced when its owner signs in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNKNOWN_USER_HASH = _hasher.hash(new_token())


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher.hash(_composed(password))


def check_password(password: str, about: list[str]) -> None:
    """Raise InvalidInput when a password is too short, too long, common or easily guessed.

    Args:
        password: as typed; characters are counted as people see them put together (NFC).
        about: what somebody who knows the person would try first, see ``own_words``.
    """
    composed = _composed(password)
    if len(composed) < SHORTEST_PASSWORD:
        raise InvalidInput(
            text("Use at least %(count)s characters.", count=SHORTEST_PASSWORD), field="password"
        )
    if len(composed) > LONGEST_PASSWORD:
        raise InvalidInput(
            text("Use at most %(count)s characters.", count=LONGEST_PASSWORD), field="password"
        )
    # An ñ or an á keeps nobody from guessing: what is common without them is common.
    plain, words = _plain(composed), [*map(_plain, about), *FIRST_WORDS]
    is_known = bool({composed.lower(), plain} & COMMON) or _is_made_of(plain, words)
    if is_known or min(_score(composed, about), _score(plain, words)) < WEAKEST_SCORE:
        raise InvalidInput(
            text("That password is easy to guess. Three or four unrelated words are better."),
            field="password",
        )


def _score(password: str, words: list[str]) -> int:
    """Return how hard a password is to guess, from 0 to 4."""
    judged = zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=words)
    return int(judged["score"])


def _plain(password: str) -> str:
    """Return a password in small letters without accents."""
    apart = unicodedata.normalize("NFD", password.lower())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_made_of(password: str, about: list[str]) -> bool:
    """Return whether hardly anything is left of a password without the words about its person."""
    left = password.lower()
    for word in sorted(about, key=len, reverse=True):
        left = left.replace(word, "")
    return len(re.sub(r"[\W_]", "", left)) < FEWEST_OTHER_CHARACTERS


def own_words(user: User, config: Config) -> list[str]:
    """Return the words that a password of this person must not rest on."""
    whole = [user.email, user.name, config.organisation]
    parts = [part for words in whole for part in re.split(r"[\W_]+", words)]
    return [word.lower() for word in (*whole, *parts, *OWN_WORDS) if len(word) >= SHORTEST_WORD]


def password_matches(user: User | None, password: str) -> bool:
    """Return whether a password is right, in the same time whether or not the person exists."""
    stored = user.password_hash if user and user.password_hash else _UNKNOWN_USER_HASH
    try:
        _hasher.verify(stored, _composed(password))
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None


def strengthen_hash(user: User, password: str) -> None:
    """Store the right password anew when its hash was made with weaker parameters than today's."""
    if user.password_hash and _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)


def _composed(password: str) -> str:
    """Return one spelling for what looks the same: keyboards differ in how they send an é."""
    return unicodedata.normalize("NFC", password)
