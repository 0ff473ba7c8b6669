"""Somebody who connects and then says nothing holds a thread for seconds, not for ever."""

from __future__ import annotations

import socket
import struct

from checklist_app.cli.door import Door
from checklist_app.cli.waiting_room import PATIENCE_SECONDS
from checklist_app.cli.web_server import be_impatient, command
from checklist_app.config import Config


def patience(of: socket.socket, option: int) -> int:
    seconds, _ = struct.unpack("ll", of.getsockopt(socket.SOL_SOCKET, option, 16))
    return int(seconds)


def test_every_connection_inherits_the_patience_of_the_door() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        be_impatient(door)
        with socket.create_connection(door.getsockname()), door.accept()[0] as visitor:
            visitor.setblocking(True)  # as the web server does before it reads
            assert patience(visitor, socket.SO_RCVTIMEO) == PATIENCE_SECONDS
            assert patience(visitor, socket.SO_SNDTIMEO) == PATIENCE_SECONDS


def test_the_web_server_is_started_with_it(config: Config) -> None:
    assert "--worker-class=checklist_app.cli.web_server.ImpatientWorker" in command(
        config, Door("127.0.0.1", 8000)
    )
