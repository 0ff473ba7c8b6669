"""A scanner report from its upload to the suggestion beside the verdict."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from checklist_app.domain.vocabulary import JobState
from checklist_app.jobs.worker import work_until_over
from checklist_app.models import (
    Evidence,
    Finding,
    Job,
    ScanImport,
    Suggestion,
    SuggestionFinding,
    Verdict,
)
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.jobs.scan_files import sarif
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

SCANS = "/projects/banca/scans"
ITEM = "/projects/banca/checklists/1/items/IN-01"
ZAP_ENTITY = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<OWASPZAPReport version="2.14"><site name="&x;"/></OWASPZAPReport>"""
BAD = {
    "not what it says": b"MZ\x90\x00 just a program",
    "cut short": sarif(3)[:-200],
    "external entity": ZAP_ENTITY,
    "only brackets": b"[" * 200_000,
    "words": "ninguna herramienta escribió esto".encode(),
    "json of somebody else": b'{"hello": ["world"]}',
    "not text": bytes(range(256)) * 40,
}


@pytest.fixture(autouse=True)
def checklist(session: Session, cast: Cast) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()


def upload(visitor: Visitor, *files: tuple[str, bytes]) -> TestResponse:
    parts: list[tuple[str, Any]] = [("csrf_token", visitor.form_token())]
    parts += [("files", FileStorage(BytesIO(data), name)) for name, data in files]
    boundary, body = encode_multipart(MultiDict(parts))
    return visitor.client.post(
        SCANS, data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )


def work(resources: Resources) -> list[JobState]:
    with resources.reading_session() as session:
        ids = session.scalars(select(Job.id).order_by(Job.id)).all()
    return [work_until_over(resources, job_id) for job_id in ids]


def count(session: Session) -> dict[str, int]:
    session.rollback()
    tables = (Evidence, Finding, Suggestion, SuggestionFinding, Verdict)
    found = {t.__tablename__: session.scalar(select(func.count()).select_from(t)) for t in tables}
    session.rollback()
    return {name: number or 0 for name, number in found.items()}


def test_a_report_becomes_findings_and_a_suggestion_and_no_verdict(
    visit: Visit, resources: Resources, session: Session
) -> None:
    carla = visit("carla")
    answer = upload(carla, ("trial.sarif", sarif(3)))
    assert answer.status_code == 303
    assert count(session)["finding"] == 0
    assert work(resources) == [JobState.DONE]
    assert count(session) == {
        "evidence": 1,
        "finding": 3,
        "suggestion": 1,
        "suggestion_finding": 3,
        "verdict": 0,
    }
    shown = carla.get(answer.headers["Location"])
    assert shown.status_code == 200
    assert "Joined query" in shown.text
    assert "Joined query" in carla.get(ITEM).text
    verdict = {"outcome": "fail", "rationale": "", "row_version": "1"}
    assert visit("bob").post(f"{ITEM}/verdict", verdict).status_code == 303


def test_the_same_file_again_changes_nothing(
    visit: Visit, resources: Resources, session: Session
) -> None:
    carla = visit("carla")
    upload(carla, ("trial.sarif", sarif(3)))
    work(resources)
    before = count(session)
    again = upload(carla, ("renamed.sarif", sarif(3)))
    assert work(resources) == [JobState.DONE] * 2
    assert count(session) == before
    with resources.reading_session() as reading:
        last = reading.scalars(select(ScanImport).order_by(ScanImport.id.desc())).first()
        assert last is not None
        assert (last.account["new"], last.account["seen"], last.account["changed"]) == (0, 3, 0)
    assert carla.get(again.headers["Location"]).status_code == 200


@pytest.mark.parametrize("name", BAD)
def test_a_report_that_cannot_be_read_says_why_and_leaves_no_finding(
    visit: Visit, resources: Resources, session: Session, name: str
) -> None:
    carla = visit("carla")
    answer = upload(carla, ("report.sarif", BAD[name]))
    assert answer.status_code == 303
    assert work(resources) == [JobState.FAILED]
    found = count(session)
    assert (found["finding"], found["suggestion"]) == (0, 0)
    session.rollback()
    message = session.scalars(select(Job.message)).one()
    session.rollback()
    assert message is not None
    told = {}
    for language in ("es", "en"):
        carla.post("/language", {"language": language})
        page = carla.get(answer.headers["Location"])
        assert page.status_code == 200
        told[language] = page.text
        assert "root:" not in page.text
    english = (message["msgid"] % message["params"]).split("'")[0][:40]
    assert english in told["en"]
    assert english not in told["es"]


def test_an_empty_upload_is_refused_at_once(visit: Visit, session: Session) -> None:
    carla = visit("carla")
    assert upload(carla, ("empty.sarif", b"")).status_code == 422
    assert upload(carla).status_code == 422
    assert upload(carla, *[(f"{n}.sarif", b"{}") for n in range(21)]).status_code == 422
    assert sum(count(session).values()) == 0


def test_of_several_reports_each_is_read(
    visit: Visit, resources: Resources, session: Session
) -> None:
    answer = upload(visit("carla"), ("a.sarif", sarif(2)), ("b.sarif", sarif(1, cwe=79)))
    assert answer.headers["Location"] == SCANS
    assert work(resources) == [JobState.DONE] * 2
    assert count(session)["suggestion"] == 2


def test_without_a_script_the_good_files_go_through_and_the_bad_ones_are_named(
    visit: Visit, resources: Resources, session: Session
) -> None:
    carla = visit("carla")
    answer = upload(
        carla,
        ("good.sarif", sarif(2)),
        ("empty.sarif", b""),
        ("<b>hollow</b>.sarif", b""),
        ("broken.zip", b"PK\x03\x04 no archive"),
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, SCANS)
    page = carla.get(SCANS).text
    told = page.split('id="flashes"')[1].split("</main>")[0]
    assert told.count("flash-warning") == 2
    assert "2 archivos no se han importado: empty.sarif, " in told
    assert "broken.zip" in told
    assert "El archivo está vacío." in told
    assert "<b>hollow" not in page
    assert work(resources) == [JobState.DONE]
    assert count(session)["finding"] == 2


def test_a_file_beside_a_refused_one_leads_to_the_list(visit: Visit) -> None:
    answer = upload(visit("carla"), ("good.sarif", sarif(1)), ("empty.sarif", b""))
    assert answer.headers["Location"] == SCANS


def test_when_no_file_can_be_taken_each_is_named(visit: Visit, session: Session) -> None:
    answer = upload(visit("carla"), ("empty.sarif", b""), ("broken.zip", b"PK\x03\x04 no"))

    assert answer.status_code == 422
    assert "empty.sarif" in answer.text
    assert "broken.zip" in answer.text
    assert sum(count(session).values()) == 0


def test_what_finds_no_room_is_named_and_the_rest_is_read(
    visit: Visit, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sarif(1), sarif(40)
    room = (len(first) + 50) / resources.config.project_quota_mb
    monkeypatch.setattr("checklist_app.services.evidence.MEGABYTE", room)
    carla = visit("carla")
    upload(carla, ("small.sarif", first), ("large.sarif", second))

    page = carla.get(SCANS).text
    assert "large.sarif" in page
    assert work(resources) == [JobState.DONE]


def test_a_script_gets_the_list_with_what_became_of_each_file(
    visit: Visit, resources: Resources
) -> None:
    carla = visit("carla")
    for name, data in (("trial.sarif", sarif(3)), ("cut.sarif", BAD["cut short"])):
        parts = {"files": FileStorage(BytesIO(data), name), "csrf_token": carla.form_token()}
        sent = carla.client.post(SCANS, data=parts, headers={"X-Requested-With": "fragment"})
        assert (sent.status_code, "<html" in sent.text) == (200, False)
        assert f'data-live="{SCANS}"' in sent.text
        assert name in sent.text
    work(resources)
    listed = carla.client.get(SCANS, headers={"X-Requested-With": "fragment"}).text
    assert "data-live" not in listed
    assert listed.count('class="small text-fail"') == 1
    assert 'class="num">3</b>' in listed
