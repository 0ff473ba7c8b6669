"""A server that is not what it should be: whatever it answers is told, and nothing believed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from checklist_app.blob_store import MEGABYTE
from checklist_app.blob_store.s3 import S3Store
from checklist_app.config import Config
from checklist_app.domain.errors import AlteredFile, NotFound, StorageUnavailable
from tests.listener import Listener, listening, says
from tests.object_store import SECRET_KEY

NAME = "0" * 64


def store_of(listener: Listener, folder: Path) -> S3Store:
    return S3Store.of(
        Config.from_env(
            {
                "CHECKLIST_DATA_DIR": str(folder / "machine"),
                "CHECKLIST_S3_BUCKET": "evidence",
                "CHECKLIST_S3_ENDPOINT": f"https://127.0.0.1:{listener.port}",
                "CHECKLIST_S3_CA_FILE": str(listener.authority),
                "CHECKLIST_S3_ACCESS_KEY_ID": "somebody",
                "CHECKLIST_S3_SECRET_ACCESS_KEY": SECRET_KEY,
            }
        )
    )


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_nobody_is_followed_elsewhere(tmp_path: Path, status: str) -> None:
    with listening() as elsewhere:
        moved = answer(
            status,
            b"<Error><Code>PermanentRedirect</Code><Endpoint>localhost</Endpoint></Error>",
            f"Location: http://127.0.0.1:{elsewhere.port}/evidence",
            "x-amz-bucket-region: eu-west-1",
        )
        with listening(says(moved), tls_for="127.0.0.1", folder=tmp_path) as listener:
            with pytest.raises(StorageUnavailable):
                store_of(listener, tmp_path).path(NAME)
            assert listener.connections
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        answer("200 OK", b"<html>welcome</html>", "Transfer-Encoding: chunked"),
        answer("200 OK", b"whole")[:-2].replace(b"Content-Length: 5", b"Content-Length: 5000"),
        answer("400 Bad", b"<Error><Code>\x1b[31m" + b"x" * 5000 + b"</Code></Error>"),
        answer("403 Forbidden", b"{not xml"),
        answer("500 Broken", b"<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>&a;</Code></Error>"),
        answer("503 Slow Down"),
    ],
)
def test_what_is_no_answer_is_told(
    tmp_path: Path, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        listening(says(said), tls_for="127.0.0.1", folder=tmp_path) as listener,
        pytest.raises(StorageUnavailable) as told,
    ):
        store_of(listener, tmp_path).path(NAME)
    assert "\x1b" not in caplog.text + str(told.value.hint)
    assert len(str(told.value.hint)) < 300
    assert not [path for path in tmp_path.rglob("machine/**/*") if path.is_file()]


def test_other_bytes_than_were_asked_for_are_not_kept(tmp_path: Path) -> None:
    with (
        listening(
            says(answer("200 OK", b"other bytes")), tls_for="127.0.0.1", folder=tmp_path
        ) as listener,
        pytest.raises(AlteredFile),
    ):
        store_of(listener, tmp_path).path(NAME)
    assert not [path for path in tmp_path.rglob("machine/**/*") if path.is_file()]


def test_a_checksum_that_is_none_is_not_believed(tmp_path: Path) -> None:
    dated = "Last-Modified: Sun, 01 Jan 2023 00:00:00 GMT"
    odd = answer("200 OK", b"", dated, "x-amz-checksum-sha256: ===-2")
    with listening(says(odd), tls_for="127.0.0.1", folder=tmp_path) as listener:
        store_of(listener, tmp_path).put(BytesIO(b"seen"), limit=MEGABYTE)
        assert [request[:4] for request in listener.requests] == [b"HEAD", b"PUT "]
        assert SECRET_KEY.encode() not in b"".join(listener.requests)


def test_a_key_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    gone = answer("404 Not Found", b"<Error><Code>NoSuchKey</Code></Error>")
    with (
        listening(says(gone), tls_for="127.0.0.1", folder=tmp_path) as listener,
        pytest.raises(NotFound),
    ):
        store_of(listener, tmp_path).path(NAME)
