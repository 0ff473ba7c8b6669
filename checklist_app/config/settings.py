"""Every setting, typed, with its default and the sentence that documents it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from checklist_app.config.backends import backend_problems
from checklist_app.config.connections import (
    OWN_ADDRESS,
    tls_problems,
    with_own_address,
)
from checklist_app.config.environment import (
    SHORTEST_SECRET,
    production_problems,
    read,
    secret_problems,
)
from checklist_app.config.limits import LimitSettings
from checklist_app.config.mail import mail_problems
from checklist_app.config.object_store import object_store_problems
from checklist_app.config.problems import ConfigError
from checklist_app.config.secret import embedded_secret
from checklist_app.config.setting import setting
from checklist_app.config.single_sign_on import single_sign_on_problems
from checklist_app.config.values import (
    host_names,
    media_types,
    one_of,
    path,
    plain,
    web_address,
    whole_number,
)

OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
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
class Config(LimitSettings):
    """All settings, parsed. Sizes are in the unit that the name says; durations likewise."""

    environment: str = setting(
        one_of("embedded", "production"),
        "`embedded` generates what is missing under the data directory; `production` refuses to "
        "start without a secret key, a database and an https base address.",
        default="embedded",
    )
    data_dir: Path = setting(
        path,
        "Where SQLite, evidence, secrets and keys live.",
        default=Path("var").absolute(),
    )
    secret_key: str = setting(
        plain,
        f"Signs cookies; at least {SHORTEST_SECRET} characters. Embedded default: generated once.",
        default="",
        secret=True,
    )
    previous_secret_key: str = setting(
        plain,
        "The secret key before the present one: what is sealed under it still opens, and is "
        "sealed again at its next use.",
        default="",
        secret=True,
    )
    base_url: str = setting(
        web_address,
        "The address that people type; links and cookies follow it.",
        default=OWN_ADDRESS,
    )
    allowed_hosts: frozenset[str] = setting(
        host_names,
        "Further names by which people may reach the app, besides that of the base address and "
        "this machine's own (`localhost`, `127.0.0.1`, `[::1]`). Any other answers 400.",
        default=frozenset(),
    )
    organisation: str = setting(
        plain,
        "Your name on reports and in the signing certificate.",
        default="OWASP Checklist",
    )
    default_language: str = setting(
        one_of("es", "en"),
        "Language when neither person nor browser asks.",
        default="es",
    )
    trusted_proxies: int = setting(
        whole_number(0, 5),
        "Reverse proxies in front whose X-Forwarded-* are believed.",
        default=0,
    )
    web_processes: int = setting(whole_number(1, 64), "Web server processes.", default=1)
    web_threads: int = setting(whole_number(1, 128), "Threads of each web process.", default=8)
    session_idle_minutes: int = setting(
        whole_number(1, 1440),
        "Minutes without a request that end a session.",
        default=120,
    )
    session_hours: int = setting(
        whole_number(1, 720), "Hours after which every session ends.", default=12
    )
    recent_auth_minutes: int = setting(
        whole_number(1, 720),
        "Minutes for which a proof of identity counts; later, what is sensitive asks for it again.",
        default=15,
    )
    max_upload_mb: int = setting(
        whole_number(1, 1024),
        "Largest request, in megabytes; larger ones answer 413.",
        default=64,
    )
    max_evidence_mb: int = setting(
        whole_number(1, 1024),
        "Largest single piece of evidence, in megabytes.",
        default=25,
    )
    project_quota_mb: int = setting(
        whole_number(1, 1_000_000),
        "Evidence that one project may hold, in megabytes.",
        default=4096,
    )
    evidence_types: frozenset[str] = setting(
        media_types,
        "Media types accepted as evidence.",
        default=DEFAULT_EVIDENCE_TYPES,
    )
    job_lease_seconds: int = setting(
        whole_number(2, 3600),
        "A job whose worker is silent for this long is taken over by another.",
        default=30,
    )
    sandbox_memory_mb: int = setting(
        whole_number(128, 65536),
        "Memory of the process that reads a scanner report.",
        default=512,
    )
    render_memory_mb: int = setting(
        whole_number(256, 65536),
        "Memory of the process that renders a PDF.",
        default=2048,
    )
    signing_pkcs12: Path | None = setting(
        path,
        "PKCS#12 file with your signing certificate; otherwise one is generated.",
        default=None,
    )
    signing_pkcs12_password: str = setting(plain, "Password of that file.", default="", secret=True)
    timestamp_url: str = setting(
        web_address, "RFC 3161 time-stamp server; none by default.", default=""
    )
    log_level: str = setting(
        one_of("debug", "info", "warning", "error"),
        "How much is logged.",
        default="info",
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings from ``environ``.

        Raises:
            ConfigError: with every problem found.
        """
        values, problems = read(fields(cls), environ)
        config = cls(**with_own_address(values))
        problems += production_problems(config.environment, values)
        problems += secret_problems(config.secret_key)
        problems += tls_problems(values)
        problems += backend_problems(values)
        problems += object_store_problems(values)
        problems += mail_problems(values)
        problems += single_sign_on_problems(values)
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
    def s3_copies_dir(self) -> Path:
        """Folder of the copies of what lies in the object store."""
        return self.s3_cache_dir or self.data_dir / "blob-copies"

    @property
    def signing_dir(self) -> Path:
        """Folder of the generated signing authority."""
        return self.data_dir / "signing"

    @property
    def token_key_dir(self) -> Path:
        """Folder of the keys that sign access tokens."""
        return self.data_dir / "token-keys"

    @property
    def known_hosts(self) -> frozenset[str]:
        """Names and addresses, without port, that requests may be for."""
        own = (urlsplit(self.base_url).netloc.rpartition("@")[2]).lower()
        name = own if own.endswith("]") else own.rpartition(":")[0] or own
        return OWN_MACHINE | self.allowed_hosts | {name}

    @property
    def is_https(self) -> bool:
        """Whether people reach the app by HTTPS, so that cookies can insist on it."""
        return self.base_url.startswith("https://")

    def session_secret(self) -> str:
        """Return the secret that signs cookies, generating the embedded one at first use."""
        return self.secret_key or embedded_secret(self.data_dir / "secret_key")
