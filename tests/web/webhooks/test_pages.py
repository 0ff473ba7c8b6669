"""The pages and operations of webhooks: added with the secret shown once, changed, tried."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.models import Webhook, WebhookDelivery
from tests.web.api.conftest import (
    AsProgram,
    program,  # noqa: F401 - a fixture
)
from tests.web.conftest import Visit

PAGE = "/projects/banca/webhooks"
HOOK = {"url": "https://hooks.example.org/a", "events": ["verdict", "gate"]}


def secret_of(page: str) -> str:
    (secret,) = {str(found) for found in re.findall(r"whsec_[\w-]{43}", page)}
    return secret


def test_the_secret_is_shown_once_and_a_new_one_takes_its_place(visit: Visit) -> None:
    martha = visit("martha")
    made = martha.post(PAGE, HOOK)
    assert made.status_code == 200
    secret = secret_of(made.text)
    assert secret not in martha.get(f"{PAGE}/1").text
    assert secret_of(martha.post(f"{PAGE}/1/secret").text) != secret


@pytest.mark.parametrize(
    "other",
    [
        {"url": "http://hooks.example.org/"},
        {"url": "https://127.0.0.1/"},
        {"url": "nonsense"},
        {"events": []},
        {"events": ["security_alert"]},
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is_lost(
    visit: Visit, session: Session, other: dict[str, object]
) -> None:
    answer = visit("martha").post(PAGE, HOOK | other)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert session.query(Webhook).count() == 0


def test_a_test_is_sent_and_the_log_shows_it(visit: Visit, session: Session) -> None:
    martha = visit("martha")
    martha.post(PAGE, HOOK)
    assert martha.post(f"{PAGE}/1/ping").status_code == 303
    public_id = session.scalars(select(WebhookDelivery.public_id)).one()
    session.rollback()
    page = martha.get(f"{PAGE}/1").text
    assert public_id in page
    assert "En camino" in page
    assert martha.post(f"{PAGE}/1/deliveries/{public_id}").status_code == 409


def test_it_is_switched_off_changed_and_deleted(visit: Visit, session: Session) -> None:
    martha = visit("martha")
    martha.post(PAGE, HOOK)
    changed = martha.post(f"{PAGE}/1", {"url": "https://other.example.org/", "events": ["import"]})
    assert changed.status_code == 303
    hook = session.scalars(select(Webhook)).one()
    assert (hook.url, hook.events, hook.is_on) == ("https://other.example.org/", ["import"], False)
    session.rollback()
    assert martha.post(f"{PAGE}/1/delete").status_code == 303
    assert martha.get(f"{PAGE}/1").status_code == 404


def test_administrators_have_their_own(visit: Visit) -> None:
    ada = visit("ada")
    made = ada.post(
        "/admin/webhooks", {"url": "https://siem.example.org/", "events": ["security_alert"]}
    )
    assert secret_of(made.text)
    assert ada.get("/admin/webhooks/1").status_code == 200
    assert visit("alice").get("/admin/webhooks").status_code == 403
    assert visit("alice").get(f"{PAGE}/1").status_code == 404


def test_programs_do_the_same(program: AsProgram) -> None:  # noqa: F811 - the fixture
    martha = program("martha")
    made = martha.post("projects/banca/webhooks", HOOK)
    assert made.status_code == 201
    assert made.json is not None
    assert made.json["secret"].startswith("whsec_")
    where = made.headers["Location"]
    shown = martha.get(where)
    assert shown.json is not None
    assert "secret" not in shown.json
    changed = martha.send(
        "PUT", where, HOOK | {"is_on": False}, headers={"If-Match": shown.headers["ETag"]}
    )
    assert changed.json is not None
    assert changed.json["is_on"] is False
    assert martha.post(f"{where}/ping").status_code == 409
    assert martha.post(f"{where}/secret").status_code == 428
    state = martha.get(where).headers["ETag"]
    assert martha.post(f"{where}/secret", if_match=state).status_code == 200
    assert martha.post(f"{where}/secret", if_match=state).status_code == 412
    wrong = martha.post("projects/banca/webhooks", HOOK | {"url": "https://0x7f.1/"})
    assert wrong.status_code == 422
    gone = martha.send("DELETE", where, headers={"If-Match": "*"})
    assert gone.status_code == 204
    assert program("bob").get("projects/banca/webhooks").status_code == 403
