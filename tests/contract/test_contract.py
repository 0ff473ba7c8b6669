"""The interface keeps what its document says, whoever asks: all checks, few examples.

``benchmarks/contract.py`` is the long run, with many examples.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.running import served, tried


@pytest.mark.parametrize("role", ["alice", "pipeline"])
def test_schemathesis_finds_nothing(tmp_path: Path, role: str) -> None:
    with served(tmp_path) as server:
        trial = tried(server, role, tmp_path, examples=1)
    assert trial.passed, trial.told
    assert trial.cases > 100
