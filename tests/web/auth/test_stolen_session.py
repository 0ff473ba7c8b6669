"""What a stolen session or an old link is good for: not for guessing, not for coming back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.models import User
from checklist_app.services import links
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Visit

NEW = "otras palabras bien distintas"


def test_the_current_password_cannot_be_guessed_at_length(visit: Visit) -> None:
    thief, owner = visit("alice"), visit("alice")
    form = {"password": NEW, "repeat": NEW}
    answers = [thief.post("/account", {**form, "current": f"x{n}"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert owner.post("/account", {**form, "current": PASSWORD}).status_code == 429
    assert visit("bob").post("/account", {**form, "current": PASSWORD}).status_code == 303


def test_changing_ones_password_ends_links_that_are_still_out(
    visit: Visit, session: Session, cast: Cast
) -> None:
    token = links.issue_link(session, None, session.get_one(User, cast.alice.user_id), Config())
    session.commit()
    form = {"password": NEW, "repeat": NEW}
    assert visit("alice").post("/account", {**form, "current": PASSWORD}).status_code == 303
    assert visit("nobody").get(f"/set-password/{token}").status_code == 404
