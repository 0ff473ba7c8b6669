"""The environment read: variables, files named by them, and what a fit value is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field
from pathlib import Path
from typing import Any

from checklist_app.config.problems import N_, Problem

PREFIX = "CHECKLIST_"
TEST_PREFIX = "CHECKLIST_TEST_"
FOR_THE_CLIENT = frozenset({"CHECKLIST_URL", "CHECKLIST_TOKEN", "CHECKLIST_TOKEN_FILE"})
"""What the command reads when it works on another machine's server; no settings of this one."""
SHORTEST_SECRET = 32
FEWEST_CHARACTERS = 8
WELL_KNOWN_SECRETS = frozenset({"dev", "secret", "changeme", "change-me", "password", "test"})


def env_name(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def known_names(items: Sequence[Field[Any]]) -> frozenset[str]:
    """Return every environment variable that is understood."""
    names = {env_name(item.name) for item in items}
    names |= {env_name(item.name) + "_FILE" for item in items if item.metadata["secret"]}
    return frozenset(names)


def read(
    items: Sequence[Field[Any]], environ: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of the settings that are given, and everything that is wrong with them."""
    known = known_names(items) | FOR_THE_CLIENT
    problems = [
        Problem(
            N_("%(name)s is not a setting; see docs/operator.md for those that are."),
            {"name": name},
        )
        for name in sorted(environ)
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known
    ]
    values: dict[str, Any] = {}
    for item in items:
        raw = _raw_value(item, environ, problems)
        if raw is None:
            continue
        try:
            values[item.name] = item.metadata["parse"](raw)
        except ValueError as error:
            problems.append(
                Problem(
                    N_("%(name)s has a value that cannot be used. Expected: %(hint)s."),
                    {"name": env_name(item.name), "hint": str(error)},
                )
            )
    return values, problems


def production_problems(environment: str, given: Mapping[str, Any]) -> list[Problem]:
    """Return what is missing for ``production``, which generates nothing by itself."""
    if environment != "production":
        return []
    missing = [name for name in ("secret_key", "database_url", "base_url") if name not in given]
    problems = [
        Problem(
            N_("%(name)s is required when CHECKLIST_ENVIRONMENT is production."),
            {"name": env_name(name)},
        )
        for name in missing
    ]
    if "base_url" in given and not given["base_url"].startswith("https://"):
        problems.append(
            Problem(
                N_("%(name)s must begin with https:// in production."),
                {"name": env_name("base_url")},
            )
        )
    return problems


def secret_problems(secret: str) -> list[Problem]:
    """Return what makes a given secret unfit; an empty one is generated instead."""
    if not secret:
        return []
    if secret.lower() in WELL_KNOWN_SECRETS or len(set(secret)) < FEWEST_CHARACTERS:
        return [
            Problem(
                N_("%(name)s can be guessed; make one with: openssl rand -base64 48"),
                {"name": env_name("secret_key")},
            )
        ]
    if len(secret) < SHORTEST_SECRET:
        return [
            Problem(
                N_("%(name)s is too short: %(shortest)s characters at least."),
                {"name": env_name("secret_key"), "shortest": str(SHORTEST_SECRET)},
            )
        ]
    return []


def _raw_value(item: Field[Any], environ: Mapping[str, str], problems: list[Problem]) -> str | None:
    name = env_name(item.name)
    file_name = environ.get(name + "_FILE") if item.metadata["secret"] else None
    if file_name is None:
        return environ.get(name)
    if name in environ:
        problems.append(
            Problem(N_("%(name)s and %(name)s_FILE are both set; keep one."), {"name": name})
        )
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        problems.append(
            Problem(
                N_("%(name)s names a file that cannot be read."),
                {"name": name + "_FILE"},
            )
        )
        return None
