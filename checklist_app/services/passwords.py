"""Passwords: what is good enough, and how they are stored and compared."""

from __future__ import annotations

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from checklist_app.config import Config
from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.models import User
from checklist_app.services.secret_tokens import new_token
from checklist_app.services.weak_passwords import SHORTEST_WORD, is_weak

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128

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
    if is_weak(composed, about):
        raise InvalidInput(
            text("That password is easy to guess. Three or four unrelated words are better."),
            field="password",
        )


def own_words(user: User, config: Config) -> list[str]:
    """Return the words that a password of this person must not rest on."""
    whole = [user.email, user.name, config.organisation]
    parts = [part for words in whole for part in re.split(r"[\W_]+", words)]
    return [word.lower() for word in (*whole, *parts) if len(word) >= SHORTEST_WORD]


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
