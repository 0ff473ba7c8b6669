"""Honest reports with something changed in them: the same kinds of harm for every format.

A report is taken apart as what it is (JSON, lines of JSON, XML, rows), a few of its parts are
changed, and it is written again. What has no such form, or is to have none, is changed as bytes.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import strategies as st

from tests.scanners.mutations_json import documents_in, json_changed
from tests.scanners.mutations_xml import root_of, xml_changed
from tests.scanners.odd_values import ANY_TEXT, MOST_CHANGES, RAW, Draw


@st.composite
def changed(draw: Draw, whole: bytes) -> bytes:
    """Return a report like ``whole`` with one to four changes."""
    if draw(st.integers(0, 7)) == 0:
        return _bytes_changed(draw, whole)
    documents = documents_in(whole)
    if documents is not None:
        return json_changed(draw, documents)
    root = root_of(whole)
    if root is not None:
        return xml_changed(draw, root)
    if whole.lstrip()[:1] == b"<":
        return _bytes_changed(draw, whole)
    return _rows_changed(draw, whole)


def seed_files(folder: Path, *, largest: int) -> list[Path]:
    """Return the files below a folder that are small enough to be changed thousands of times."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.stat().st_size <= largest
    )


def _rows_changed(draw: Draw, whole: bytes) -> bytes:
    text = whole.decode("utf-8-sig", "replace")
    separator = ";" if text.partition("\n")[0].count(";") > 3 else ","
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        _change_row(draw, rows)
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="\n").writerows(rows)
    return written.getvalue().encode("utf-8", "surrogatepass")


def _change_row(draw: Draw, rows: list[list[str]]) -> None:
    at = draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    cell = draw(st.integers(0, max(len(row) - 1, 0)))
    match draw(st.integers(0, 5)):
        case 0:
            rows.insert(at, list(row))
        case 1:
            row.append(draw(ANY_TEXT))
        case 2:
            del row[cell : cell + 1]
        case 3:  # a whole column
            for one in rows:
                del one[cell : cell + 1]
        case 4:
            row[cell : cell + 1] = [draw(st.sampled_from(rows[0] or ["x"]))]
        case _:
            row[cell : cell + 1] = [draw(ANY_TEXT)]


def _bytes_changed(draw: Draw, whole: bytes) -> bytes:
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        at = draw(st.integers(0, len(whole)))
        until = min(len(whole), at + draw(st.integers(0, 40)))
        put = draw(st.sampled_from(RAW) | st.binary(max_size=6))
        match draw(st.integers(0, 3)):
            case 0:
                whole = whole[:at] + put + whole[at:]
            case 1:
                whole = whole[:at] + put + whole[until:]
            case 2:
                whole = whole[:until] + whole[at:]
            case _:
                whole = whole[: max(at, 1)]
    return whole
