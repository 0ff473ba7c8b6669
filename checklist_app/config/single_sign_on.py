"""The settings of single sign-on with an OpenID Connect provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checklist_app.config.environment import env_name
from checklist_app.config.problems import N_, Problem
from checklist_app.config.setting import setting
from checklist_app.config.values import (
    email_domains,
    plain,
    role_map,
    switch,
    web_address,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOnSettings:
    """Everything about the provider; nothing is on until ``oidc_issuer`` is given."""

    oidc_issuer: str = setting(
        web_address,
        "Issuer of an OpenID Connect provider; its discovery document is read from there.",
        default="",
    )
    oidc_client_id: str = setting(plain, "What the provider calls this system.", default="")
    oidc_client_secret: str = setting(
        plain, "The secret that it gave to this system.", default="", secret=True
    )
    oidc_scopes: str = setting(
        plain, "What is asked for, separated by blanks.", default="openid profile email"
    )
    oidc_label: str = setting(
        plain, "What stands on the sign-in button after *Continue with*.", default="SSO"
    )
    oidc_domains: frozenset[str] = setting(
        email_domains,
        "Only people whose e-mail address is in one of these domains may come in; all by default.",
        default=frozenset(),
    )
    oidc_create_accounts: bool = setting(
        switch,
        "Whether people whom nobody invited get an account at their first sign-in.",
        default=False,
    )
    oidc_role_claim: str = setting(
        plain, "The claim that lists a person's groups or roles.", default="groups"
    )
    oidc_roles: tuple[tuple[str, str, str], ...] = setting(
        role_map,
        "What those mean here: `value=administrator` or `value=project:role`, separated by commas.",
        default=(),
    )
    password_sign_in: bool = setting(
        switch,
        "`off` leaves single sign-on and passkeys as the only ways in; see `checklist users`.",
        default=True,
    )

    @property
    def has_single_sign_on(self) -> bool:
        """Whether there is a provider."""
        return bool(self.oidc_issuer)


def single_sign_on_problems(given: Mapping[str, Any]) -> list[Problem]:
    """Return what does not fit together among the settings that are given."""
    problems = []
    if "oidc_issuer" in given and "oidc_client_id" not in given:
        problems.append(
            Problem(
                N_("%(name)s is required when CHECKLIST_OIDC_ISSUER is given."),
                {"name": env_name("oidc_client_id")},
            )
        )
    if given.get("password_sign_in") is False and "oidc_issuer" not in given:
        problems.append(
            Problem(
                N_("%(name)s cannot be off without CHECKLIST_OIDC_ISSUER: nobody could sign in."),
                {"name": env_name("password_sign_in")},
            )
        )
    if "openid" not in given.get("oidc_scopes", "openid").split():
        problems.append(
            Problem(N_("%(name)s has to hold openid."), {"name": env_name("oidc_scopes")})
        )
    return problems
