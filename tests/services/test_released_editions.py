"""A released edition never changes, whichever program stored it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.digests import digest
from checklist_app.domain.errors import Conflict
from checklist_app.models import Standard
from checklist_app.services.standards import load_standard
from tests.library import both, standard


@pytest.fixture
def old_row(session: Session) -> Standard:
    """The test list as an earlier program left it: another kind of digest, nothing of links."""
    row = session.scalars(select(Standard).where(Standard.key == "owasp-test")).one()
    row.digest, row.links_digest = "0" * 64, ""
    session.flush()
    return row


def test_the_same_words_are_known_again_whatever_their_digest(
    session: Session, old_row: Standard
) -> None:
    assert load_standard(session, standard())
    assert old_row.digest == digest(standard())
    assert not load_standard(session, standard())


def test_other_words_are_refused_whatever_their_digest(session: Session, old_row: Standard) -> None:
    first, *others = standard().sections
    changed = replace(first, intro=both("Otra cosa.", "Something else."))

    with pytest.raises(Conflict):
        load_standard(session, replace(standard(), sections=(changed, *others)))


def test_words_that_changed_are_refused(session: Session) -> None:
    first, *others = standard().sections
    leaf = replace(first.requirements[0], fix=both("De otro modo.", "Otherwise."))
    changed = replace(first, requirements=(leaf, *first.requirements[1:]))

    with pytest.raises(Conflict):
        load_standard(session, replace(standard(), sections=(changed, *others)))
