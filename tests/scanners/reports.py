"""Small reports for tests, and the way to read them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from checklist_app.domain.findings import ParsedFinding, ParsedScan
from checklist_app.scanners.table import parse_report

SAMPLES = Path(__file__).parent / "samples"
SARIF = SAMPLES / "mobile-banking-api.sarif"
ZAP_XML = SAMPLES / "mobile-banking-web.zap.xml"
ZAP_JSON = SAMPLES / "mobile-banking-api.zap.json"
ALL_SAMPLES = (SARIF, ZAP_XML, ZAP_JSON)


def read(data: bytes | str | dict[str, Any] | list[Any]) -> ParsedScan:
    """Parse a report given as bytes, text or plain data, from a file whose name says nothing."""
    if isinstance(data, dict | list):
        data = json.dumps(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
        return parse_report(path)


def sarif(*results: Any, **run: Any) -> dict[str, Any]:
    """Return a SARIF log with one run."""
    whole = {"tool": {"driver": {"name": "Tool", "rules": []}}, "results": list(results), **run}
    return {"version": "2.1.0", "runs": [whole]}


def driver(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the tool object of a SARIF run."""
    return {"driver": {"name": "Tool", "rules": list(rules), **more}}


def result(named: str = "R1", uri: str = "src/a.py", line: int = 1, **more: Any) -> dict[str, Any]:
    """Return one SARIF result."""
    region = {
        "startLine": line,
        **({"snippet": {"text": more.pop("code")}} if "code" in more else {}),
    }
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    return {
        "ruleId": named,
        "message": {"text": "Something is wrong"},
        "locations": [place],
        **more,
    }


def only(scan: ParsedScan) -> ParsedFinding:
    """Return the one result of a scan."""
    (found,) = scan.results
    return found


def zap(*alerts: Any, site: str = "https://bank.example", **root: Any) -> dict[str, Any]:
    """Return a ZAP JSON report with one site."""
    return {"@version": "2.16.1", "site": [{"@name": site, "alerts": list(alerts)}], **root}


def alert(**more: Any) -> dict[str, Any]:
    """Return one ZAP alert."""
    return {
        "pluginid": "40018",
        "name": "SQL Injection",
        "riskcode": "3",
        "confidence": "2",
        "desc": "<p>One.</p><p>Two &amp; <b>three</b>.</p>",
        "cweid": "89",
        "instances": [{"uri": "https://bank.example/a", "method": "GET", "param": "q"}],
        **more,
    }


def fingerprints(scan: ParsedScan) -> list[str]:
    """Return the fingerprints of a scan, sorted."""
    return sorted(found.fingerprint for found in scan.results)
