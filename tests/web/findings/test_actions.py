"""Acting on many findings in the browser: preview, confirm, undo, and who may not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.domain.findings import Location
from checklist_app.domain.vocabulary import FindingMark
from checklist_app.models import Finding
from checklist_app.services.clock import today
from tests.cast import Cast, make_checklist
from tests.services.test_scan_scopes import bring
from tests.statements import counted
from tests.web.conftest import Visit
from tests.web.stage import finding
from tests.web.visitor import Visitor

FINDINGS = "/projects/banca/findings"
ACTIONS = f"{FINDINGS}/actions"


@pytest.fixture
def ids(session: Session, cast: Cast) -> list[int]:
    make_checklist(session, cast.access("alice"))
    bring(session, cast, finding("sql", 89), finding("xss", 79, path="page.html"))
    session.commit()
    found = list(session.scalars(select(Finding.id).order_by(Finding.id)))
    session.rollback()
    return found


def digest(page: str) -> str:
    found = re.search(r'name="previewed" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def previewed(visitor: Visitor, **form: str) -> str:
    return digest(visitor.post(f"{ACTIONS}/preview", form).text)


def marks(session: Session) -> set[FindingMark | None]:
    found = set(session.scalars(select(Finding.mark)))
    session.rollback()  # the one writer of SQLite is the app again
    return found


def test_preview_confirm_undo(ids: list[int], visit: Visit, session: Session) -> None:
    bob = visit("bob")
    form = {"kind": "false_positive", "finding": str(ids[0])}
    shown = bob.post(f"{ACTIONS}/preview", form)
    assert shown.status_code == 200
    assert "Se modifica un hallazgo" in shown.text
    assert "Cambia una sugerencia" in shown.text
    assert marks(session) == {None}

    sent = bob.post(ACTIONS, {**form, "reason": "Seen", "previewed": digest(shown.text)})
    assert sent.status_code == 303
    page = bob.get(sent.headers["Location"])
    undo = f"{sent.headers['Location']}/undo"
    assert page.text.count(f'action="{undo}"') == 2, "on the page, and in the message"
    assert marks(session) == {None, FindingMark.FALSE_POSITIVE}
    assert "Seen" in bob.get(f"{FINDINGS}/{ids[0]}").text

    assert bob.post(undo, {}).status_code == 303
    assert marks(session) == {None}
    assert "Deshecho por Bob" in bob.get(sent.headers["Location"]).text
    assert bob.post(undo, {}).status_code == 409


def test_all_that_the_filter_matches(ids: list[int], visit: Visit, session: Session) -> None:
    bob = visit("bob")
    form = {"kind": "false_positive", "which": "all", "cwe": "79"}
    bob.post(ACTIONS, {**form, "reason": "x", "previewed": previewed(bob, **form)})
    marked = session.scalars(select(Finding.rule_id).where(Finding.mark.is_not(None)))
    assert list(marked) == ["xss"]


def test_a_reason_that_is_missing_is_asked_for(
    ids: list[int], visit: Visit, session: Session
) -> None:
    bob = visit("bob")
    form = {"kind": "false_positive", "which": "all"}
    answer = bob.post(ACTIONS, {**form, "reason": " ", "previewed": previewed(bob, **form)})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert digest(answer.text)
    assert marks(session) == {None}


def test_a_bad_date_is_told_and_the_reason_kept(
    ids: list[int], visit: Visit, session: Session
) -> None:
    alice = visit("alice")
    form = {"kind": "accept", "which": "all"}
    yesterday = (today() - timedelta(days=1)).isoformat()
    for date in ("never", yesterday):
        answer = alice.post(
            ACTIONS,
            {
                **form,
                "reason": "Because",
                "expires_on": date,
                "previewed": previewed(alice, **form),
            },
        )
        assert answer.status_code == 422
        assert 'id="expires_on-error"' in answer.text
        assert ">Because</textarea>" in answer.text
    assert marks(session) == {None}


def test_what_changed_meanwhile_is_shown_anew(
    ids: list[int], visit: Visit, session: Session, cast: Cast
) -> None:
    bob = visit("bob")
    form = {"kind": "false_positive", "which": "all"}
    old = previewed(bob, **form)
    bring(session, cast, finding("new", 89, path="c.py"))
    session.commit()

    answer = bob.post(ACTIONS, {**form, "reason": "Mine", "previewed": old})

    assert answer.status_code == 409
    assert "Se modifican 3 hallazgos" in answer.text
    assert ">Mine</textarea>" in answer.text
    assert digest(answer.text) != old
    assert marks(session) == {None}


@pytest.mark.parametrize("body", [{"kind": "melt", "which": "all"}, {"kind": "reopen"}])
def test_nonsense_is_refused(ids: list[int], visit: Visit, body: dict[str, str]) -> None:
    assert visit("bob").post(f"{ACTIONS}/preview", body).status_code == 422


def test_who_may_not_sees_no_buttons(ids: list[int], visit: Visit) -> None:
    assert 'name="kind"' not in visit("vera").get(FINDINGS).text
    assert 'value="accept"' not in visit("bob").get(FINDINGS).text
    assert 'value="accept"' in visit("alice").get(FINDINGS).text
    form = {"kind": "accept", "which": "all"}
    assert visit("bob").post(f"{ACTIONS}/preview", form).status_code == 403


def test_the_same_weakness_by_two_tools_stands_together(
    ids: list[int], visit: Visit, session: Session, cast: Cast
) -> None:
    other = replace(
        finding("sqli", 564, path="src/app/db.py"),
        tool="Hound",
        locations=(Location("src/app/db.py", 13),),
    )
    bring(session, cast, other)
    session.commit()
    page = visit("vera").get(FINDINGS).text
    assert "También lo comunica Hound" in page
    assert page.count("Found by sqli") == 1
    assert "Hound" in visit("vera").get(f"{FINDINGS}/{ids[0]}").text


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ("cwe=CWE-79", {"xss"}),
        ("cwe=9", set()),
        ("rule=sql", {"sql"}),
        ("status=counts", {"sql", "xss"}),
        ("mark=false_positive", set()),
        ("mark=none", {"sql", "xss"}),
        ("item=IN-01", {"sql"}),
        ("environment=main", {"sql", "xss"}),
        ("environment=other", set()),
        ("planned=no", {"sql", "xss"}),
        ("planned=yes", set()),
        ("severity=huge", {"sql", "xss"}),
        ("q=page.h", {"xss"}),
        ("scope=1", {"sql", "xss"}),
        ("scope=99999999999999999999", {"sql", "xss"}),
        ("scope=7", set()),
    ],
)
def test_filters_stand_in_the_address(
    ids: list[int], visit: Visit, query: str, rules: set[str]
) -> None:
    page = visit("vera").get(f"{FINDINGS}?{query}").text
    assert set(re.findall(r"Found by (\w+)<", page)) == rules


def test_a_page_of_findings_takes_the_same_queries_whatever_their_number(
    ids: list[int], visit: Visit, session: Session, cast: Cast
) -> None:
    vera = visit("vera")
    vera.get(FINDINGS)

    def sent() -> int:
        with counted(vera.app.extensions["checklist_resources"].engine) as statements:
            assert vera.get(FINDINGS).status_code == 200
        return len(statements)

    few = sent()
    twin = replace(finding("s", 89), tool="Hound")
    bring(session, cast, *(finding(f"r{n}", 89, path=f"{n}.py") for n in range(80)))
    bring(
        session,
        cast,
        *(
            replace(
                twin,
                rule_id=f"h{n}",
                locations=(Location(f"{n}.py", 12),),
                fingerprint=f"{n:064x}",
            )
            for n in range(80)
        ),
    )
    session.commit()
    # Two more than without any duplicate: those nearby, and where they lead.
    assert sent() <= few + 1
