"""Evidence that is taken: kept to the byte, shown harmlessly, told to nobody else."""

from __future__ import annotations

import hashlib
import os
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.blob_store.drafts import LOCK
from checklist_app.config import Config
from checklist_app.domain.alerts import SecurityKind
from checklist_app.models import Evidence, SecurityEvent
from checklist_app.services.uploads import clean_name
from tests.web.conftest import Visit
from tests.web.evidence.conftest import ITEM, Left, assert_altered_file_is_told, upload
from tests.web.evidence.files import HTML, PAYLOAD, SVG, picture

NAMES = {
    "../../etc/passwd.txt": "passwd.txt",
    "c:/windows/a.txt": "a.txt",
    "factura\u202etxt.exe": "facturatxt.exe",
    "<img src=x onerror=alert(1)>.txt": "<img src=x onerror=alert(1)>.txt",
    "informe ñandú 漢字.txt": "informe ñandú 漢字.txt",
    "..": "..",
}


def stored(session: Session) -> list[Evidence]:
    session.rollback()
    rows = list(session.scalars(select(Evidence).order_by(Evidence.id)))
    # Let go, so that reading an attribute does not begin a transaction that others wait for.
    session.expunge_all()
    session.rollback()
    return rows


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_to_the_byte_and_shown_as_a_copy_without_its_secrets(
    visit: Visit, session: Session, kind: str
) -> None:
    carla, data = visit("carla"), picture(kind)
    assert upload(carla, ("Captura.png", data)).status_code == 303
    (row,) = stored(session)
    assert row.blob_sha256 == hashlib.sha256(data).hexdigest()
    original = carla.get(f"/projects/banca/evidence/{row.id}/file")
    assert original.data == data
    preview = carla.get(f"/projects/banca/evidence/{row.id}/preview")
    assert preview.mimetype == "image/jpeg"
    assert preview.headers["Cache-Control"] == "no-store"
    assert PAYLOAD not in preview.data
    assert b"Valparaiso" not in preview.data
    with Image.open(BytesIO(preview.data)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (40, 30), {})
    original.close()
    preview.close()
    seen = SecurityEvent.kind == SecurityKind.VIEWING
    assert session.scalars(select(SecurityEvent.user_id).where(seen)).all() == [row.author_id]


def test_a_picture_that_was_altered_on_the_disk_is_not_served(
    visit: Visit, session: Session, config: Config
) -> None:
    carla = visit("carla")
    upload(carla, ("seen.txt", b"What we saw."))
    row = session.scalars(select(Evidence)).one()
    sha256, address = row.blob_sha256 or "", f"/projects/banca/evidence/{row.id}/file"
    session.rollback()
    with carla.get(address) as whole:
        assert whole.data == b"What we saw."
    stored = config.blob_dir / sha256[:2] / sha256[2:]
    seen = stored.stat()
    stored.write_bytes(b"What we saw!")
    os.utime(stored, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    answer = carla.get(address)
    assert (answer.status_code, b"saw!" in answer.data) == (500, False)
    assert_altered_file_is_told(session, address)
    session.rollback()
    upload(carla, ("seen.txt", b"What we saw."))
    with carla.get(address) as whole:
        assert whole.data == b"What we saw."


def test_several_files_come_in_with_one_request(visit: Visit, session: Session) -> None:
    answer = upload(visit("carla"), ("a.txt", b"one"), ("b.png", picture()), ("c.json", b"{}"))
    assert answer.status_code == 303
    assert [(row.title, row.media_type) for row in stored(session)] == [
        ("a.txt", "text/plain"),
        ("b.png", "image/png"),
        ("c.json", "application/json"),
    ]


@pytest.mark.parametrize(("name", "data"), [("a.html", HTML), ("a.svg", SVG), ("a.txt", HTML)])
def test_a_page_or_drawing_is_only_ever_saved_and_never_shown(
    visit: Visit, session: Session, name: str, data: bytes
) -> None:
    carla = visit("carla")
    assert upload(carla, (name, data)).status_code == 303
    (row,) = stored(session)
    answer = carla.get(f"/projects/banca/evidence/{row.id}/file")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert carla.get(f"/projects/banca/evidence/{row.id}/preview").status_code == 404
    answer.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_data_and_never_a_path_a_header_or_markup(
    visit: Visit, session: Session, config: Config, name: str
) -> None:
    carla = visit("carla")
    assert upload(carla, (name, b"words")).status_code == 303
    (row,) = stored(session)
    assert row.file_name == NAMES[name]
    answer = carla.get(f"/projects/banca/evidence/{row.id}/file")
    told = answer.headers["Content-Disposition"]
    assert told.startswith("attachment; filename")
    assert "\r" not in told
    assert "\n" not in told
    assert len(answer.headers.getlist("Content-Disposition")) == 1
    answer.close()
    assert "<img src=x" not in carla.get(ITEM).text
    files = {path for path in config.blob_dir.rglob("*") if path.is_file() and path.name != LOCK}
    assert {path.parent.name for path in files} == {row.blob_sha256[:2] if row.blob_sha256 else ""}


def test_folders_line_breaks_and_length_of_a_name_are_cut_off() -> None:
    assert clean_name("c:\\windows\\a.txt") == "a.txt"
    assert clean_name("a\r\nX: y\0.txt") == "aX: y.txt"
    assert clean_name("\u202e\u200b \n") == "file"
    assert len(clean_name("ñ" * 300)) == 200


def test_a_link_and_a_note_are_evidence_too(visit: Visit, session: Session) -> None:
    carla = visit("carla")
    link = {"kind": "link", "url": "https://ci.example.org/run/7", "title": ""}
    note = {"kind": "note", "title": "Mirado", "note": "**Visto** <script>x</script>"}
    assert carla.post(f"{ITEM}/evidence", link).status_code == 303
    assert carla.post(f"{ITEM}/evidence", note).status_code == 303
    assert [row.kind for row in stored(session)] == ["link", "note"]
    page = carla.get(ITEM).text
    assert 'href="https://ci.example.org/run/7"' in page
    assert "<script>x" not in page


@pytest.mark.parametrize(
    "form",
    [
        {"kind": "link", "url": "javascript:alert(1)"},
        {"kind": "link", "url": "ftp://example.org"},
        {"kind": "link", "url": "https:///x"},
        {"kind": "link", "url": "http://[::1"},
        {"kind": "link", "url": "https://example.org/" + "x" * 2000},
        {"kind": "note", "note": "   "},
        {"kind": "note", "note": "x" * 20_001},
        {"kind": "file"},
        {"kind": "nonsense"},
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_what_is_no_evidence_is_refused_and_kept_in_the_form(
    visit: Visit, left: Left, form: dict[str, str], fragment: bool
) -> None:
    carla = visit("carla")
    send = carla.fragment if fragment else carla.post
    answer = send(f"{ITEM}/evidence", form)
    assert answer.status_code == 422
    assert form.get("note", "").strip() in answer.text
    assert sum(left().values()) == 0


def test_evidence_of_the_project_can_speak_to_another_item_once(
    visit: Visit, session: Session, left: Left
) -> None:
    carla = visit("carla")
    upload(carla, ("a.txt", b"words"))
    (row,) = stored(session)
    session.rollback()
    other = ITEM.replace("IN-01", "IN-02")
    for _ in range(2):
        answer = carla.post(f"{other}/evidence/link", {"evidence_id": row.id})
        assert answer.status_code == 303
    assert left()["evidence_link"] == 2


def test_the_only_evidence_of_a_pass_stays_on_it(
    visit: Visit, session: Session, left: Left
) -> None:
    bob = visit("bob")
    upload(bob, ("a.txt", b"words"), ("b.txt", b"more"))
    first, second = stored(session)
    verdict = {"outcome": "pass", "rationale": "", "row_version": "1"}
    assert bob.post(f"{ITEM}/verdict", verdict).status_code == 303
    assert bob.post(f"{ITEM}/evidence/{first.id}/unlink").status_code == 303
    refused = bob.post(f"{ITEM}/evidence/{second.id}/unlink")
    assert refused.status_code == 409
    assert left()["evidence_link"] == 1
    assert left()["evidence"] == 2
