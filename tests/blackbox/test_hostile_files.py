"""Checks 48 to 55: files, by what they are called, what they are and how large they become."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from requests import Response

from checklist_app.config import MEGABYTE
from checklist_app.domain.vocabulary import JobState
from checklist_app.models import Evidence, Job, Project, ScanImport
from tests.blackbox import files
from tests.blackbox.listeners import listening
from tests.blackbox.premises import EVIDENCE_MB, QUOTA_MB, UPLOAD_MB, Premises
from tests.blackbox.raw import refused_soon, request_line
from tests.blackbox.visitors import Visitor
from tests.waiting import wait_until

REFUSED = {413, 415, 422}
ENDED = {JobState.DONE, JobState.FAILED, JobState.CANCELLED}
SOON = 2.0


@pytest.fixture(scope="module")
def slug(premises: Premises) -> str:
    """A project of Alice's that hostile files may go into."""
    return premises.new_project("alice")


def attach(visitor: Visitor, slug: str, name: str, data: bytes) -> Response:
    path = f"/projects/{slug}/checklists/1/items/IN-01/evidence"
    return visitor.post(path, {"kind": "file"}, files={"files": (name, data)})


def import_scan(visitor: Visitor, slug: str, name: str, data: bytes) -> Response:
    return visitor.post(f"/projects/{slug}/scans", files={"files": (name, data)})


def newest_evidence(premises: Premises, slug: str) -> Evidence:
    found: Evidence = premises.read(
        lambda session: (
            session.query(Evidence)
            .join(Project, Project.id == Evidence.project_id)
            .filter(Project.slug == slug)
            .order_by(Evidence.id.desc())
            .first()
        )
    )
    return found


def outcome_of_import(premises: Premises, answer: Response) -> tuple[str, dict[str, Any]]:
    """Wait for the worker; return how its job ended and the account that it left."""
    number = int(answer.headers["Location"].rpartition("/")[2])

    def ended() -> tuple[JobState, dict[str, Any]]:
        def ask(session: Any) -> tuple[JobState, dict[str, Any]]:
            row = session.get_one(ScanImport, number)
            return session.get_one(Job, row.job_id).state, row.account

        found: tuple[JobState, dict[str, Any]] = premises.read(ask)
        return found

    wait_until("the import ends", lambda: ended()[0] in ENDED)
    return ended()


def test_48_a_file_leaves_as_an_attachment_and_never_as_a_page(
    premises: Premises, alice: Visitor, slug: str
) -> None:
    for name, data in (
        ("page.html", files.HTML),
        ("drawing.svg", files.SVG),
        ("page.xhtml", files.XHTML),
        ("paper.pdf", files.PDF),
        ("data.xml", b'<?xml version="1.0"?><a/>'),
        ("two.png", files.png(2, 2, bits=8)),
    ):
        assert attach(alice, slug, name, data).status_code == 303, name
        number = newest_evidence(premises, slug).id
        answer = alice.get(f"/projects/{slug}/evidence/{number}/file")
        assert answer.content == data
        assert answer.headers["Content-Type"] == "application/octet-stream", name
        assert answer.headers["Content-Disposition"].startswith("attachment"), name
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        shown = alice.get(f"/projects/{slug}/evidence/{number}/preview")
        if name == "two.png":
            assert shown.headers["Content-Type"] == "image/jpeg"
            assert shown.content != data
        else:
            assert shown.status_code == 404, name


def test_49_a_name_is_data(premises: Premises, alice: Visitor, slug: str) -> None:
    for name in (
        "x\r\nX-Evil: y.txt",
        '"; filename="evil.html".txt',
        "../../../../tmp/evil.txt",
        "..\\..\\evil.txt",
        "n" * 300 + ".txt",
        "nul\0byte.txt",
        "right\u202etxt.exe.txt",
        "ñandú 鶴.txt",
        "%2e%2e%2fevil.txt",
    ):
        answer = attach(alice, slug, name, b"some words")
        assert answer.status_code in (303, 422), (name, answer.status_code)
        stored = newest_evidence(premises, slug).file_name
        assert not re.search(r"[\x00-\x1f\x7f/\\\u202e]", stored), stored
        assert 0 < len(stored) <= 200
        number = newest_evidence(premises, slug).id
        told = alice.get(f"/projects/{slug}/evidence/{number}/file")
        assert "X-Evil" not in told.headers
        header = told.headers["Content-Disposition"]
        assert re.fullmatch(
            r"attachment; filename=(?:\"(?:[^\"\\]|\\.)*\"|[\w.!#$&+^`|~%-]+)"
            r"(?:; filename\*=UTF-8''[\w.!#$&+^`|~%-]+)?",
            header,
        ), header
        if "filename*=" in header:
            assert unquote(header.rpartition("''")[2]) == stored
    assert not Path("/tmp/evil.txt").exists()  # noqa: S108 - it must not appear


def test_50_what_is_too_large_is_refused_before_it_is_read(
    premises: Premises, alice: Visitor, slug: str
) -> None:
    server, cookie = premises.server, f"Cookie: checklist={alice.cookie}"
    form = "Content-Type: application/x-www-form-urlencoded"
    multipart = "Content-Type: multipart/form-data; boundary=b"
    json_body = "Content-Type: application/json"
    over = UPLOAD_MB * MEGABYTE + 1
    fields = "&".join(f"a{number}=1" for number in range(60_000)).encode()
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    told = f"Content-Length: {over}"
    large = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="x"\r\n\r\n' + b"x" * over
    )
    scans = f"/projects/{slug}/scans"
    for headers, path, body in (
        ((cookie, form, told), scans, b""),
        ((cookie, multipart, told), scans, b""),
        ((cookie, multipart, f"Content-Length: {len(large)}"), scans, large),
        ((json_body, told), "/api/v1/token", b""),
        ((form, f"Content-Length: {len(fields)}"), "/sign-in", fields),
        ((multipart, f"Content-Length: {len(part) * 10_000}"), "/sign-in", part * 10_000),
    ):
        sent = request_line("POST", path, *headers, body=body)
        refused_soon(server, sent, {413}, within=SOON)
    # Chunks say nothing of the length; what is cut off at the limit is not taken for the whole.
    for kind, path, body in (
        (form, "/sign-in", b"a=" + b"x" * over),
        (multipart, scans, large),
        (json_body, "/api/v1/token", b'{"email": "a@example.org", "password": "x"}'.ljust(over)),
    ):
        sent = request_line("POST", path, cookie, kind, "Transfer-Encoding: chunked")
        refused_soon(server, sent + in_chunks(body), {413}, within=SOON)
    refused_soon(server, request_line("GET", "/", f"X-Long: {'x' * MEGABYTE}"), {431}, within=SOON)
    many = [f"X-{number}: 1" for number in range(10_000)]
    refused_soon(server, request_line("GET", "/", *many), {431}, within=SOON)
    refused_soon(server, request_line("GET", "/" + "x" * 100_000), {414}, within=SOON)
    just_over = attach(alice, slug, "large.txt", b"x" * (EVIDENCE_MB * MEGABYTE + 1))
    assert just_over.status_code == 413
    assert just_over.elapsed.total_seconds() < SOON
    assert alice.is_in()


def in_chunks(body: bytes) -> bytes:
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def test_51_a_file_is_what_its_bytes_say(premises: Premises, alice: Visitor, slug: str) -> None:
    for name, data in (
        ("picture.png", files.EXECUTABLE),
        ("picture.png", files.WINDOWS),
        ("picture.png", files.HTML),
        ("program.exe", files.WINDOWS),
        ("library.so", files.EXECUTABLE),
    ):
        assert attach(alice, slug, name, data).status_code in REFUSED, name
    # Behind a picture anything may follow; it is kept, and what is shown is painted anew.
    answer = attach(alice, slug, "two-faced.png", files.POLYGLOT)
    if answer.status_code == 303:
        number = newest_evidence(premises, slug).id
        shown = alice.get(f"/projects/{slug}/evidence/{number}/preview")
        assert b"<script" not in shown.content
        raw = alice.get(f"/projects/{slug}/evidence/{number}/file")
        assert raw.headers["Content-Disposition"].startswith("attachment")
    else:
        assert answer.status_code in REFUSED
    document = files.archive([("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<t/>")])
    answer = import_scan(alice, slug, "report.zip", document)
    if answer.status_code == 303 and answer.headers["Location"].rpartition("/")[2].isdigit():
        assert outcome_of_import(premises, answer)[0] is JobState.FAILED
    else:
        assert answer.status_code in {*REFUSED, 303}


def test_52_no_archive_leads_out_or_swells(premises: Premises, alice: Visitor, slug: str) -> None:
    before = premises.read(lambda session: session.query(ScanImport).count())
    for name, data in files.archives().items():
        answer = import_scan(alice, slug, f"{name}.zip", data)
        if name == "doubled":  # two reports of one name are two reports
            assert answer.status_code in (303, 422)
            continue
        if name in ("absolute", "drive", "backslashes") and answer.status_code == 303:
            continue  # taken by its last part as a name, and stored under its SHA-256
        assert answer.status_code in REFUSED, (name, answer.status_code)
    after = premises.read(lambda session: session.query(ScanImport).count())
    assert after - before <= 5
    assert not list(Path("/tmp").glob("*leads-out*"))  # noqa: S108 - where it would be
    assert not list(premises.folder.rglob("*leads-out*"))
    assert not [path for path in premises.folder.rglob("*") if path.is_symlink()]


def test_53_no_picture_takes_the_memory(premises: Premises, alice: Visitor, slug: str) -> None:
    small_head = bytearray(files.png(1, 1))
    for name, data in (
        ("wide.png", files.png(50_000, 50_000)),
        ("black.png", files.png(13_000, 13_000)),
        ("cut.png", bytes(small_head[:40])),
    ):
        answer = attach(alice, slug, name, data)
        assert answer.status_code in REFUSED, (name, answer.status_code)
    for name, data in (
        ("moves.png", files.animated_png(10_000)),
        ("moves.gif", files.animated_gif(10_000)),
    ):
        assert attach(alice, slug, name, data).status_code in {*REFUSED, 303}, name
    assert _memory_mb(premises) < 700


def test_54_a_project_has_a_quota(premises: Premises, alice: Visitor) -> None:
    own = premises.new_project("alice")
    piece = EVIDENCE_MB * MEGABYTE - 1000
    statuses = []
    for number in range(QUOTA_MB // EVIDENCE_MB + 2):
        data = f"{number}\n".encode().ljust(piece, b"x")
        answer = attach(alice, own, f"{number}.txt", data)
        statuses.append(answer.status_code)
        if answer.status_code != 303:
            break
    assert statuses[-1] in (413, 422, 507), statuses
    assert set(statuses[:-1]) == {303}
    assert str(QUOTA_MB) in answer.text


def test_55_no_xml_reads_a_file_or_calls_anybody(
    premises: Premises, alice: Visitor, slug: str
) -> None:
    with listening() as listener:
        url = f"http://127.0.0.1:{listener.port}"
        entities = {
            "entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            "entity over http": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{url}/x">]>',
            "parameter entity": f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}/p"> %p;]>',
            "laughs": "<!DOCTYPE a ["
            + '<!ENTITY x0 "ha">'
            + "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
            + '<!ENTITY x "&x11;">]>',
            "harmless": '<!DOCTYPE a [<!ENTITY x "x">]>',
        }
        for name, head in entities.items():
            answer = import_scan(alice, slug, f"{name}.xml", _zap_report("&x;", head))
            assert _is_refused(premises, alice, answer), name
        # Honest tools name their type of document, and it may lie anywhere: it is never fetched.
        typed = _zap_report("x", f'<!DOCTYPE OWASPZAPReport SYSTEM "{url}/dtd">')
        state, account = outcome_of_import(premises, import_scan(alice, slug, "type.xml", typed))
        assert state is JobState.DONE
        assert account["new"] == 1
        include = (
            f'<xi:include href="{url}/x"/><xi:include parse="text" href="file:///etc/passwd"/>'
        )
        answer = import_scan(alice, slug, "include.xml", _zap_report("x", "", include))
        assert _is_refused(premises, alice, answer)
        assert listener.visits == []


def _zap_report(name: str, head: str, more: str = "") -> bytes:
    """Return a report with one alert of that name, which an honest reader would take."""
    return (
        f'<?xml version="1.0"?>{head}'
        '<OWASPZAPReport version="2" xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<site name="https://a.example" host="a.example" port="443" ssl="true">{more}<alerts>'
        f"<alertitem><pluginid>10038</pluginid><alert>{name}</alert><name>{name}</name>"
        "<riskcode>2</riskcode><confidence>3</confidence><desc>d</desc><instances><instance>"
        "<uri>https://a.example/</uri><method>GET</method></instance></instances>"
        "<cweid>693</cweid></alertitem></alerts></site></OWASPZAPReport>"
    ).encode()


def _is_refused(premises: Premises, visitor: Visitor, answer: Response) -> bool:
    """Return whether a report was refused, at the door or by the worker, and nothing of it kept."""
    if answer.status_code != 303:
        return answer.status_code in REFUSED
    state, account = outcome_of_import(premises, answer)
    page = visitor.get(answer.headers["Location"]).text
    assert "root:" not in page
    return state is JobState.FAILED and not account


def _memory_mb(premises: Premises) -> float:
    """Return the memory of the largest process of the server."""
    largest = 0
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes() if folder.name.isdigit() else b""
            if f":{premises.server.port}".encode() in command:
                found = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
                largest = max(largest, int(found[1]) if found else 0)
        except OSError:
            continue
    assert largest
    return largest / 1024
