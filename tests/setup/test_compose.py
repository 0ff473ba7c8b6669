"""compose.yaml keeps its promises; no container engine is needed to see that."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from checklist_app.config import PREFIX, known_names

ROOT = Path(__file__).parents[2]
COMPOSE = cast(
    "dict[str, Any]", yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_a_service_runs_without_privileges_on_a_read_only_root(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    user = service["user"].split(":")[0]
    assert int(user) > 0


@each_service
def test_a_service_tells_whether_it_is_well_or_says_that_it_does_not(name: str) -> None:
    # The web server's check stands in the Dockerfile, which is its only HTTP service.
    assert name == "web" or SERVICES[name]["healthcheck"]


@each_service
def test_what_a_service_names_is_declared(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", ())) <= set(SERVICES)
    named = {volume.split(":")[0] for volume in service.get("volumes", ())}
    assert named <= set(COMPOSE["volumes"])


@each_service
def test_every_setting_given_is_one_that_config_knows(name: str) -> None:
    given = SERVICES[name].get("environment", {})
    assert {key for key in given if key.startswith(PREFIX)} <= known_names()


def test_database_and_redis_are_out_of_reach() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_no_secret_stands_in_the_file_itself() -> None:
    for service in SERVICES.values():
        for key in service.get("environment", {}):
            secret = "PASSWORD" in key or key.endswith(("SECRET_KEY", "_URL"))
            assert not secret or key.endswith("_FILE") or key == f"{PREFIX}BASE_URL"


def test_the_script_makes_every_secret_once(tmp_path: Path) -> None:
    script = tmp_path / "deploy" / "make-secrets.sh"
    script.parent.mkdir()
    script.write_bytes((ROOT / "deploy" / "make-secrets.sh").read_bytes())

    subprocess.run(["sh", script], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", script], check=True, capture_output=True)

    assert set(COMPOSE["secrets"]) <= set(made)
    assert made == {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert len(made["secret_key"]) >= 64
    assert made["database_password"].strip() in made["database_url"]
