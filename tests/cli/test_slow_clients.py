"""A thread waits for a client that keeps up a pace, and for no other one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from checklist_app.cli import patience
from checklist_app.cli.door import Door
from checklist_app.cli.patience import (
    LEAST_BYTES_PER_SECOND,
    PATIENCE_SECONDS,
    Pace,
    PatientSocket,
    patient,
)
from checklist_app.cli.web_server import command
from checklist_app.config import Config

FIFTY_KB = 50_000
PER_SECOND = 10_000
"""The pace in these tests, whose patience is a fraction of a second."""


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PatientSocket, socket.socket]]:
    """Our end of a connection, in the hands of a thread, and the client's."""
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(patience, "LEAST_BYTES_PER_SECOND", PER_SECOND)
    ours, theirs = socket.socketpair()
    with patient(ours) as server, theirs:
        server.setblocking(True)
        yield server, theirs


def test_sixty_megabytes_at_fifty_kilobytes_a_second_are_taken() -> None:
    pace = Pace()
    for _ in range(60_000_000 // FIFTY_KB):
        pace.count(1.0, FIFTY_KB)
        assert pace.left == PATIENCE_SECONDS


def test_a_byte_now_and_then_is_given_up_soon_and_a_good_beginning_buys_no_time() -> None:
    pace = Pace()
    pace.count(0.1, 50_000_000)
    for _ in range(int(PATIENCE_SECONDS / 5) + 1):
        pace.count(5.0, 1)
    assert pace.left <= 0


def test_a_pause_is_forgiven_to_one_who_catches_up() -> None:
    pace = Pace()
    for _ in range(100):
        pace.count(PATIENCE_SECONDS / 2, 0)
        pace.count(PATIENCE_SECONDS / 2, int(PATIENCE_SECONDS * LEAST_BYTES_PER_SECOND) + 1)
    assert pace.left > 0


def test_each_byte_does_not_begin_the_wait_anew(
    both: tuple[PatientSocket, socket.socket],
) -> None:
    server, client = both
    over = False

    def trickle() -> None:
        while not over:
            client.sendall(b"x")
            client.settimeout(0.05)
            try:
                client.recv(1)  # nothing comes: it waits
            except OSError:
                continue

    slow = Thread(target=trickle)
    slow.start()
    try:
        with pytest.raises(TimeoutError):
            _read_a_thousand_times(server)
    finally:
        over = True
        slow.join()
    with pytest.raises(TimeoutError):
        server.recv(100)  # nor is anything waited for afterwards


def test_the_next_request_has_all_our_patience_again(
    both: tuple[PatientSocket, socket.socket],
) -> None:
    server, client = both
    with pytest.raises(TimeoutError):
        server.recv(1)
    server.setblocking(True)
    client.sendall(b"x")
    assert server.recv(1) == b"x"


def test_one_who_takes_an_answer_slowly_is_given_up_and_one_who_takes_it_has_all(
    both: tuple[PatientSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, client = both
    answer = bytes(range(256)) * 20_000
    taken = bytearray()

    def take() -> None:
        while len(taken) < len(answer):
            taken.extend(client.recv(65536))

    reader = Thread(target=take)
    reader.start()
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 30.0)
    server.sendall(answer)
    reader.join()
    assert bytes(taken) == answer
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(TimeoutError):
        server.sendall(answer)


def _read_a_thousand_times(server: PatientSocket) -> None:
    for _ in range(1000):
        server.recv(100)


def test_the_web_server_is_started_with_it(config: Config) -> None:
    told = command(config, Door("127.0.0.1", 8000))
    assert "--worker-class=checklist_app.cli.web_server.ImpatientWorker" in told
    assert "--no-sendfile" in told
