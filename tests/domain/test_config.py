"""Settings that are wrong do not start, and say which and why."""

from __future__ import annotations

import stat
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from checklist_app.config import Config, ConfigError, env_name

LONG = "Zx9" * 20 + "abcdefgh"
PRODUCTION = {
    "CHECKLIST_ENVIRONMENT": "production",
    "CHECKLIST_SECRET_KEY": LONG,
    "CHECKLIST_DATABASE_URL": "mysql+pymysql://u:p@db/x",
    "CHECKLIST_BASE_URL": "https://checklist.example.org",
}


def problems(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as refused:
        Config.from_env(environ)
    return "\n".join(map(str, refused.value.problems))


def test_without_settings_everything_has_a_value() -> None:
    config = Config.from_env({"PATH": "/bin"})
    assert config.environment == "embedded"
    assert config.sqlalchemy_url.startswith("sqlite:///")
    assert not config.is_https


def test_production_starts_with_what_it_needs() -> None:
    assert Config.from_env(PRODUCTION).is_https


@pytest.mark.parametrize("name", [name for name in PRODUCTION if "ENVIRONMENT" not in name])
def test_production_without_one_of_them_does_not(name: str) -> None:
    told = problems({key: value for key, value in PRODUCTION.items() if key != name})
    assert name in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHECKLIST_SECRET_KEY", "dev"),
        ("CHECKLIST_SECRET_KEY", "change-me"),
        ("CHECKLIST_SECRET_KEY", "a" * 64),
        ("CHECKLIST_SECRET_KEY", LONG[:31]),
        ("CHECKLIST_BASE_URL", "http://checklist.example.org"),
        ("CHECKLIST_BASE_URL", "checklist.example.org"),
        ("CHECKLIST_DATABASE_URL", "postgres://x"),
        ("CHECKLIST_WEB_THREADS", "0"),
        ("CHECKLIST_WEB_THREADS", "many"),
        ("CHECKLIST_DEFAULT_LANGUAGE", "de"),
        ("CHECKLIST_LOG_LEVEL", "loud"),
        ("CHECKLIST_EVIDENCE_TYPES", "png"),
        ("CHECKLIST_ENVIRONMENT", "staging"),
        ("CHECKLIST_NO_SUCH_THING", "1"),
        ("CHECKLIST_SECRET_KEY_FILE", "/no/such/file"),
        ("CHECKLIST_LOG_LEVEL_FILE", "/etc/hostname"),
    ],
)
def test_a_bad_value_is_named_and_a_secret_is_not_repeated(name: str, value: str) -> None:
    told = problems({**PRODUCTION, name: value})
    assert name in told
    assert "SECRET" not in name or value.startswith("/") or value not in told


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = problems({"CHECKLIST_WEB_THREADS": "x", "CHECKLIST_LOG_LEVEL": "y", "CHECKLIST_Z": "1"})
    assert told.count("\n") == 2


def test_a_secret_may_come_from_a_file_but_not_from_both(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{LONG}\n", encoding="utf-8")
    environ = {name: value for name, value in PRODUCTION.items() if "SECRET" not in name}
    from_file = {**environ, "CHECKLIST_SECRET_KEY_FILE": str(path)}
    assert Config.from_env(from_file).session_secret() == LONG
    assert "both" in problems({**from_file, "CHECKLIST_SECRET_KEY": LONG})


def test_the_embedded_secret_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path / "var")
    made = config.session_secret()
    assert config.session_secret() == made
    assert len(made) >= 32
    (path,) = config.data_dir.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="ascii") == made


def test_settings_never_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().log_level = "debug"  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    for item in fields(Config):
        assert item.metadata["doc"].endswith("."), env_name(item.name)
        assert item.metadata["parse"].__doc__, env_name(item.name)
