"""When findings of two tools are the same, and when they only look so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checklist_app.catalog.cwe import cwe_tree
from checklist_app.domain.duplicates import Spot, advisories_in, is_same, place_of
from checklist_app.domain.findings import Location, ParsedFinding
from checklist_app.domain.vocabulary import Severity

ONE = Spot(1, "A", "app/db.py", 10, (89,), frozenset())
OTHER = replace(ONE, id=2, tool="B")
CVE = frozenset({"CVE-2021-44228"})


def at(uri: str, parameter: str = "", rule: str = "r", method: str = "") -> str:
    return place_of(
        ParsedFinding(
            tool="A",
            rule_id=rule,
            title="t",
            description="",
            severity=Severity.LOW,
            cwes=(),
            tags=(),
            locations=(Location(uri, None, method, parameter),),
            fingerprint="",
        )
    )


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (OTHER, True),
        (replace(OTHER, tool="A"), False),
        (replace(OTHER, line=13), True),
        (replace(OTHER, line=14), False),
        (replace(OTHER, line=None), False),
        (replace(OTHER, uri="src/app/db.py"), True),
        (replace(OTHER, uri="other/app/db.py"), True),
        (replace(OTHER, uri="my/db.py"), False),
        (replace(OTHER, cwes=(564,)), True),
        (replace(OTHER, cwes=(943,)), True),
        (replace(OTHER, cwes=(79,)), False),
        (replace(OTHER, cwes=(707,)), False),
        (replace(OTHER, cwes=(), leads_to=frozenset({7})), False),
        (replace(OTHER, advisories=CVE), False),
    ],
)
def test_two_findings_of_a_file(other: Spot, *, same: bool) -> None:
    assert is_same(ONE, other, cwe_tree()) is same
    assert is_same(other, ONE, cwe_tree()) is same


def test_the_same_requirement_is_enough_where_no_weakness_is_named() -> None:
    one, other = (replace(spot, cwes=(), leads_to=frozenset({7})) for spot in (ONE, OTHER))
    assert is_same(one, other, cwe_tree())


def test_an_advisory_is_known_by_any_of_its_names() -> None:
    ghsa = advisories_in(
        "GHSA-jfh8-c2jp-5v3q", "Log4j", "See https://nvd.nist.gov/vuln/detail/CVE-2021-44228"
    )
    one, other = replace(ONE, advisories=ghsa), replace(OTHER, uri="x", advisories=CVE)
    assert is_same(one, other, cwe_tree())
    assert advisories_in("r", "t", "unlike CVE-2020-0001, this is harmless") == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("src/app/db.py"), at("./app/db.py")),
        (at("src\\app\\db.py"), at("/build/app/db.py")),
        (at("https://a.example:443/in/?x=1", "q"), at("https://a.example/in", "q")),
        (
            at("package-lock.json", "lodash@4.17.20", "CVE-2021-23337"),
            at("web/yarn.lock", "lodash 4.17.20", "GHSA-35jh-r3h4-6jhm"),
        ),
        (
            at("pkg:npm/lodash@4.17.20", "", "CVE-2021-23337"),
            at("x", "lodash@4.17.20", "CVE-2021-23337"),
        ),
    ],
)
def test_tools_name_one_place_in_many_ways(one: str, other: str) -> None:
    assert one == other != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("app/a.py"), at("app/b.py")),
        (at("https://a.example/in", "q"), at("https://a.example/in", "r")),
        (at("https://a.example/in"), at("https://b.example/in")),
        (at("x", "lodash@4.17.20", "CVE-2021-23337"), at("x", "lodash@4.17.21", "CVE-2021-23337")),
    ],
)
def test_other_places_stay_apart(one: str, other: str) -> None:
    assert one != other


@pytest.mark.parametrize("uri", ["", "https://[::1", "http://a:port/", "https://"])
def test_odd_addresses_name_no_place_or_one_of_their_own(uri: str) -> None:
    assert isinstance(at(uri), str)
