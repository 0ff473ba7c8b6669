"""Read XML element by element. Entities and references to files are refused, DTDs are ignored.

Tools do write a DOCTYPE, so a DTD alone is no offence; what it could do is forbidden instead.
Some write control characters and bytes of other encodings too; those are read as well as can be.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8 as UTF_8_MARK
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import errors as expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.text import text
from checklist_app.scanners.base import Report
from checklist_app.untrusted.faults import MAX_DEPTH, cut_off

_PART_BYTES = 1024 * 1024
_BLANKS = b" \t\r\n"
_WIDE = (BOM_UTF16_LE, BOM_UTF16_BE)
_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}[\"']([\w.-]{1,40})")
_DECLARED = re.compile(r"\A(<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}[\"'])[\w.-]{1,40}([\"'])")
_NAMES_OF_UTF_8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_ESCAPED = re.compile("[\udc80-\udcff]")
"""What Python makes of a byte that is no UTF-8."""
_WITHOUT_CONTROLS = bytes(
    code if code >= 0x20 or chr(code) in "\t\n\r" else 0x20 for code in range(256)
)
_NO_CHARACTER = re.compile(
    rb"(?P<start><!\[CDATA\[)|(?P<end>\]\]>)"
    rb"|&#(?:0{0,5}(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0{0,5}(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
"""What stands for a control character; in CDATA it stands for nothing but itself."""
_LONGEST_REFERENCE = 12
_INCLUSION = "{http://www.w3.org/2001/XInclude}"
_ENDS_EARLY = {
    expat.codes[message]
    for message in (
        expat.XML_ERROR_NO_ELEMENTS,
        expat.XML_ERROR_UNCLOSED_TOKEN,
        expat.XML_ERROR_PARTIAL_CHAR,
        expat.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


class _LargeParts:
    """A file that is read in parts of a megabyte, whatever is asked for.

    The XML library begins an unfinished tag anew with every part, so that a tag of many megabytes
    in parts of 16 kB would take it minutes.

    Tools write what they received as it came: control characters, which no XML may hold, become
    blanks, however they are written (issue 2657 of Nmap), and a byte that is no UTF-8 the Latin-1
    character that it was. Blanks before the declaration are left out.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode: Callable[[bytes, bool], str] | None = None
        self._decode_wide: Callable[[bytes, bool], str] | None = None
        self._is_wide = False
        self._is_begun = False
        self._is_in_cdata = False
        self._held = b""

    def read(self, _size: int = -1) -> bytes:
        """Return the next part; nothing at the end."""
        while part := self._file.read(_PART_BYTES):
            if not self._is_begun:
                part = part.lstrip(_BLANKS)
                self._begin(part)
                if self._decode_wide is not None:
                    return self._first_of_wide(part)
            if self._decode_wide is not None:
                return _utf_8(self._decode_wide(part, False)).translate(_WITHOUT_CONTROLS) or b" "
            if self._is_wide:
                return part
            part = part.translate(_WITHOUT_CONTROLS)
            mended = part if self._decode is None else _utf_8(self._decode(part, False))
            mended = self._without_references(mended, is_last=False)
            if mended:
                return mended
        last = b"" if self._decode is None else _utf_8(self._decode(b"", True))
        return self._without_references(last, is_last=True)

    def _without_references(self, part: bytes, *, is_last: bool) -> bytes:
        """Return a part with blanks for references to control characters."""
        part, self._held = self._held + part, b""
        if not is_last:
            end = len(part) - _LONGEST_REFERENCE
            begins = [found for mark in b"<&]" if (found := part.find(mark, max(end, 0))) >= 0]
            if begins:
                part, self._held = part[: min(begins)], part[min(begins) :]
        if b"&#" in part or self._is_in_cdata or b"<![CDATA[" in part:
            return _NO_CHARACTER.sub(self._blank, part)
        return part

    def _blank(self, found: re.Match[bytes]) -> bytes:
        if found["start"] or found["end"]:
            self._is_in_cdata = bool(found["start"])
        return found[0] if found["start"] or found["end"] or self._is_in_cdata else b" "

    def _begin(self, part: bytes) -> None:
        """See by its beginning in which encoding the file is."""
        self._is_begun = True
        self._is_wide = 0 in part[:4]
        if part.startswith(_WIDE):
            self._decode_wide = getincrementaldecoder("utf-16")("replace").decode
            return
        declared = _ENCODING.match(part.removeprefix(UTF_8_MARK))
        if declared is None or declared[1].lower() in _NAMES_OF_UTF_8:
            self._decode = getincrementaldecoder("utf-8")("surrogateescape").decode

    def _first_of_wide(self, part: bytes) -> bytes:
        """Return the first part of a file in UTF-16 as UTF-8, and let its declaration say so.

        PowerShell writes what a program prints in UTF-16, whatever that program declares.
        """
        found = self._decode_wide(part, False) if self._decode_wide else ""
        found = _DECLARED.sub(r"\1utf-8\2", found.lstrip(), count=1)
        return _utf_8(found).translate(_WITHOUT_CONTROLS)


def _utf_8(found: str) -> bytes:
    """Return a text as UTF-8, the bytes that could not be decoded as Latin-1 characters."""
    if found.isascii():
        return found.encode("ascii")
    return _ESCAPED.sub(lambda one: chr(ord(one[0]) - 0xDC00), found).encode("utf-8")


def walk(report: Report) -> Iterator[tuple[str, Element]]:
    """Yield ``("start" | "end", element)``; at ``start`` only its attributes are there.

    The caller clears what it has read, else the whole file stays in memory.

    Raises:
        UnreadableReport: not well-formed, cut off, with entities or inclusions, or nested deeper
            than 64.
    """
    size = report.check_size()
    with report.path.open("rb") as file:
        yield from walk_through(file, size)


def walk_through(file: BinaryIO, size: int) -> Iterator[tuple[str, Element]]:
    """Do the same as :func:`walk` for an open file of ``size`` bytes, or bytes in memory."""
    depth = 0
    try:
        for event, element in iterparse(_LargeParts(file), events=("start", "end")):
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise UnreadableReport(
                    text(
                        "The file is nested deeper than %(limit)s levels. "
                        "No scanner writes such a report.",
                        limit=MAX_DEPTH,
                    )
                )
            if element.tag.startswith(_INCLUSION):
                raise _refers_elsewhere()
            yield event, element
    except ParseError as error:
        raise _not_well_formed(error, size) from error
    except DefusedXmlException as error:
        raise _refers_elsewhere() from error
    except (LookupError, ValueError) as error:
        raise UnreadableReport(
            text("The file is in an encoding that cannot be read. Save the report as UTF-8.")
        ) from error


def _refers_elsewhere() -> UnreadableReport:
    return UnreadableReport(
        text(
            "The file declares XML entities or refers to other files. No scanner needs that, "
            "and it can be an attack; nothing was read from it."
        )
    )


def _not_well_formed(error: ParseError, size: int) -> UnreadableReport:
    if error.code in _ENDS_EARLY:
        return cut_off(size)
    line, column = error.position
    return UnreadableReport(
        text(
            "This is not valid XML: line %(line)s, column %(column)s cannot be read. "
            "Export the report again with the original tool.",
            line=line,
            column=column + 1,
        )
    )


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
