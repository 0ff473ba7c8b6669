"""One client that floods the web server, from a process of its own, until its input ends.

Run by ``benchmarks.flood``; what to send comes as a line of JSON.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread

ADDRESS = "127.0.0.99"
"""Where the flood comes from; the whole of 127.0.0.0/8 is this machine."""
AT_ONCE = 16
SLOW_SOCKETS = 300
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Flood:
    """What is sent, again and again; without a path, sockets that never finish a request.

    Attributes:
        body: JSON text, in which ``{number}`` is another number each time; empty for GET.
    """

    port: int
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def order(self) -> str:
        """Return it as the line that starts a flood."""
        return json.dumps(asdict(self))


def main() -> None:
    """Flood until the input ends, then print how often each status came, as a line of JSON."""
    flood = Flood(**json.loads(sys.stdin.readline()))
    over, answers = Event(), [Counter[str]() for _ in range(AT_ONCE)]
    send = _send if flood.path else _dawdle
    senders = [Thread(target=send, args=(flood, over, found)) for found in answers]
    for sender in senders:
        sender.start()
    select.select([sys.stdin], [], [])
    over.set()
    for sender in senders:
        sender.join()
    print(json.dumps(sum(answers, Counter[str]())))


def _send(flood: Flood, over: Event, found: Counter[str]) -> None:
    number = id(found)
    while not over.is_set():
        number += 1
        connection = HTTPConnection(
            "127.0.0.1", flood.port, timeout=PATIENCE_SECONDS, source_address=(ADDRESS, 0)
        )
        try:
            while not over.is_set():
                found[str(_status(connection, flood, number))] += 1
                number += 1
        except (OSError, HTTPException):
            found["cut off"] += 1
        finally:
            connection.close()


def _status(connection: HTTPConnection, flood: Flood, number: int) -> int:
    body = flood.body.replace("{number}", str(number)) or None
    connection.request("POST" if body else "GET", flood.path, body, dict(flood.headers))
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _dawdle(flood: Flood, over: Event, found: Counter[str]) -> None:
    """Keep sockets open that send a byte now and then, and open new ones for those cut off."""
    sockets: list[socket.socket] = []
    while not over.is_set():
        with suppress(OSError):
            while len(sockets) < SLOW_SOCKETS // AT_ONCE:
                sockets.append(_begun(flood.port))
                found["opened"] += 1
        for one in list(sockets):
            if not _trickled(one):
                found["cut off"] += 1
                sockets.remove(one)
        time.sleep(0.05)
    for one in sockets:
        one.close()


def _begun(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS, (ADDRESS, 0))
    made.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    return made


def _trickled(one: socket.socket) -> bool:
    try:
        one.sendall(b"x")
    except OSError:
        one.close()
        return False
    return True


if __name__ == "__main__":
    main()
