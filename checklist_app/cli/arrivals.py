"""How much of a request has arrived, and whether a thread would have to wait for the rest."""

from __future__ import annotations

import re
from enum import Enum

LARGEST_HEAD = 64 * 1024
SHORT_BODY = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:([^\r\n]*)", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(rb"[0-9]{1,9}")
_EXPECTS = re.compile(rb"\r\n(?:expect|transfer-encoding):", re.IGNORECASE)


class Arrival(Enum):
    """What is there of a request."""

    PART = "part"
    WHOLE = "whole"
    UPLOAD = "upload"


def arrival(arrived: bytes | bytearray) -> Arrival:
    """Return whether a thread can answer a request: not yet, at once, or by waiting for its client.

    A long body, and one whose length is not told plainly, is left to the thread: it is being
    uploaded. What is too long for a head goes on as well, since gunicorn knows how to refuse it.
    """
    end = arrived.find(_END)
    if end < 0:
        return Arrival.UPLOAD if len(arrived) > LARGEST_HEAD else Arrival.PART
    head = arrived[: end + len(_END)]
    if _EXPECTS.search(head):
        return Arrival.UPLOAD
    told = [value.strip(b" \t") for value in _LENGTH.findall(head)]
    if not all(map(_PLAIN_NUMBER.fullmatch, told)):
        return Arrival.UPLOAD
    length = max(map(int, told), default=0)
    if length > SHORT_BODY:
        return Arrival.UPLOAD
    return Arrival.WHOLE if len(arrived) >= len(head) + length else Arrival.PART
