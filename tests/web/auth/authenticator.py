"""An app for codes, and how a person gets one and signs in with it."""

from __future__ import annotations

import re
from html import unescape

import pyotp
from werkzeug.test import TestResponse

from checklist_app.services.clock import now
from tests.cast import PASSWORD
from tests.web.visitor import Visitor

STEP = "/sign-in/second-factor"


def set_up_app(visitor: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Add an app as its owner does; return it and the recovery codes that were shown."""
    assert visitor.post("/account/factors/codes/begin").status_code == 303
    app = pyotp.TOTP(shown_secret(visitor.get("/account/factors/codes")))
    page = visitor.post("/account/factors/codes", {"code": app.at(now())})
    assert page.status_code == 200
    return app, shown_codes(page)


def shown_secret(page: TestResponse) -> str:
    found = re.search(r'id="secret" value="([A-Z2-7]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def shown_codes(page: TestResponse) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", page.text)


def first_step(visitor: Visitor, name: str = "alice", **more: str) -> TestResponse:
    """Give the right password."""
    form = {"email": f"{name}@example.org", "password": PASSWORD, **more}
    return visitor.post("/sign-in", form)


def second_step(visitor: Visitor, code: str) -> TestResponse:
    return visitor.post(STEP, {"code": code})


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/").status_code == 200
