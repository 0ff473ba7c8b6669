"""The snippets for pipelines: pinned, with few rights, and their commands do what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.scopes import Scope
from checklist_app.factory import create_app
from checklist_app.services.resources import Resources
from tests.cast import Cast, make_checklist
from tests.cli.serving import serving
from tests.jobs.scan_files import sarif
from tests.web.api.program import pipeline_token

DOCUMENT = (Path(__file__).parents[2] / "docs" / "pipelines.md").read_text("utf-8")
SECRET = "CHECKLIST_TOKEN"


def block(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", DOCUMENT, re.DOTALL)
    assert found is not None, mark
    return found[1]


def github() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(block("snippet: github"))
    return found


def github_commands() -> list[str]:
    steps = github()["jobs"]["gate"]["steps"]
    return [step["run"] for step in steps if "run" in step]


def gitlab_commands() -> list[str]:
    found: list[str] = yaml.safe_load(block("snippet: gitlab"))["checklist"]["script"]
    return found


def jenkins_commands() -> list[str]:
    return re.findall(r"^ +sh '(.*)'$", block("snippet: jenkins"), re.MULTILINE)


def commands(mark: str) -> list[str]:
    return block(f"commands: {mark}").splitlines()


def test_every_snippet_runs_the_commands_that_are_explained() -> None:
    told = commands("pipeline")
    assert github_commands() == told
    assert gitlab_commands() == told
    assert jenkins_commands() == told


def test_github_gets_few_rights_and_the_token_goes_to_two_steps() -> None:
    flow = github()
    assert flow["permissions"] == {}
    job = flow["jobs"]["gate"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    assert SECRET not in job["env"]
    for step in job["steps"]:
        assert (SECRET in step.get("env", {})) == ("run" in step)
        assert "${{" not in step.get("run", "")
        assert "uses" not in step or step["uses"].endswith("@COMMIT")


def test_every_image_is_named_by_its_digest() -> None:
    assert set(re.findall(r"registry\.example\.org/checklist[@:]\S*?(?=['\n])", DOCUMENT)) == {
        "registry.example.org/checklist@sha256:DIGEST"
    }


def test_the_commands_do_what_they_say(
    tmp_path: Path, config: Config, resources: Resources, session: Session, cast: Cast
) -> None:
    make_checklist(session, cast.access("alice"))
    session.commit()
    app = create_app(config)
    scopes = (Scope.SCAN_WRITE, Scope.GATE_READ, Scope.REPORT_WRITE)
    token = pipeline_token(app, cast.alice, "banca", *scopes)[1]
    work = tmp_path / "work"
    work.mkdir()
    (work / "report.sarif").write_bytes(sarif(2))
    told = []
    with serving(app, resources) as address:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "en_GB.UTF-8",
            "CHECKLIST_URL": address,
            SECRET: token,
            "PROJECT": "banca",
            "BRANCH": 'main"; echo broken >&2; "',
        }
        for command in (*commands("pipeline"), *commands("report")):
            done = subprocess.run(
                ["sh", "-eu", "-c", command],
                cwd=work,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            told.append((command.split()[1], done.returncode))
            assert "broken" not in done.stderr
            assert token not in done.stdout + done.stderr
    app.extensions["checklist_resources"].close()
    assert told == [("scan", 0), ("gate", 1), ("report", 0), ("verify", 0)]
    log = json.loads((work / "gate.sarif").read_text("utf-8"))
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["open-finding"] * 2
    assert 'failures="2"' in (work / "gate.xml").read_text("utf-8")
    assert (work / "report.pdf").read_bytes().startswith(b"%PDF")
