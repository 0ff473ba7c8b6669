"""Rules of web scanners: named as their readers name tools and rules."""

from __future__ import annotations

import pytest

from checklist_app.catalog.rules import load_rules
from checklist_app.domain.findings import tool_key
from checklist_app.scanners import burp_issues, nikto_items, nuclei, wapiti_entries, wpscan

KEYS = {rule.key for rule in load_rules()}


@pytest.mark.parametrize(
    ("tool", "rule"),
    [
        (nikto_items.TOOL, "999957"),
        (nikto_items.TOOL, "013587:content-security-policy"),
        (burp_issues.TOOL, "5245344"),
        (burp_issues.TOOL, "Strict transport security not enforced"),
        (nuclei.TOOL, "http-missing-security-headers:x-frame-options"),
        (wapiti_entries.TOOL, "Clickjacking Protection"),
        (wpscan.TOOL, "config_backups"),
    ],
)
def test_the_shipped_table_knows_what_readers_write(tool: str, rule: str) -> None:
    assert f"{tool_key(tool)}:{rule}" in KEYS


def test_every_rule_id_fits_a_finding() -> None:
    readers = {nikto_items.TOOL, burp_issues.TOOL, nuclei.TOOL, wapiti_entries.TOOL, wpscan.TOOL}
    keys = {key for key in KEYS if key.partition(":")[0] in {tool_key(one) for one in readers}}
    assert len(keys) > 200
    assert all(key == key.strip() for key in keys)
