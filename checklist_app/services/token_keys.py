"""The keys that sign access tokens: files that only we read, newest first, replaced in order."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from checklist_app.config import Config
from checklist_app.private_files import write_private
from checklist_app.services.clock import now

CURVE = "P-256"
KID_BYTES = 9
TOKEN_LIFETIME = timedelta(minutes=10)
"""How long an access token lives, and so how long a key that was replaced is still needed."""
MARGIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair; ``kid`` is its name in the header of a token."""

    kid: str
    created_at: datetime
    key: ECKey

    def public_facts(self) -> dict[str, Any]:
        """Return the public half as a JSON Web Key."""
        return {
            **self.key.as_dict(private=False),
            "kid": self.kid,
            "use": "sig",
            "alg": "ES256",
        }


def signing_key(config: Config) -> SigningKey:
    """Return the key that signs now, making the first one when there is none."""
    keys = _keys(config.token_key_dir)
    return keys[0] if keys else _make(config.token_key_dir)


def verifying_keys(config: Config) -> list[SigningKey]:
    """Return the keys whose tokens may still be alive, the one that signs first."""
    keys = _keys(config.token_key_dir)
    moment = now()
    return [
        key for place, key in enumerate(keys) if place == 0 or not _is_over(keys, place, moment)
    ]


def rotate(config: Config) -> tuple[SigningKey, list[str]]:
    """Make a new signing key, and delete those that nobody needs any more.

    Tokens that are out stay good: the key before signs no more, but verifies until they expire.

    Returns:
        The new key, and the names of those that were deleted.
    """
    folder = config.token_key_dir
    new = _make(folder)
    keys, moment = _keys(folder), now()
    over = [key.kid for place, key in enumerate(keys) if place and _is_over(keys, place, moment)]
    for kid in over:
        _file(folder, kid).unlink(missing_ok=True)
    return new, over


def _is_over(keys: Sequence[SigningKey], place: int, moment: datetime) -> bool:
    """Return whether the last token that a replaced key signed has expired."""
    replaced_at = keys[place - 1].created_at
    return moment >= replaced_at + TOKEN_LIFETIME + MARGIN


def _keys(folder: Path) -> list[SigningKey]:
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # a key that was over may be deleted meanwhile
            found.append(_read(path))
    return sorted(found, key=lambda key: (key.created_at, key.kid), reverse=True)


def _read(path: Path) -> SigningKey:
    stored = json.loads(path.read_text(encoding="ascii"))
    return SigningKey(
        path.stem, datetime.fromisoformat(stored["created_at"]), ECKey.import_key(stored["jwk"])
    )


def _make(folder: Path) -> SigningKey:
    made = SigningKey(
        secrets.token_urlsafe(KID_BYTES), now(), ECKey.generate_key(CURVE, private=True)
    )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stored = {"created_at": made.created_at.isoformat(), "jwk": made.key.as_dict(private=True)}
    write_private(_file(folder, made.kid), json.dumps(stored).encode("ascii"))
    return made


def _file(folder: Path, kid: str) -> Path:
    return folder / f"{kid}.json"
