"""Calls to addresses that people typed, against a listener on this machine."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from checklist_app.config import AllowedHost, Config
from checklist_app.outbound import call
from checklist_app.outbound.call import LARGEST_ANSWER, NoAnswer, post
from checklist_app.outbound.destination import Refused, addresses, destination
from tests.listener import Listener, listening, says

NAME = "hooks.example.test"
PUBLIC = "93.184.215.14"
Resolver = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as made:
        yield made


def resolver(*answers: tuple[str, ...]) -> Resolver:
    """Return a resolver that gives each answer once, the last one ever after."""
    left = list(answers)

    def look_up(_host: str, port: int, **_kind: Any) -> list[tuple[Any, ...]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, port),
            )
            for one in found
        ]

    return look_up


def allowing(config: Config, listener: Listener, host: str, scheme: str = "http") -> Config:
    allowed = frozenset({AllowedHost(scheme, host, listener.port)})
    return replace(config, outbound_allowed_hosts=allowed)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "0.0.0.0",  # noqa: S104 - it is refused
        "[::1]",
        "[::]",
        "[::ffff:7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "example.org@127.0.0.1",
        "exa%6dple.org",
        "①②⑦.0.0.1",
        "example.org\\@127.0.0.1",
    ],
)
def test_nothing_reaches_a_network_that_is_not_public(
    config: Config, listener: Listener, host: str
) -> None:
    opened = replace(config, outbound_ports=frozenset({listener.port}))
    with pytest.raises(Refused):
        post(opened, f"https://{host}:{listener.port}/hook", b"{}", {})
    assert listener.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://example.org/a b",
        "https://example.org/a\r\nHost: other",
        "https:///hook",
        "gopher",
        "",
        "https://example.org/" + "a" * 500,
    ],
)
def test_only_whole_https_addresses_on_the_usual_ports_are_taken(config: Config, url: str) -> None:
    with pytest.raises(Refused):
        destination(config, url)


def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(
    config: Config, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = replace(config, outbound_ports=frozenset({listener.port}))
    monkeypatch.setattr(socket, "getaddrinfo", resolver((PUBLIC, "127.0.0.1")))
    with pytest.raises(Refused):
        post(opened, f"https://{NAME}:{listener.port}/", b"{}", {})
    assert listener.connections == 0


def test_a_name_that_changes_its_mind_is_not_asked_again(
    config: Config, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = replace(config, outbound_ports=frozenset({listener.port}))
    tried: list[str] = []

    def connect(_socket: socket.socket, place: tuple[str, int]) -> None:
        tried.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolver((PUBLIC,), ("127.0.0.1",)))
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(NoAnswer):
        post(opened, f"https://{NAME}:{listener.port}/", b"{}", {})
    assert tried == [PUBLIC]
    assert listener.connections == 0


def test_an_allowed_host_is_called_and_keeps_its_name(
    config: Config, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(("127.0.0.1",)))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    opened = allowing(config, listener, NAME)
    answer = post(opened, f"http://{NAME}:{listener.port}/hook?a=1", b"{}", {"X-A": "b"})
    assert (answer.status, answer.body) == (204, b"")
    (sent,) = listener.requests
    assert sent.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert f"Host: {NAME}:{listener.port}".encode() in sent
    assert b"X-A: b" in sent


def test_allowing_one_port_or_scheme_allows_no_other(config: Config, listener: Listener) -> None:
    opened = allowing(config, listener, "localhost")
    for url in (
        f"https://localhost:{listener.port}/",
        "http://localhost/",
        f"http://127.0.0.1:{listener.port}/",
    ):
        with pytest.raises(Refused):
            post(opened, url, b"{}", {})
    assert listener.connections == 0


def test_a_redirect_is_an_answer_and_nothing_more(config: Config) -> None:
    with listening() as inside:
        redirect = (
            f"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{inside.port}/\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        with listening(says(redirect.encode())) as outside:
            opened = allowing(config, outside, "localhost")
            answer = post(opened, f"http://localhost:{outside.port}/", b"{}", {})
        assert answer.status == 307
        assert inside.connections == 0


def test_a_huge_answer_is_read_in_part(config: Config) -> None:
    def endless(connection: socket.socket, closing: Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not closing.is_set():
            connection.sendall(b"x" * 65536)

    with listening(endless) as made:
        opened = allowing(config, made, "localhost")
        answer = post(opened, f"http://localhost:{made.port}/", b"{}", {})
    assert len(answer.body) == LARGEST_ANSWER


@pytest.mark.parametrize("given", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"])
def test_a_slow_answer_is_waited_for_only_so_long(
    config: Config, given: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "SECONDS_IN_ALL", 0.6)

    def drip(connection: socket.socket, closing: Event) -> None:
        connection.sendall(given)
        while not closing.wait(0.1):
            connection.sendall(b"P")

    with listening(drip) as made:
        opened = allowing(config, made, "localhost")
        with pytest.raises(NoAnswer, match="in time"):
            post(opened, f"http://localhost:{made.port}/", b"{}", {})


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_time_that_runs_out_before_there_is_a_connection_ends_it(
    config: Config, listener: Listener, scheme: str
) -> None:
    opened = allowing(config, listener, "127.0.0.1", scheme)
    target = destination(opened, f"{scheme}://127.0.0.1:{listener.port}/")
    connection = call._Pinned(opened, target, addresses(target))
    connection.cut()
    with pytest.raises(TimeoutError):
        connection.connect()
    assert listener.connections == 0


def test_a_handshake_that_comes_byte_by_byte_is_waited_for_only_so_long(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "SECONDS_IN_ALL", 0.6)
    left = [b"\x00"] * 40 + [b"\x16\x03\x03\x40\x00\x02"]  # it begins a record of 16 KB

    def drip(connection: socket.socket, closing: Event) -> None:
        while left and not closing.wait(0.1):
            connection.sendall(left.pop())

    with listening(drip, reads=False) as made:
        opened = allowing(config, made, "localhost", "https")
        with pytest.raises(NoAnswer, match="in time"):
            post(opened, f"https://localhost:{made.port}/", b"{}", {})
    assert left


def test_what_is_no_http_is_no_answer(config: Config) -> None:
    with listening(says(b"220 mail.example ESMTP\r\n")) as made:
        opened = allowing(config, made, "localhost")
        with pytest.raises(NoAnswer, match="not HTTP"):
            post(opened, f"http://localhost:{made.port}/", b"{}", {})


def test_the_certificate_has_to_be_good_for_the_name_not_for_the_address(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver(("127.0.0.1",)))
    with listening(tls_for=NAME, folder=tmp_path) as made:
        for host, authority, wanted in (
            (NAME, made.authority, None),
            (NAME, None, "certificate"),
            ("other.example.test", made.authority, "certificate"),
        ):
            opened = replace(allowing(config, made, host, "https"), outbound_ca_file=authority)
            url = f"https://{host}:{made.port}/"
            if wanted is None:
                assert post(opened, url, b"{}", {}).status == 204
            else:
                with pytest.raises(NoAnswer, match=wanted):
                    post(opened, url, b"{}", {})
    assert len(made.requests) == 1


def test_an_unknown_name_is_no_answer(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_place: Any, **_kind: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NoAnswer, match="not known"):
        post(config, f"https://{NAME}/", b"{}", {})
