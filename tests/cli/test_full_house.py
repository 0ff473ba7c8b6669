"""Whoever cannot be let in does not end the process that serves everybody else."""

from __future__ import annotations

import errno
import logging
import os
import resource
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config as GunicornConfig  # type: ignore[import-untyped]

from checklist_app.cli import waiting_room
from checklist_app.cli.waiting_room import WaitingRoomWorker
from checklist_app.cli.web_server import most_connections

Arrive = Callable[[], socket.socket]


def failing(number: int) -> Any:
    """Return a listening socket by which nobody comes in."""

    def accept() -> None:
        raise OSError(number, os.strerror(number))

    return SimpleNamespace(accept=accept)


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def worker(door: socket.socket) -> Iterator[WaitingRoomWorker]:
    """A worker that lets people in."""
    log = logging.getLogger("full house")
    made = WaitingRoomWorker(1, os.getpid(), [door], None, 30, GunicornConfig(), log)
    made.poller = selectors.DefaultSelector()
    made.set_accept_enabled(True)
    yield made
    made.poller.close()
    made.tmp.close()


@pytest.fixture
def arrive(worker: WaitingRoomWorker, door: socket.socket) -> Iterator[Arrive]:
    """Come in, say nothing, and wait."""
    with ExitStack() as closed:

        def come_in() -> socket.socket:
            client = closed.enter_context(socket.create_connection(door.getsockname()))
            client.setblocking(False)
            worker.accept(door)
            return client

        yield come_in
        for waiting in list(worker._room):
            waiting.connection.close()


def is_let_go(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False


def is_open(worker: WaitingRoomWorker, door: socket.socket) -> bool:
    worker.set_accept_enabled(True)  # as at each turn of the loop
    return door in {key.fileobj for key in worker.poller.get_map().values()}


@pytest.mark.parametrize(
    ("limit", "most"), [(1024, 512), (1_048_576, 1000), (resource.RLIM_INFINITY, 1000)]
)
def test_connections_leave_files_to_those_who_are_served(
    monkeypatch: pytest.MonkeyPatch, limit: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: (limit, limit))
    assert most_connections() == most


def test_whoever_has_waited_longest_makes_room(
    worker: WaitingRoomWorker, door: socket.socket, arrive: Arrive
) -> None:
    first, second = arrive(), arrive()
    worker.accept(failing(errno.EMFILE))
    assert is_let_go(first)
    assert not is_let_go(second)
    assert worker.nr_conns == 1
    assert is_open(worker, door)


def test_where_nobody_can_make_room_the_door_rests_for_a_moment(
    worker: WaitingRoomWorker, door: socket.socket
) -> None:
    worker.accept(failing(errno.EMFILE))
    assert not is_open(worker, door)


def test_after_its_rest_the_door_opens_by_itself(
    worker: WaitingRoomWorker, door: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "REST_SECONDS", 0)
    worker.accept(failing(errno.EMFILE))
    assert is_open(worker, door)


@pytest.mark.parametrize("number", [errno.ENFILE, errno.ENOBUFS])
def test_what_the_whole_machine_lacks_is_waited_for(
    worker: WaitingRoomWorker, door: socket.socket, arrive: Arrive, number: int
) -> None:
    waiting = [arrive(), arrive()]
    worker.accept(failing(number))
    assert [is_let_go(one) for one in waiting] == [True, False]
    assert not is_open(worker, door)


def test_what_happened_to_one_at_the_door_concerns_nobody_else(
    worker: WaitingRoomWorker, door: socket.socket, arrive: Arrive
) -> None:
    waiting = arrive()
    worker.accept(failing(errno.EPROTO))
    assert not is_let_go(waiting)
    assert is_open(worker, door)


def test_a_door_that_is_none_is_told(worker: WaitingRoomWorker) -> None:
    with pytest.raises(OSError, match="descriptor"):
        worker.accept(failing(errno.EBADF))
