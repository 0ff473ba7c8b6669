"""Ten codes on paper for the day when the telephone is lost; each works once."""

from __future__ import annotations

import base64
import secrets

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from checklist_app.models import RecoveryCode, User
from checklist_app.services.clock import now
from checklist_app.services.pending import happened_once
from checklist_app.services.secret_tokens import token_sha256

HOW_MANY = 10
CODE_BYTES = 16
GROUP = 4


def issue(session: Session, user_id: int) -> list[str]:
    """Return ten new codes of 128 random bits, to be shown once; the ones before are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_new_code() for _ in range(HOW_MANY)]
    moment = now()
    session.add_all(
        RecoveryCode(user_id=user_id, code_sha256=_stored(user_id, code), created_at=moment)
        for code in codes
    )
    session.flush()
    return codes


def accept(session: Session, user: User, code: str) -> bool:
    """Use a code up; of two requests with the same one, one gets False."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_sha256 == _stored(user.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
    )
    return happened_once(used)


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().rstrip("=").lower()
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def _stored(user_id: int, code: str) -> str:
    """Return the hash of a code, however it was typed: capitals, blanks and dashes are the same."""
    letters = "".join(character for character in code.lower() if character.isalnum())
    return token_sha256(f"recovery:{user_id}:{letters}")
