"""The examples in the documentation do what they say, with curl, against a server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cast import PASSWORD
from tests.contract.running import Served, served
from tests.web.api.test_scans import SARIF

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLE = re.compile(r"<!-- example: (.*?) -->\n```sh\n(.*?)```", re.DOTALL)


def test_the_examples_work_one_after_the_other(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl; install it with: apt-get install curl")
    examples = EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert [name for name, _ in examples] == ["sign in", "import", "read", "change"]
    (tmp_path / "report.sarif").write_bytes(SARIF)
    script = "set -eu\n" + "\n".join(code for _, code in examples)
    with served(tmp_path) as running:
        done = run(running, script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"scans":[{"id":' in done.stdout
    assert "The shop and its API" in done.stdout


def run(running: Served, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    known = {
        "CHECKLIST": running.address,
        "EMAIL": "alice@example.org",
        "PASSWORD": PASSWORD,
        "PROJECT": "banca-interna",
    }
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env=os.environ | known,
        capture_output=True,
        text=True,
        check=False,
    )
