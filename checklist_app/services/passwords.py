"""Passwords: what is good enough, and how they are stored and compared."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from checklist_app.domain.errors import InvalidInput
from checklist_app.domain.text import text
from checklist_app.models import User
from checklist_app.services.secret_tokens import new_token

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
WEAKEST_SCORE = 2
# zxcvbn grows steeply with length and judges nothing beyond this many characters.
JUDGED_CHARACTERS = 72

# RFC 9106 "low memory" choice kept within a small container: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNKNOWN_USER_HASH = _hasher.hash(new_token())


def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    return _hasher.hash(password)


def check_password(password: str, about: list[str]) -> None:
    """Raise InvalidInput when a password is too short, too long or easily guessed."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput(
            text("Use at least %(count)s characters.", count=SHORTEST_PASSWORD), field="password"
        )
    if len(password) > LONGEST_PASSWORD:
        raise InvalidInput(
            text("Use at most %(count)s characters.", count=LONGEST_PASSWORD), field="password"
        )
    if zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=about)["score"] < WEAKEST_SCORE:
        raise InvalidInput(
            text("That password is easy to guess. Three or four unrelated words are better."),
            field="password",
        )


def password_matches(user: User | None, password: str) -> bool:
    """Return whether a password is right, in the same time whether or not the person exists."""
    stored = user.password_hash if user and user.password_hash else _UNKNOWN_USER_HASH
    try:
        _hasher.verify(stored, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return user is not None and user.password_hash is not None
