"""A checklist moves from one shipped edition to the next: what means the same keeps its verdict."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.lineage import load_lineages as read_lineages
from checklist_app.domain.lineage import SAME_MEANING
from checklist_app.domain.vocabulary import Language, Outcome
from checklist_app.models import ChecklistItem, Requirement, Standard
from checklist_app.queries.access import open_item
from checklist_app.queries.rounds import preview_round
from checklist_app.services.checklists import start_checklist
from checklist_app.services.lineages import load_lineages
from checklist_app.services.rounds import NextRound, start_round
from checklist_app.services.standards import load_standard
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast
from tests.content.editions import CONTENT, shipped

LINEAGES = {
    (one.standard, one.before, one.after): one for one in read_lineages(CONTENT / "lineage")
}


@pytest.mark.parametrize(
    ("key", "before", "after", "folders"),
    [
        ("owasp-top10", "2021", "2025", ("top10-2021", "top10-2025")),
        ("owasp-k8s-top10", "2022", "2025", ("k8s-top10-2022", "k8s-top10-2025")),
        ("owasp-wstg", "4.2", "latest", ("wstg-4.2", "wstg-latest")),
    ],
)
def test_verdicts_stay_where_the_meaning_does(
    session: Session, cast: Cast, key: str, before: str, after: str, folders: tuple[str, str]
) -> None:
    steps = LINEAGES[key, before, after].steps
    for folder in folders:
        load_standard(session, shipped(folder))
    load_lineages(session, LINEAGES.values())
    editions = {row.version: row for row in session.scalars(select(Standard))}
    alice = cast.access("alice")
    former = start_checklist(session, alice, standard_id=editions[before].id, name="Antes")
    for requirement in shipped(folders[0]).requirements():
        record_verdict(
            session,
            open_item(session, alice, former, requirement.identifier),
            outcome=Outcome.FAIL,
            rationale="Visto",
            row_version=1,
        )

    preview = preview_round(session, former, editions[after], Language.EN)
    later = start_round(
        session, alice, former, NextRound(standard_id=editions[after].id, name="Después")
    )

    assert preview.counts == Counter(step.change for step in steps)
    kept = {step.after for step in steps if step.change in SAME_MEANING}
    rows = session.execute(
        select(Requirement.identifier, ChecklistItem.outcome, ChecklistItem.needs_review)
        .join(ChecklistItem, ChecklistItem.requirement_id == Requirement.id)
        .where(ChecklistItem.checklist_id == later.id)
    ).all()
    assert {row.identifier for row in rows if row.outcome is Outcome.FAIL} == kept
    history = {step.after for step in steps if step.before and step.after}
    assert {row.identifier for row in rows if row.needs_review} == history - kept


def test_what_is_called_moved_or_unchanged_has_the_very_same_words() -> None:
    for (key, before, after), lineage in LINEAGES.items():
        folders = [f"{key.removeprefix('owasp-')}-{version}" for version in (before, after)]
        if not all((CONTENT / "owasp" / folder).is_dir() for folder in folders):
            continue
        old, new = (
            {one.identifier: one for one in shipped(folder).requirements()} for folder in folders
        )
        for step in lineage.steps:
            if step.change in SAME_MEANING:
                assert old[step.before].statement == new[step.after].statement, step
                assert old[step.before].title == new[step.after].title, step
