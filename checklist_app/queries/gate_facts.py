"""A judgement of the gate as plain data: the same from the interface and on the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from checklist_app.domain.text import Text
from checklist_app.queries.gate import Judgement

MOST_SHOWN = 1000


def gate_facts(judgement: Judgement, say: Callable[[Text], str], base_url: str) -> dict[str, Any]:
    """Return a judgement in the words of ``say``.

    ``counts`` are of every obstacle; ``obstacles`` are the first thousand, each with the address
    where a person looks at it.
    """
    counted = Counter(one.rule for one in judgement.obstacles)
    policy = judgement.policy
    return {
        "project": judgement.project,
        "passed": judgement.passed,
        "judged_at": judgement.judged_at.isoformat(),
        "policy": asdict(policy),
        "rules": list(policy.rules),
        "checklists": [
            {"number": one.number, "name": one.name, "standard": one.standard, "items": one.items}
            for one in judgement.checklists
        ],
        "counts": {rule: counted[rule] for rule in policy.rules},
        "obstacles": [
            {
                "rule": one.rule,
                "why": say(one.shortfall.why),
                "advice": say(one.shortfall.advice),
                "checklist_number": one.checklist_number,
                "standard": one.standard,
                "identifier": one.identifier,
                "title": one.title,
                "finding_id": one.finding_id,
                "severity": one.severity,
                "url": base_url + one.path,
            }
            for one in judgement.obstacles[:MOST_SHOWN]
        ],
    }
