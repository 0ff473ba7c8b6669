"""Every setting of the system: typed, complete at start, never changed afterwards.

Settings come from ``CHECKLIST_*`` environment variables; secrets may come from a file named by
the same variable with ``_FILE`` behind it. A missing, short, unknown or unreadable value refuses
to start and says which and why. ``docs/operator.md`` is generated from this file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

PREFIX = "CHECKLIST_"
TEST_PREFIX = "CHECKLIST_TEST_"
SHORTEST_SECRET = 32
WELL_KNOWN_SECRETS = frozenset({"dev", "secret", "changeme", "change-me", "password", "test"})
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the settings: an English message id and its parameters."""

    msgid: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        """Return the English message."""
        return self.msgid % self.params


class ConfigError(Exception):
    """The settings do not let the system start.

    Attributes:
        problems: everything that is wrong, so that it can be mended in one go.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def N_(msgid: str) -> str:  # noqa: N802 - the conventional gettext marker
    """Mark a message id for the translation catalogue."""
    return msgid


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        value = int(raw)
        if not lowest <= value <= highest:
            raise ValueError(f"{lowest}…{highest}")
        return value

    parse.__doc__ = f"whole number, {lowest} to {highest}"
    return parse


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(", ".join(allowed))
        return raw

    parse.__doc__ = "one of " + ", ".join(f"`{value}`" for value in allowed)
    return parse


def _plain(raw: str) -> str:
    """text"""
    if not raw.strip() or "\0" in raw:
        raise ValueError("text")
    return raw


def _path(raw: str) -> Path:
    """path"""
    return Path(_plain(raw)).expanduser().absolute()


def _web_address(raw: str) -> str:
    """http or https address"""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("https://checklist.example.org")
    return raw.rstrip("/")


def _database_address(raw: str) -> str:
    """database address"""
    if not raw.startswith(("sqlite:///", "mysql+pymysql://")):
        raise ValueError("sqlite:///…, mysql+pymysql://…")
    return raw


def _media_types(raw: str) -> frozenset[str]:
    """media types, separated by commas"""
    types = frozenset(part.strip().lower() for part in raw.split(",") if part.strip())
    if not types or any(kind.count("/") != 1 for kind in types):
        raise ValueError("image/png, text/plain")
    return types


def _setting(
    parse: Callable[[str], Any],
    doc: str,
    *,
    default: Any = MISSING,
    secret: bool = False,
) -> Any:
    metadata = {"parse": parse, "doc": doc, "secret": secret}
    return field(default=default, metadata=metadata)


DEFAULT_EVIDENCE_TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "application/pdf",
        "application/zip",
        "application/gzip",
        "application/json",
        "application/xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/plain",
        "text/html",
        "text/csv",
        "video/mp4",
        "video/webm",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings, parsed. Sizes are in the unit that the name says; durations likewise."""

    environment: str = _setting(
        _one_of("embedded", "production"),
        "`embedded` generates what is missing under the data directory; `production` refuses to "
        "start without a secret key, a database and an https base address.",
        default="embedded",
    )
    data_dir: Path = _setting(
        _path,
        "Where SQLite, evidence, secrets and keys live.",
        default=Path("var").absolute(),
    )
    database_url: str = _setting(
        _database_address,
        "`sqlite:///…` or `mysql+pymysql://user:password@host/name`. Embedded default: "
        "`checklist.sqlite3` in the data directory.",
        default="",
        secret=True,
    )
    secret_key: str = _setting(
        _plain,
        f"Signs cookies; at least {SHORTEST_SECRET} characters. Embedded default: generated once.",
        default="",
        secret=True,
    )
    base_url: str = _setting(
        _web_address,
        "The address that people type; links and cookies follow it.",
        default="http://127.0.0.1:8000",
    )
    organisation: str = _setting(
        _plain,
        "Your name on reports and in the signing certificate.",
        default="OWASP Checklist",
    )
    default_language: str = _setting(
        _one_of("es", "en"),
        "Language when neither person nor browser asks.",
        default="es",
    )
    redis_url: str = _setting(
        _plain,
        "`redis://…` shares rate limits between web processes; without it each process counts.",
        default="",
        secret=True,
    )
    trusted_proxies: int = _setting(
        _whole_number(0, 5),
        "Reverse proxies in front whose X-Forwarded-* are believed.",
        default=0,
    )
    web_processes: int = _setting(_whole_number(1, 64), "Web server processes.", default=1)
    web_threads: int = _setting(_whole_number(1, 128), "Threads of each web process.", default=8)
    session_idle_minutes: int = _setting(
        _whole_number(1, 1440),
        "Minutes without a request that end a session.",
        default=120,
    )
    session_hours: int = _setting(
        _whole_number(1, 720), "Hours after which every session ends.", default=12
    )
    max_upload_mb: int = _setting(
        _whole_number(1, 1024),
        "Largest request, in megabytes; larger ones answer 413.",
        default=64,
    )
    max_evidence_mb: int = _setting(
        _whole_number(1, 1024),
        "Largest single piece of evidence, in megabytes.",
        default=25,
    )
    project_quota_mb: int = _setting(
        _whole_number(1, 1_000_000),
        "Evidence that one project may hold, in megabytes.",
        default=4096,
    )
    evidence_types: frozenset[str] = _setting(
        _media_types,
        "Media types accepted as evidence.",
        default=DEFAULT_EVIDENCE_TYPES,
    )
    job_lease_seconds: int = _setting(
        _whole_number(2, 3600),
        "A job whose worker is silent for this long is taken over by another.",
        default=30,
    )
    sandbox_memory_mb: int = _setting(
        _whole_number(128, 65536),
        "Memory of the process that reads a scanner report.",
        default=512,
    )
    render_memory_mb: int = _setting(
        _whole_number(256, 65536),
        "Memory of the process that renders a PDF.",
        default=2048,
    )
    signing_pkcs12: Path | None = _setting(
        _path,
        "PKCS#12 file with your signing certificate; otherwise one is generated.",
        default=None,
    )
    signing_pkcs12_password: str = _setting(
        _plain, "Password of that file.", default="", secret=True
    )
    timestamp_url: str = _setting(
        _web_address, "RFC 3161 time-stamp server; none by default.", default=""
    )
    log_level: str = _setting(
        _one_of("debug", "info", "warning", "error"),
        "How much is logged.",
        default="info",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings from ``environ``.

        Raises:
            ConfigError: with every problem found.
        """
        problems = [
            Problem(
                N_("%(name)s is not a setting; see docs/operator.md for those that are."),
                {"name": name},
            )
            for name in sorted(environ)
            if name.startswith(PREFIX)
            and not name.startswith(TEST_PREFIX)
            and name not in known_names()
        ]
        values: dict[str, Any] = {}
        for item in fields(cls):
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
        config = cls(**values)
        problems.extend(_production_problems(config, values))
        problems.extend(_secret_problems(config))
        if problems:
            raise ConfigError(problems)
        return config

    @property
    def sqlalchemy_url(self) -> str:
        """The database address, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'checklist.sqlite3'}"

    @property
    def blob_dir(self) -> Path:
        """Folder of evidence and reports, addressed by SHA-256."""
        return self.data_dir / "blobs"

    @property
    def signing_dir(self) -> Path:
        """Folder of the generated signing authority."""
        return self.data_dir / "signing"

    @property
    def is_https(self) -> bool:
        """Whether people reach the app by HTTPS, so that cookies can insist on it."""
        return self.base_url.startswith("https://")

    def session_secret(self) -> str:
        """Return the secret that signs cookies, generating the embedded one at first use."""
        return self.secret_key or embedded_secret(self.data_dir / "secret_key")


def env_name(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def known_names() -> frozenset[str]:
    """Return every environment variable that is understood."""
    names = {env_name(item.name) for item in fields(Config)}
    names |= {env_name(item.name) + "_FILE" for item in fields(Config) if item.metadata["secret"]}
    return frozenset(names)


def embedded_secret(path: Path) -> str:
    """Return the secret stored in ``path``, making it (mode 0600) when there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process made it first; its secret is the one
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


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


def _production_problems(config: Config, given: Mapping[str, Any]) -> list[Problem]:
    if config.environment != "production":
        return []
    missing = [name for name in ("secret_key", "database_url", "base_url") if name not in given]
    problems = [
        Problem(
            N_("%(name)s is required when CHECKLIST_ENVIRONMENT is production."),
            {"name": env_name(name)},
        )
        for name in missing
    ]
    if "base_url" in given and not config.is_https:
        problems.append(
            Problem(
                N_("%(name)s must begin with https:// in production."),
                {"name": env_name("base_url")},
            )
        )
    return problems


def _secret_problems(config: Config) -> list[Problem]:
    secret = config.secret_key
    if not secret:
        return []
    if secret.lower() in WELL_KNOWN_SECRETS or len(set(secret)) < 8:
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
