"""How gaps moved over time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from checklist_app.domain.vocabulary import Outcome
from checklist_app.queries.gaps import checklist_gaps_over_time, gaps_over_time
from checklist_app.services.checklists import sign_off
from checklist_app.services.clock import pretend
from checklist_app.services.evidence import attach_note
from checklist_app.services.remediation import grant_waiver, revoke_waiver
from checklist_app.services.verdicts import record_verdict
from tests.cast import Cast, item, make_checklist

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Story:
    """Says verdicts and waivers on days counted from the start."""

    def __init__(self, session: Session, cast: Cast) -> None:
        self.session, self.cast = session, cast
        self.checklist = make_checklist(session, cast.access("alice"))

    def say(self, day: int, identifier: str, outcome: Outcome) -> None:
        access = self.cast.access("bob")
        opened = item(self.session, access, self.checklist, identifier)
        with pretend(START + timedelta(days=day)):
            attach_note(self.session, access, opened, note="Seen", title="")
            record_verdict(
                self.session,
                opened,
                outcome=outcome,
                rationale="Because",
                row_version=opened.item.row_version,
            )

    def waive(self, day: int, identifier: str, until: int, revoked: int | None = None) -> None:
        opened = item(self.session, self.cast.access("alice"), self.checklist, identifier)
        with pretend(START + timedelta(days=day)):
            last = (START + timedelta(days=until)).date()
            grant_waiver(self.session, opened, justification="For now", expires_on=last)
        if revoked is not None:
            with pretend(START + timedelta(days=revoked)):
                revoke_waiver(self.session, opened)

    def told(self, until: int) -> dict[date, tuple[int, int]]:
        end = START + timedelta(days=until)
        points = gaps_over_time(self.session, self.cast.project.id, end)
        return {point.on: (point.open, point.waived) for point in points}


@pytest.fixture
def story(session: Session, cast: Cast) -> Story:
    return Story(session, cast)


def test_nothing_assessed_gives_no_points(story: Story) -> None:
    assert story.told(5) == {}


def test_a_gap_opens_is_waived_and_closes(story: Story) -> None:
    story.say(0, "IN-01", Outcome.FAIL)
    story.say(1, "IN-02", Outcome.PARTIAL)
    story.waive(2, "IN-02", until=3)
    story.say(4, "IN-01", Outcome.PASS)

    told = list(story.told(5).values())

    assert told == [(1, 0), (2, 0), (1, 1), (1, 1), (1, 0), (1, 0)]


def test_a_revoked_waiver_counts_until_the_day_before(story: Story) -> None:
    story.say(0, "IN-01", Outcome.FAIL)
    story.waive(1, "IN-01", until=9, revoked=3)

    assert list(story.told(4).values()) == [(1, 0), (0, 1), (0, 1), (1, 0), (1, 0)]


def test_a_later_round_takes_the_place_of_the_earlier(
    story: Story, session: Session, cast: Cast
) -> None:
    story.say(0, "IN-01", Outcome.FAIL)
    reasons = dict.fromkeys(("IN-02", "IN-03", "AC-01", "AC-02"), "later")
    sign_off(session, cast.access("alice"), story.checklist, statement="So", left_reasons=reasons)
    first = story.checklist
    story.checklist = make_checklist(session, cast.access("alice"), "Ronda 2")
    story.say(2, "IN-01", Outcome.PASS)

    assert list(story.told(2).values()) == [(1, 0), (1, 0), (0, 0)]
    alone = checklist_gaps_over_time(session, first.id, START + timedelta(days=2))
    assert [point.open for point in alone] == [1, 1, 1]


def test_a_long_series_is_thinned_out_with_both_ends_kept(story: Story) -> None:
    story.say(0, "IN-01", Outcome.FAIL)

    days = list(story.told(400))

    assert len(days) == 60
    assert (days[0], days[-1]) == (START.date(), (START + timedelta(days=400)).date())
    assert days == sorted(set(days))
