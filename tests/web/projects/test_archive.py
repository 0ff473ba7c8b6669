"""An archived project: read by all who could, changed by nobody, restored by an owner."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from checklist_app.models import Event, Job, Project
from checklist_app.services.clock import now
from tests.cast import Cast
from tests.web.conftest import Visit

HOME = "/projects/banca"


def stored(session: Session, cast: Cast) -> datetime | None:
    session.rollback()
    found = session.get_one(Project, cast.project.id, populate_existing=True).archived_at
    session.rollback()
    return found


def events(session: Session) -> list[str]:
    session.rollback()
    names = [row.name for row in session.query(Event).order_by(Event.id)]
    session.rollback()
    return [name for name in names if name in ("project:archive", "project:restore")]


def test_an_archived_project_is_read_only_until_an_owner_restores_it(
    visit: Visit, session: Session, cast: Cast
) -> None:
    alice, bob = visit("alice"), visit("bob")
    assert bob.post(f"{HOME}/archive").status_code == 403
    assert alice.post(f"{HOME}/archive").status_code == 303

    page = alice.get(HOME, accept_language="en")
    assert page.status_code == 200
    assert f'action="{HOME}/restore"' in page.text
    assert f"{HOME}/edit" not in page.text
    assert f'action="{HOME}/restore"' not in bob.get(HOME).text
    form = {"name": "X", "language": "es", "fail_threshold": "low", "freshness_days": "1"}
    refused = alice.post(f"{HOME}/edit", form)
    assert refused.status_code == 409
    assert "archivado" in refused.text
    assert bob.post(f"{HOME}/checklists/new", {"name": "X"}).status_code == 409
    assert visit("vera").post(f"{HOME}/members", {"email": "x@example.org"}).status_code == 403

    assert alice.post(f"{HOME}/restore").status_code == 303
    assert alice.get(f"{HOME}/edit").status_code == 200
    assert events(session) == ["project:archive", "project:restore"]


def test_archived_projects_are_listed_apart_and_offered_nowhere_else(
    visit: Visit, cast: Cast
) -> None:
    alice = visit("alice")
    alice.post("/projects/new", {"name": "Viva", "language": "es"})
    alice.post(f"{HOME}/archive")
    page = alice.get("/").text
    assert "Viva" in page.split("<details", 1)[1].split("</details>", 1)[0]
    switcher = page.split('menu-start">', 1)[1].split("</details>", 1)[0]
    assert "Banca" not in switcher
    assert "Banca" in page.split("<main", 1)[1].split("<details", 1)[1]


def test_archiving_twice_is_archiving_once(visit: Visit, session: Session, cast: Cast) -> None:
    alice = visit("alice")
    for _ in range(2):
        alice.post(f"{HOME}/archive")
    first = stored(session, cast)
    assert first is not None
    assert events(session) == ["project:archive"]
    alice.post(f"{HOME}/restore")
    alice.post(f"{HOME}/restore")
    assert events(session) == ["project:archive", "project:restore"]


@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_project_with_work_under_way_is_not_archived(
    visit: Visit, session: Session, cast: Cast, state: str
) -> None:
    session.add(
        Job(
            project_id=cast.project.id,
            kind="import_scan",
            state=state,
            payload={},
            run_after=now(),
            created_by_id=cast.alice.user_id,
            created_at=now(),
        )
    )
    session.commit()
    assert visit("alice").post(f"{HOME}/archive").status_code == 409
    assert stored(session, cast) is None
