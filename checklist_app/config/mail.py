"""The settings of mail and of the links that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checklist_app.config.environment import env_name
from checklist_app.config.problems import N_, Problem
from checklist_app.config.setting import setting
from checklist_app.config.single_sign_on import SingleSignOnSettings
from checklist_app.config.values import mail_address, one_of, path, plain, whole_number


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings(SingleSignOnSettings):
    """The server that takes our mail; none is sent until ``smtp_host`` is given.

    Groups of settings inherit in a row: a class with slots has one base with slots at most.
    """

    invitation_hours: int = setting(
        whole_number(1, 720),
        "Hours that an invitation waits for its person; every other link works for 30 minutes.",
        default=48,
    )
    smtp_host: str = setting(
        plain,
        "Server that takes our mail. Without one no mail is sent, and whoever asks for a link "
        "hands it over.",
        default="",
    )
    smtp_port: int = setting(whole_number(1, 65535), "Its port.", default=587)
    smtp_tls: str = setting(
        one_of("starttls", "tls", "none"),
        "How the way there is encrypted; the certificate is verified. `none` only for a server on "
        "the same machine.",
        default="starttls",
    )
    smtp_ca_file: Path | None = setting(
        path,
        "Certificates of the authorities that the server's is checked against; otherwise those "
        "of the machine.",
        default=None,
    )
    smtp_user: str = setting(plain, "Name that the server asks for.", default="")
    smtp_password: str = setting(plain, "Password for that name.", default="", secret=True)
    mail_from: str = setting(
        mail_address, "Address that our mail comes from; required with a server.", default=""
    )

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is set up."""
        return bool(self.smtp_host)


def mail_problems(given: Mapping[str, Any]) -> list[Problem]:
    """Return what is missing for sending mail, or would give its password away."""
    if "smtp_host" not in given:
        return []
    problems = []
    if "mail_from" not in given:
        problems.append(
            Problem(
                N_("%(name)s is required when %(other)s is set."),
                {"name": env_name("mail_from"), "other": env_name("smtp_host")},
            )
        )
    if ("smtp_user" in given) != ("smtp_password" in given):
        problems.append(
            Problem(
                N_("%(name)s and %(other)s go together; one of them is missing."),
                {"name": env_name("smtp_user"), "other": env_name("smtp_password")},
            )
        )
    if "smtp_password" in given and given.get("smtp_tls") == "none":
        problems.append(
            Problem(
                N_("%(name)s would travel in the clear; set %(other)s to starttls or tls."),
                {"name": env_name("smtp_password"), "other": env_name("smtp_tls")},
            )
        )
    return problems
