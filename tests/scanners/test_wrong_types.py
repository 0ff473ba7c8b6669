"""Another type anywhere in a report is refused, or read around; nothing breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklist_app.domain.errors import UnreadableReport
from checklist_app.scanners.base import Parser
from checklist_app.scanners.table import PARSERS
from tests.scanners.honesty import assert_honest
from tests.scanners.json_ways import value_at, ways_in, with_value_at
from tests.scanners.mutations_json import documents_in
from tests.scanners.reports import (
    ALL_SAMPLES,
    alert,
    driver,
    read,
    result,
    sarif,
    zap,
)
from tests.scanners.test_fuzz import seeds, try_parser

EVERYTHING = sarif(
    result(
        ruleIndex=0,
        rule={"id": "R1", "index": 0, "toolComponent": {"index": 0, "name": "n", "guid": "g"}},
        kind="fail",
        level="error",
        message={"text": "{0}", "markdown": "m", "id": "default", "arguments": ["a"]},
        taxa=[{"id": "79", "index": 0, "toolComponent": {"name": "CWE", "index": 0, "guid": "g"}}],
        properties={"tags": ["CWE-1"], "cwe": ["CWE-2"], "security-severity": "9"},
        partialFingerprints={"primaryLocationLineHash": "0123456789abcdef"},
        fingerprints={"v1": "0123456789abcdef"},
        suppressions=[{"kind": "inSource", "status": "accepted", "justification": "j"}],
        baselineState="new",
        webRequest={"method": "GET", "target": "https://a.example"},
        analysisTarget={"uri": "a", "index": 0},
        occurrenceCount=3,
        hostedViewerUri="https://a.example",
        workItemUris=["https://a.example/1"],
    ),
    tool={
        **driver(
            {
                "id": "R1",
                "name": "n",
                "shortDescription": {"text": "s"},
                "fullDescription": {"text": "f"},
                "help": {"text": "h"},
                "helpUri": "https://a.example",
                "messageStrings": {"default": {"text": "{0}"}},
                "defaultConfiguration": {"level": "error"},
                "relationships": [{"target": {"id": "79"}, "kinds": ["superset"]}],
                "properties": {"tags": ["CWE-1"]},
            },
            semanticVersion="1",
            globalMessageStrings={"g": {"text": "t"}},
        ),
        "extensions": [{"name": "x", "rules": [{"id": "R9"}]}],
    },
    taxonomies=[{"name": "CWE", "guid": "g", "taxa": [{"id": "79"}]}],
    artifacts=[{"location": {"uri": "a.py"}}],
    originalUriBaseIds={"SRCROOT": {"uri": "file:///src/"}},
    versionControlProvenance=[{"repositoryUri": "https://git.example"}],
    automationDetails={"id": "nightly"},
    externalPropertyFileReferences={"results": []},
    invocations=[
        {
            "executionSuccessful": True,
            "commandLine": "c",
            "startTimeUtc": "2026-01-01T00:00:00Z",
            "workingDirectory": {"uri": "file:///w"},
            "toolExecutionNotifications": [{"level": "error"}],
        }
    ],
)
ZAP_EVERYTHING = zap(
    alert(
        alertRef="40018-1",
        riskdesc="High (Medium)",
        otherinfo="o",
        solution="s",
        reference="https://a.example",
        tags=[{"tag": "OWASP_2021_A03", "link": ""}],
        count="1",
    ),
    created="2026-01-01T00:00:00Z",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "\ud800",
    "9" * 400,
    [],
    [[]],
    {},
    {"": 0},
)


@pytest.mark.parametrize("document", [EVERYTHING, ZAP_EVERYTHING], ids=["sarif", "zap"])
def test_a_wrong_type_anywhere_is_refused_or_read_around(document: Any) -> None:
    tried = 0
    for way in filter(None, ways_in(document)):
        for odd in ODD_VALUES:
            tried += 1
            try:
                scan = read(with_value_at(document, way, odd))
            except UnreadableReport:
                continue
            assert_honest(scan)
    assert tried > 300


OTHERS: tuple[Any, ...] = (None, 7, ["word"], {"word": []})


def with_another_type(documents: list[Any]) -> Iterator[bytes]:
    """Yield a report for each value and each other type, once for values of the same names."""
    ways = {tuple(part for part in way if isinstance(part, str)): way for way in ways_in(documents)}
    for way in filter(None, ways.values()):
        for other in OTHERS:
            if type(other) is not type(value_at(documents, way)):
                yield "\n".join(map(json.dumps, with_value_at(documents, way, other))).encode()


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.format)
def test_another_type_in_any_format_is_refused_or_read_around(parser: Parser) -> None:
    tried = 0
    for documents in filter(None, map(documents_in, seeds()[parser.format])):
        for changed in with_another_type(list(documents)):
            tried += 1
            try_parser(parser, changed)
    assert tried > 5 or not any(map(documents_in, seeds()[parser.format]))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None), max_size=20)
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda parts: (
        st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=8), parts, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.data())
def test_anything_anywhere(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from([EVERYTHING, ZAP_EVERYTHING]))
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(list(filter(None, ways_in(document)))))
        document = with_value_at(document, way, data.draw(ANY_JSON))
    try:
        scan = read(document)
    except UnreadableReport:
        return
    assert_honest(scan)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_any_bytes_in_the_middle(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(ALL_SAMPLES)).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    broken = whole[:at] + data.draw(st.binary(min_size=1, max_size=6)) + whole[at:]
    try:
        scan = read(broken)
    except UnreadableReport:
        return
    assert_honest(scan)
