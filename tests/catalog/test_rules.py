"""Tables of tool rules: what is read, and every fault named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklist_app.catalog.crosswalk import shared_nodes
from checklist_app.catalog.errors import ContentError
from checklist_app.catalog.owasp import load_library
from checklist_app.catalog.rules import ToolRule, load_rules
from checklist_app.domain.findings import tool_key

OWASP = Path(__file__).resolve().parents[2] / "content" / "owasp"

GOOD = """
topics:
  root:
    title: Runs as root
    requirements:
      owasp-base 1.0: [K8S-01]
      owasp-later 2030: [X-1, X-2]
rules:
  kube-tool:
    root: [r1, r2]
"""


def read(tmp_path: Path, text: str) -> list[ToolRule]:
    (tmp_path / "table.yaml").write_text(text, encoding="utf-8")
    return load_rules(tmp_path)


def faults(tmp_path: Path, text: str) -> str:
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_every_rule_speaks_to_every_requirement_of_its_topic(tmp_path: Path) -> None:
    rules = read(tmp_path, GOOD)
    assert ToolRule("kube-tool:r1", "root", "owasp-base", "1.0", "K8S-01") in rules
    assert len(rules) == 6


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("[r1, r2]", "[r1, r1]", "kube-tool:r1: root: the rule has a topic already"),
        ("kube-tool", "Kube Tool", "Kube Tool: must be lower case"),
        ("    root: [", "    rot: [", "kube-tool: rot: there is no such topic"),
        ("owasp-base 1.0", "owasp-base", "root: owasp-base: must be a list and its version"),
        ("[K8S-01]", "[]", "must name requirements, each once"),
        ("[X-1, X-2]", "[X-1, X-1]", "must name requirements, each once"),
        ("title: Runs as root", "title: ''", "topics.root.title"),
        ("rules:", "colour: red\nrules:", "colour"),
        ("r2]", "r2", "table.yaml"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert told in faults(tmp_path, GOOD.replace(was, becomes, 1))


def test_the_shipped_table_names_requirements_that_exist() -> None:
    shipped = {
        (standard.key, standard.version): {r.identifier for r in standard.requirements()}
        for standard in load_library(OWASP)
    }
    rules = load_rules()
    assert len({rule.key for rule in rules}) > 400
    for rule in rules:
        edition = (rule.standard, rule.version)
        assert edition not in shipped or rule.identifier in shipped[edition], rule


def test_the_shipped_table_names_tools_as_findings_do() -> None:
    tools = {rule.key.partition(":")[0] for rule in load_rules()}
    for display_name in ("Checkov", "Trivy", "kubescape", "kube-linter"):
        assert tool_key(display_name) in tools


def test_the_shipped_nodes_join_two_lists() -> None:
    for node in shared_nodes():
        assert node.one[0] != node.other[0]
        assert node.source.startswith("cre:")
