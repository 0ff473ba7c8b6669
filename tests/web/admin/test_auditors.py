"""What an auditor sees of the system: everything that is set up, and nothing to change it with."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import Group, GroupPerson
from checklist_app.services.accounts import create_user
from checklist_app.services.clock import now
from checklist_app.services.links import issue_link
from checklist_app.services.sessions import Origin, open_session
from checklist_app.services.webhooks import HookTerms, add_webhook, of_organisation
from tests.cast import Cast
from tests.web.conftest import Visit

PAGES = (
    "/admin/users",
    "/admin/groups",
    "/admin/sign-in",
    "/admin/jobs",
    "/admin/routes",
    "/admin/webhooks",
    "/admin/security",
    "/admin/alerts",
    "/admin/alerts/rules",
)


@pytest.fixture
def group(session: Session, cast: Cast) -> Group:
    made = Group(name="Red team", created_at=now())
    session.add(made)
    session.flush()
    session.add(GroupPerson(group_id=made.id, user_id=cast.carla.user_id))
    session.commit()
    return made


@pytest.mark.parametrize("path", PAGES)
def test_an_auditor_reads_what_administrators_set_up_and_has_nothing_to_change_it_with(
    visit: Visit, group: Group, path: str
) -> None:
    answer = visit("otto").get(path)
    assert answer.status_code == 200
    assert 'method="post"' not in answer.text.split("<main")[1]
    assert visit("alice").get(path).status_code == 403


def test_an_auditor_sees_who_is_in_which_group(visit: Visit, group: Group) -> None:
    page = visit("otto").get("/admin/groups").text
    assert "Red team" in page
    assert "carla@example.org" in page
    address = f"/admin/groups/{group.id}/people"
    assert visit("otto").post(address, {"email": "bob@example.org"}).status_code == 403


def test_only_who_was_sent_a_link_and_has_not_come_yet_counts_as_invited(
    visit: Visit, session: Session, config: Config, cast: Cast
) -> None:
    made = {
        name: create_user(session, None, email=f"{name}@example.org", name=name)
        for name in ("waited-for", "came-by-provider", "has-no-way-in")
    }
    for name in ("waited-for", "came-by-provider"):
        issue_link(session, None, made[name], config)
    open_session(session, config, made["came-by-provider"], Origin("192.0.2.1", "Firefox"))
    session.commit()
    lines = visit("otto").get("/admin/users", Accept_Language="en").text.split("<li")
    shown = {name: next(line for line in lines if f"{name}@" in line) for name in made}
    assert [name for name, line in shown.items() if ">Invited<" in line] == ["waited-for"]


def test_an_auditor_sees_where_webhooks_go_and_not_the_secret_in_their_address(
    visit: Visit, session: Session, config: Config, cast: Cast
) -> None:
    where = HookTerms("https://chat.example.org/in/T0K3N", ["security_alert"])
    add_webhook(session, config, of_organisation(cast.people["ada"]), where)
    session.commit()
    for page in ("/admin/webhooks", "/admin/webhooks/1"):
        seen = visit("otto").get(page).text
        assert "chat.example.org" in seen
        assert "T0K3N" not in seen
