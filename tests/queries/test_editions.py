"""The next round moves to the newest edition by itself; older ones stay possible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Language, StandardOrigin
from checklist_app.models import Standard
from checklist_app.queries.editions import editions_after
from checklist_app.services.checklists import start_checklist
from checklist_app.services.standards import load_standard
from tests.cast import Cast
from tests.library import standard


@pytest.mark.parametrize(
    ("loaded", "used", "offered"),
    [
        (("1.0", "2.0"), "1.0", ["2.0", "1.0"]),
        (("1.0", "2.0", "10.0"), "2.0", ["10.0", "2.0", "1.0"]),
        (("2.0", "1.0"), "2.0", ["2.0", "1.0"]),
        (("1.0", "3.0", "2.0"), "1.0", ["3.0", "2.0", "1.0"]),
        (("1.0",), "1.0", ["1.0"]),
    ],
)
def test_the_newest_edition_of_a_custom_list_comes_first(
    session: Session, cast: Cast, loaded: tuple[str, ...], used: str, offered: list[str]
) -> None:
    for version in loaded:
        own = replace(standard(version), key="ours")
        load_standard(session, own, origin=StandardOrigin.CUSTOM)
    edition = session.query(Standard).filter_by(key="ours", version=used).one()
    checklist = start_checklist(session, cast.access("alice"), standard_id=edition.id, name="Round")

    found = editions_after(session, checklist, Language.EN)

    assert [one.version for one in found] == offered
