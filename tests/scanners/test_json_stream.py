"""Walking JSON piece by piece: the same values and the same refusals as reading it whole."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.untrusted import json_stream
from checklist_app.untrusted.json_stream import JsonStream
from checklist_app.untrusted.json_text import load_json

VALUE = {
    "text": 'a "quoted" \\ text with ñ, 漢字 and 🎉',
    "numbers": [0, -1, 12345678901234567890, 1.5e3],
    "words": [True, False, None],
    "empty": [{}, [], ""],
    "deep": [[[[{"a": [[["b"]]]}]]]],
    "long": "x" * 500,
}


@pytest.fixture(params=[1, 7, 64, 1024 * 1024])
def _window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the file into windows of so many bytes: within words, numbers, escapes, characters."""
    monkeypatch.setattr(json_stream, "WINDOW_BYTES", request.param)


def stepping(stream: JsonStream) -> Any:
    """Return what a stream holds, by steps into all that can be stepped into."""
    match stream.peek():
        case "{":
            return {key: stepping(stream) for key in stream.members()}
        case "[":
            return [stepping(stream) for _ in stream.elements()]
    return stream.value()


def opened(data: bytes) -> JsonStream:
    return JsonStream(io.BytesIO(data), len(data))


def walked(data: bytes) -> Any:
    stream = opened(data)
    found = stepping(stream)
    stream.finish()
    return found


def refusal(read: Any, data: bytes) -> dict[str, Any]:
    with pytest.raises(UnreadableReport) as caught:
        read(data)
    return caught.value.text.to_json()


@pytest.mark.usefixtures("_window")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("indent", [None, 3])
def test_every_way_of_walking_gives_the_same(encoding: str, indent: int | None) -> None:
    data = json.dumps(VALUE, indent=indent, ensure_ascii=False).encode(encoding)
    assert walked(data) == opened(data).value() == load_json(data) == VALUE


@pytest.mark.usefixtures("_window")
def test_values_can_be_passed_over() -> None:
    stream = opened(json.dumps([VALUE, 1, VALUE, "last"]).encode())
    found = []
    for number, _ in enumerate(stream.elements()):
        if number % 2:
            found.append(stream.value())
        else:
            stream.skip()
    assert found == [1, "last"]


@pytest.mark.usefixtures("_window")
def test_a_file_that_ends_anywhere_is_cut_off() -> None:
    whole = json.dumps(VALUE, ensure_ascii=False).encode()
    for size in range(1, len(whole) - 1):
        assert refusal(walked, whole[:size]) == refusal(load_json, whole[:size]), size


@pytest.mark.usefixtures("_window")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n\t ",
        b"\0\0\0\0" * 20,
        b'{"a": 1}\n{"a": 2}',
        b'{"a": 1,\n "a": 2}',
        b'{"b": {"a": 1, "a": 2}}',
        b"[1, NaN]",
        b"[Infinity]",
        b"[1e999]",
        b"[" + b"9" * 5000 + b"]",
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b"[" * 3000 + b"]" * 3000,
        b'{"a": 1,}',
        b'{"a" 1}',
        b"{a: 1}",
        b"[1, ]",
        b"[1\n\n 2]",
        b"[tru]",
        b'["\x01"]',
        b'["\\x"]',
        b'["\xff"]',
        b'["\xc3("]',
        b"]",
        b"[1]]",
        b"'a'",
        b"<a/>",
    ],
)
def test_what_one_refuses_the_other_refuses_in_the_same_words(data: bytes) -> None:
    assert refusal(walked, data) == refusal(load_json, data)
    assert refusal(lambda read: _whole(opened(read)), data) == refusal(load_json, data)


def _whole(stream: JsonStream) -> None:
    stream.value()
    stream.finish()


@pytest.mark.usefixtures("_window")
def test_half_a_character_of_utf_16_is_kept_as_it_is_read_whole() -> None:
    data = b'["\\ud800", "\xed\xa0\x80"]'
    assert walked(data) == load_json(data)
