"""The interface for programs keeps what its document says, tried from outside, a few times each.

The same few examples each time; ``python -m benchmarks.contract`` tries as many as are wanted.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.running import served, tried

EXAMPLES = 1
PHASES = ("examples", "fuzzing")
FEWEST = 90
"""Requests; fewer would mean that schemathesis did not get through."""


@pytest.mark.parametrize("role", ["bob", "pipeline"])
def test_the_document_is_true(tmp_path: Path, role: str) -> None:
    with served(tmp_path) as server:
        trial = tried(server, role, tmp_path, examples=EXAMPLES, phases=PHASES)
    assert trial.passed, trial.told
    assert trial.cases >= FEWEST
