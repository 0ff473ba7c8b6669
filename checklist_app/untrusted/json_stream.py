"""Read JSON strictly and piece by piece: what stays in memory is one piece and a window around it.

A walker steps into the objects and arrays that it names, and takes the values in them one by one.
The rules are those of :func:`checklist_app.untrusted.json_text.load_json`, and so are the errors.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from checklist_app.untrusted.faults import (
    MAX_DEPTH,
    cut_off,
    empty_file,
    not_text,
    not_valid,
    odd_number,
    several_documents,
    too_deep,
    twice,
)
from checklist_app.untrusted.json_text import (
    MANY_DIGITS,
    ends_inside,
    is_blank,
    is_deeper,
    strict_decoder,
)

WINDOW_BYTES = 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")
# A token that the window cuts in two is shorter than this, or it is a string.
_LONGEST_TOKEN = 32
_UNTERMINATED = "Unterminated string"


class JsonStream:
    """A JSON file that is walked from its beginning to its end, once.

    Attributes:
        size: of the file in bytes.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.size = size
        self._file = file
        self._read_bytes = 0
        self._window = ""
        self._at = 0
        self._line = 1
        self._column = 0  # characters of the current line that left the window
        self._is_whole = False  # the rest of the file is in the window
        self._depth = 0
        self._strict = strict_decoder()
        self._quick = json.JSONDecoder()
        self._encoding = json.detect_encoding(self._beginning())
        # Half of a surrogate pair in UTF-8 is wrong but harmless: texts are cleaned later.
        self._decoder = codecs.getincrementaldecoder(self._encoding)("surrogatepass")

    def peek(self) -> str:
        """Return the character with which the next value begins; empty at the end."""
        self._skip_space()
        return self._window[self._at : self._at + 1]

    def members(self) -> Iterator[str]:
        """Step into an object and yield its keys; whoever takes a key then takes its value.

        Raises:
            UnreadableReport: see :func:`load_json`; also a key that stands there twice.
        """
        seen: set[str] = set()
        for _ in self._entries("{", "}"):
            if self.peek() != '"':
                self._fail("Expecting property name enclosed in double quotes")
            key: str = self._take(self._strict)
            if key in seen:
                raise twice(key)
            seen.add(key)
            if self.peek() != ":":
                self._fail("Expecting ':' delimiter")
            self._at += 1
            yield key

    def elements(self) -> Iterator[None]:
        """Step into an array; at each step the caller takes one value.

        Raises:
            UnreadableReport: see :func:`load_json`.
        """
        yield from self._entries("[", "]")

    def value(self) -> Any:
        """Take the next value, whole.

        Raises:
            UnreadableReport: see :func:`load_json`.
        """
        return self._take(self._strict)

    def skip(self) -> None:
        """Pass over the next value. What only matters to its reader, such as a key that stands
        twice in it, is not looked for.
        """
        self._take(self._quick)

    def finish(self) -> None:
        """Hold that nothing follows.

        Raises:
            UnreadableReport: several documents in one file.
        """
        if self.peek():
            raise several_documents(self._line + self._window.count("\n", 0, self._at))

    def _entries(self, opening: str, closing: str) -> Iterator[None]:
        if self.peek() != opening:
            self._fail("Expecting value")
        self._at += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise too_deep()
        if self.peek() != closing:
            yield
            while (found := self.peek()) == ",":
                self._at += 1
                yield
            if found != closing:
                self._fail("Expecting ',' delimiter")
        self._at += 1
        self._depth -= 1

    def _take(self, decoder: json.JSONDecoder) -> Any:
        self._skip_space()
        while True:
            try:
                value, end = decoder.raw_decode(self._window, self._at)
            except json.JSONDecodeError as error:
                if self._is_cut(error):
                    self._fill()
                    continue
                self._fail(error.msg, error.pos)
            except RecursionError as error:
                raise too_deep() from error
            except ValueError as error:  # more digits than Python turns into a number
                raise odd_number(MANY_DIGITS) from error
            # A number that reaches almost to the end of the window may go on behind it.
            if not self._is_whole and end + _LONGEST_TOKEN > len(self._window):
                self._fill()
                continue
            if is_deeper(self._window[self._at : end], MAX_DEPTH - self._depth):
                raise too_deep()
            self._at = end
            return value

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        if self._is_whole:
            return False
        return error.msg.startswith(_UNTERMINATED) or (
            error.pos >= len(self._window) - _LONGEST_TOKEN
        )

    def _skip_space(self) -> None:
        while True:
            match = _SPACE.match(self._window, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._window) or self._is_whole:
                return
            self._fill()

    def _fill(self) -> None:
        """Forget what was taken and read on; a value that is larger than the window doubles it."""
        taken = self._window[: self._at]
        if lines := taken.count("\n"):
            self._line += lines
            self._column = len(taken) - taken.rfind("\n") - 1
        else:
            self._column += len(taken)
        rest = self._window[self._at :]
        data = self._file.read(max(WINDOW_BYTES, len(rest)))
        self._window = rest + self._decoded(data)
        self._at = 0

    def _beginning(self) -> bytes:
        """Return the first bytes of a file that is not empty."""
        beginning = self._file.read(_LONGEST_TOKEN)
        part = beginning
        while is_blank(part):
            part = self._file.read(WINDOW_BYTES)
            if not part:
                raise empty_file()
        self._file.seek(0)
        return beginning

    def _decoded(self, data: bytes) -> str:
        begins_at = self._read_bytes - len(self._decoder.getstate()[0])
        self._read_bytes += len(data)
        self._is_whole = not data or self._read_bytes >= self.size
        try:
            return self._decoder.decode(data, final=self._is_whole)
        except UnicodeDecodeError as error:
            raise not_text(error, self._encoding, begins_at + error.start, self.size) from error

    def _fail(self, message: str, position: int | None = None) -> NoReturn:
        """Say that the file is cut off, if it ends within something, or else where it is wrong."""
        at = self._at if position is None else position
        is_near_the_end = self._is_whole or message.startswith(_UNTERMINATED)
        if is_near_the_end and ends_inside(self._window[self._at :], self._depth):
            raise cut_off(self.size)
        before = self._window[:at]
        line = self._line + before.count("\n")
        column = at - before.rfind("\n") if "\n" in before else self._column + at + 1
        raise not_valid(line, column)
