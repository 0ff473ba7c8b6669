"""Loaded by schemathesis: signs in as somebody, and again before the token is over."""

from __future__ import annotations

import os
from typing import Any

import requests
import schemathesis

LESS_THAN_A_TOKEN_LIVES = 300
ADDRESS, EMAIL, PASSWORD = "TRIED_AT", "TRIED_AS", "TRIED_WITH"  # nosec B105


@schemathesis.auth(refresh_interval=LESS_THAN_A_TOKEN_LIVES)
class SignedIn:
    """The access token of a real sign-in, or the token of a pipeline."""

    def get(self, _case: Any, _context: Any) -> str:
        """Return a token that lives longer than it is used."""
        email, secret = os.environ.get(EMAIL, ""), os.environ[PASSWORD]
        if not email:
            return secret
        answer = requests.post(
            os.environ[ADDRESS] + "/token", json={"email": email, "password": secret}, timeout=60
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def set(self, case: Any, data: str, _context: Any) -> None:
        """Show it."""
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
