"""Read XML element by element. Entities and references to files are refused, DTDs are ignored.

Tools do write a DOCTYPE, so a DTD alone is no offence; what it could do is forbidden instead.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, _size: int = -1) -> bytes:
        """Return the next part; nothing at the end."""
        return self._file.read(_PART_BYTES)


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
