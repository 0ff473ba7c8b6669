"""What CycloneDX documents say: vulnerabilities, decisions on them, and components alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checklist_app.domain.errors import UnreadableReport
from checklist_app.domain.findings import FindingState, Location
from checklist_app.domain.vocabulary import Severity
from tests.scanners.reports import fingerprints, only, read

COMPONENT = {
    "bom-ref": "5d0a",
    "type": "library",
    "group": "org.a",
    "name": "lib",
    "version": "1.0",
    "purl": "pkg:maven/org.a/lib@1.0?type=jar",
}


def vulnerability(**more: Any) -> dict[str, Any]:
    """Return one vulnerability."""
    return {
        "id": "CVE-2024-1111",
        "source": {"name": "ghsa", "url": "https://github.com/advisories"},
        "ratings": [
            {"source": {"name": "ghsa"}, "severity": "high", "score": 8.1, "method": "CVSSv31"},
            {"source": {"name": "nvd"}, "severity": "critical", "score": 9.8, "method": "CVSSv31"},
            {"source": {"name": "FIRST"}, "score": 0.4, "method": "other"},
        ],
        "cwes": [502],
        "description": "Reads objects.",
        "recommendation": "Upgrade to 2.0",
        "advisories": [{"title": "A", "url": "https://a.example/1"}],
        "affects": [{"ref": "5d0a"}],
        **more,
    }


def bom(*vulnerabilities: Any, **more: Any) -> dict[str, Any]:
    """Return a document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {
            "timestamp": "2026-01-12T09:30:00Z",
            "tools": {"components": [{"name": "trivy", "version": "0.60.0"}]},
            "component": {"name": "shop", "version": "7"},
        },
        "components": [COMPONENT],
        "vulnerabilities": list(vulnerabilities),
        **more,
    }


def test_a_vulnerability_is_a_finding() -> None:
    scan = read(bom(vulnerability()))
    assert (scan.format, scan.tool, scan.tool_version) == ("cyclonedx", "trivy", "0.60.0")
    assert (scan.target, scan.problems) == ("shop@7", ())
    found = only(scan)
    assert (found.rule_id, found.title) == ("CVE-2024-1111", "CVE-2024-1111: org.a/lib@1.0")
    assert (found.severity, found.cvss, found.epss) == (Severity.HIGH, 8.1, 0.4)
    assert found.cwes == (502,)
    assert found.locations == (
        Location("pkg:maven/org.a/lib@1.0?type=jar", parameter="org.a/lib@1.0"),
    )


@pytest.mark.parametrize(
    ("state", "expected", "reason"),
    [
        ("exploitable", FindingState.OPEN, ""),
        ("in_triage", FindingState.NEEDS_REVIEW, "in_triage: code_not_reachable: We looked."),
        ("not_affected", FindingState.SUPPRESSED, "not_affected: code_not_reachable: We looked."),
        (
            "false_positive",
            FindingState.SUPPRESSED,
            "false_positive: code_not_reachable: We looked.",
        ),
        ("resolved", FindingState.PASSED, ""),
        (None, FindingState.OPEN, ""),
    ],
)
def test_what_was_decided(state: str | None, expected: FindingState, reason: str) -> None:
    analysis = {"state": state, "justification": "code_not_reachable", "detail": "We looked."}
    found = only(read(bom(vulnerability(analysis=analysis))))
    assert (found.state, found.reason) == (expected, reason)


def test_xml_says_the_same_as_json() -> None:
    scan = read(
        """<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1">
<metadata><timestamp>2026-01-12T09:30:00Z</timestamp><tools><components>
<component type="application"><name>trivy</name><version>0.60.0</version></component>
</components></tools><component type="application"><name>shop</name><version>7</version>
</component></metadata>
<components><component type="library" bom-ref="5d0a"><group>org.a</group><name>lib</name>
<version>1.0</version><purl>pkg:maven/org.a/lib@1.0?type=jar</purl></component></components>
<vulnerabilities><vulnerability bom-ref="v1"><id>CVE-2024-1111</id>
<source><name>ghsa</name><url>https://github.com/advisories</url></source>
<ratings><rating><source><name>ghsa</name></source><score>8.1</score><severity>high</severity>
<method>CVSSv31</method></rating><rating><source><name>nvd</name></source><score>9.8</score>
<severity>critical</severity><method>CVSSv31</method></rating><rating><source><name>FIRST</name>
</source><score>0.4</score><method>other</method></rating></ratings>
<cwes><cwe>502</cwe></cwes><description>Reads objects.</description>
<recommendation>Upgrade to 2.0</recommendation>
<advisories><advisory><title>A</title><url>https://a.example/1</url></advisory></advisories>
<affects><target><ref>5d0a</ref></target></affects></vulnerability></vulnerabilities></bom>"""
    )
    assert scan == read(bom(vulnerability()))


def test_the_extension_for_vulnerabilities_of_older_xml() -> None:
    scan = read(
        """<bom xmlns="http://cyclonedx.org/schema/bom/1.2"
 xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0"><components>
<component type="library" bom-ref="r1"><name>left</name><version>1</version>
<purl>pkg:npm/%40a/left@1</purl><v:vulnerabilities><v:vulnerability ref="r1"><v:id>CVE-2018-1</v:id>
<v:source name="NVD"><v:url>https://nvd.example</v:url></v:source><v:ratings><v:rating>
<v:score><v:base>9.8</v:base><v:impact>5.9</v:impact></v:score><v:severity>Critical</v:severity>
<v:method>CVSSv3</v:method></v:rating></v:ratings><v:cwes><v:cwe>184</v:cwe><v:cwe>502</v:cwe>
</v:cwes><v:description>D</v:description><v:recommendations><v:recommendation>Upgrade
</v:recommendation></v:recommendations><v:advisories><v:advisory>https://a.example/1</v:advisory>
</v:advisories></v:vulnerability></v:vulnerabilities></component></components></bom>"""
    )
    found = only(scan)
    assert (found.rule_id, found.cwes, found.cvss) == ("CVE-2018-1", (184, 502), 9.8)
    assert found.locations == (Location("pkg:npm/%40a/left@1", parameter="left@1"),)
    assert (found.solution, scan.tool) == ("Upgrade", "CycloneDX")


def test_components_alone_are_observations_and_prove_nothing() -> None:
    nested = {**COMPONENT, "bom-ref": "x", "name": "outer", "purl": "", "components": [COMPONENT]}
    scan = read(bom(components=[nested]))
    assert (scan.account.read, scan.account.observations) == (2, 2)
    assert all(found.cwes == () and not found.rule_id for found in scan.results)
    assert scan.problems


def test_a_document_on_components_elsewhere_proves_nothing_of_others() -> None:
    ref = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:maven/org.a/lib@1.0"
    scan = read(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.4",
            "vulnerabilities": [vulnerability(affects=[{"ref": ref}], ratings=[], cwes=None)],
        }
    )
    found = only(scan)
    assert scan.problems
    assert (found.severity, found.cwes) == (Severity.MEDIUM, (1395,))
    assert found.locations[0].uri == "pkg:maven/org.a/lib@1.0"


def test_a_new_version_of_the_component_is_the_same_finding() -> None:
    newer = {**COMPONENT, "bom-ref": "77", "version": "1.1", "purl": "pkg:maven/org.a/lib@1.1"}
    after = bom(vulnerability(affects=[{"ref": "77"}]), components=[newer])
    assert fingerprints(read(bom(vulnerability()))) == fingerprints(read(after))


def test_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableReport, match="neither components nor vulnerabilities"):
        read({"bomFormat": "CycloneDX", "specVersion": "1.5", "services": []})
    with pytest.raises(UnreadableReport, match="vulnerabilities should be"):
        read(bom(vulnerabilities={}))
    scan = read(bom(vulnerability(), {}, None))
    assert (scan.account.read, scan.account.skipped) == (3, 2)


def test_lists_in_the_list_of_components_as_retire_js_writes_them() -> None:
    other = {"type": "library", "name": "jquery", "version": "1.8.0"}
    scan = read(bom(components=[[COMPONENT, ""], [other]]))
    assert [found.title for found in scan.results] == ["org.a/lib@1.0", "jquery@1.8.0"]


def test_a_service_or_a_part_of_the_subject_can_be_affected() -> None:
    part = {"bom-ref": "part", "name": "kernel", "version": "6.1"}
    scan = read(
        bom(
            vulnerability(affects=[{"ref": "svc"}, {"ref": "part"}]),
            services=[{"bom-ref": "svc", "name": "billing"}],
            metadata={"component": {"name": "device", "components": [part]}},
        )
    )
    assert [place.parameter for place in only(scan).locations] == ["billing", "kernel@6.1"]
    assert scan.account.observations == 0


EXTENSION = """<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.2" version="1"
 xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
<components><component type="library"><name>left-pad</name><version>1.0.1</version>{inside}
</component><component type="library"><name>right-pad</name><version>2.0</version></component>
</components>{after}</bom>"""
RATING = (
    "<v:score><v:base>4.4</v:base></v:score><v:severity>Low</v:severity><v:method>CVSSv3</v:method>"
)


@pytest.mark.parametrize(
    "inside",
    [
        '<v:vulnerabilities><v:vulnerability ref="urn:uuid:1"><v:id>CVE-2020-1</v:id><v:ratings>'
        f"<v:rating>{RATING}</v:rating></v:ratings></v:vulnerability></v:vulnerabilities>",
        '<v:vulnerabilities ref="urn:uuid:2"><v:id>CVE-2020-1</v:id>'
        f"<v:ratings>{RATING}</v:ratings></v:vulnerabilities>",
    ],
    ids=["in a list", "as Grype wrote it at first"],
)
def test_what_stands_inside_a_component_concerns_that_component(inside: str) -> None:
    scan = read(EXTENSION.format(inside=inside, after=""))
    found = only(scan)
    assert (found.rule_id, found.severity, found.cvss) == ("CVE-2020-1", Severity.LOW, 4.4)
    assert found.locations == (Location("left-pad", parameter="left-pad@1.0.1"),)
    assert scan.problems == ()


def test_two_vulnerabilities_of_the_first_version_of_grype_and_its_name() -> None:
    inside = "".join(
        f'<v:vulnerabilities ref="urn:uuid:{number}"><v:id>CVE-2020-{number}</v:id>'
        "</v:vulnerabilities>"
        for number in (1, 2)
    )
    after = "<metadata><tool><vendor>anchore</vendor><name>grype</name></tool></metadata>"
    scan = read(EXTENSION.format(inside=inside, after=after))
    assert scan.tool == "grype"
    assert [found.rule_id for found in scan.results] == ["CVE-2020-1", "CVE-2020-2"]


def test_a_check_of_kics_names_its_weakness_beside_the_list() -> None:
    inside = (
        '<v:vulnerabilities><v:vulnerability ref="left-padf81d63d2"><v:id>f81d63d2</v:id>'
        "<v:cwe>319</v:cwe><v:source><name>KICS</name></v:source><v:ratings><v:rating>"
        "<v:severity>High</v:severity><v:method>Other</v:method></v:rating></v:ratings>"
        "<v:recommendations><v:recommendation><Recommendation>Use TLS.</Recommendation>"
        "</v:recommendation></v:recommendations></v:vulnerability></v:vulnerabilities>"
    )
    found = only(read(EXTENSION.format(inside=inside, after="")))
    assert (found.cwes, found.solution, found.severity) == ((319,), "Use TLS.", Severity.HIGH)
    assert found.locations == (Location("left-pad", parameter="left-pad@1.0.1"),)


def test_an_empty_vulnerability_inside_a_component_is_counted() -> None:
    inside = "<v:vulnerabilities><v:vulnerability/></v:vulnerabilities>"
    account = read(EXTENSION.format(inside=inside, after="")).account
    assert (account.read, account.skipped) == (1, 1)


def test_a_vulnerability_of_what_was_scanned_itself_is_not_lost() -> None:
    after = (
        '<metadata><component type="container"><name>shop</name><v:vulnerabilities>'
        '<v:vulnerability ref="shop"><v:id>CVE-2020-3</v:id></v:vulnerability>'
        "</v:vulnerabilities></component></metadata>"
    )
    found = only(read(EXTENSION.format(inside="", after=after)))
    assert (found.rule_id, found.locations) == ("CVE-2020-3", (Location("shop", parameter="shop"),))


@pytest.mark.parametrize("wrap", [lambda bom: bom, lambda bom: {"Data": bom, "Timestamp": "t"}])
def test_a_document_that_is_attested_is_read_whole(
    wrap: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [COMPONENT]}
    bom["vulnerabilities"] = [vulnerability()]
    kind = {"predicateType": "https://cyclonedx.org/bom"}
    assert fingerprints(read({**kind, "predicate": wrap(bom)})) == fingerprints(read(bom))


def test_a_check_of_configuration_is_no_vulnerable_component() -> None:
    scan = read(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.4",
            "metadata": {"tools": [{"name": "cyclonedx-python-lib"}, {"name": "checkov"}]},
            "components": [{"bom-ref": "a", "name": "aws_s3_bucket.a"}],
            "vulnerabilities": [
                {"id": "CKV_AWS_21", "source": {"name": "checkov"}, "affects": [{"ref": "a"}]},
                {"id": "CVE-2016-7401", "affects": [{"ref": "a"}]},
            ],
        }
    )
    assert scan.tool == "checkov"
    assert [found.cwes for found in scan.results] == [(), (1395,)]
