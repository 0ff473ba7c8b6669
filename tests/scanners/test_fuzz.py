"""Every parser of the table, fed with what nobody thought of: refused with a message, or honest.

The long profile: ``.venv/bin/python -m benchmarks.fuzz`` (see docs/contributor.md).
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checklist_app.domain.errors import UnreadableReport
from checklist_app.scanners.base import Parser, Report
from checklist_app.scanners.table import PARSERS, parse_report
from tests.scanners.honesty import assert_honest
from tests.scanners.hostile_files import samples
from tests.scanners.mutations import changed

EXAMPLES = 12
"""For each of sixty parsers on every run of the suite; the long profile has thousands."""
SHORTEST_MESSAGE = 20


@cache
def seeds() -> dict[str, list[bytes]]:
    """Return the samples of every format."""
    found: dict[str, list[bytes]] = {}
    for path in samples():
        found.setdefault(parse_report(path).format, []).append(path.read_bytes())
    return found


def try_parser(parser: Parser, data: bytes) -> bool:
    """Hand a file to a parser, recognised or not; return whether it was read.

    A parser is known by words anywhere in a file, so it must not rely on their place.
    """
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        report = Report(Path(file.name))
        parser.recognises(report.head())
        try:
            scan = parser.parse(report)
        except UnreadableReport as error:
            message = str(error)
        else:
            message = ""
    if message:
        assert len(message) > SHORTEST_MESSAGE
        return False
    assert scan.format == parser.format
    assert_honest(scan)
    return True


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.format)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_whatever_is_changed_in_a_report_it_is_refused_or_read_honestly(
    parser: Parser, data: st.DataObject
) -> None:
    whole = data.draw(st.sampled_from(seeds()[parser.format]))
    try_parser(parser, data.draw(changed(whole)))
