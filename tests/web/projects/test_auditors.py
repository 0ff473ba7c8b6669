"""What an auditor sees of a project they have no part in: all of it, and nothing to change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.services.clock import today
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.webhooks import HookTerms, add_webhook, of_project, ping
from tests.cast import Cast
from tests.web.api.conftest import (
    AsProgram,
    program,  # noqa: F401 - a fixture
)
from tests.web.conftest import Visit

TOKENS, WEBHOOKS = "/projects/banca/tokens", "/projects/banca/webhooks"


@pytest.fixture(autouse=True)
def ways_in_and_out(session: Session, config: Config, cast: Cast) -> None:
    access = cast.access("martha")
    last_day = today() + timedelta(days=30)
    make_token(session, access, name="Nightly", scopes=["scan:write"], expires_on=last_day)
    where = HookTerms("https://chat.example.org/in/T0K3N", ["verdict"])
    hook, _ = add_webhook(session, config, of_project(access), where)
    ping(session, of_project(access), hook.id)
    session.commit()


@pytest.mark.parametrize("path", [TOKENS, WEBHOOKS, f"{WEBHOOKS}/1"])
def test_an_auditor_reads_the_ways_into_a_project_and_out_of_it(visit: Visit, path: str) -> None:
    otto = visit("otto")
    page = otto.get(path)
    assert page.status_code == 200
    assert ("Nightly" if path == TOKENS else "chat.example.org") in page.text
    assert "T0K3N" not in page.text
    assert 'method="post"' not in page.text.split("<main")[1]
    assert visit("bob").get(path).status_code == 403
    assert f'href="{TOKENS}"' in otto.get("/projects/banca/members").text


def test_a_program_of_an_auditor_reads_them_too(program: AsProgram) -> None:  # noqa: F811
    otto = program("otto")
    (token,) = otto.get("projects/banca/tokens").get_json()["items"]
    assert otto.get(f"projects/banca/tokens/{token['id']}").get_json()["name"] == "Nightly"
    (hook,) = otto.get("projects/banca/webhooks").get_json()["items"]
    assert hook["url"] == "https://chat.example.org"
    assert otto.get("projects/banca/webhooks/1").get_json() == hook
    (told,) = otto.get("projects/banca/webhooks/1/deliveries").get_json()["items"]
    assert told["event"] == "ping"
    managers = program("martha").get("projects/banca/webhooks/1").get_json()
    assert managers["url"] == "https://chat.example.org/in/T0K3N"


def test_an_auditor_ends_no_token_and_sends_nothing(visit: Visit) -> None:
    otto = visit("otto")
    for address in (f"{TOKENS}/1/revoke", f"{WEBHOOKS}/1/ping", f"{WEBHOOKS}/1/delete", WEBHOOKS):
        assert otto.post(address).status_code == 403
