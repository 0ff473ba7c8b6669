"""Single sign-on with a real provider, and with one that lies about everything it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc.jwk import RSAKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from checklist_app.config import Config
from checklist_app.domain.vocabulary import OrganisationRole, Role
from checklist_app.factory import create_app
from checklist_app.models import Event, ExternalIdentity, Membership, User
from checklist_app.services import openid_provider
from checklist_app.web.extensions import limiter
from tests.cast import PASSWORD, Cast
from tests.ports import free_port
from tests.web.api.program import Program
from tests.web.auth import providers
from tests.web.auth.authenticator import first_step, is_in, set_up_app
from tests.web.auth.providers import CLIENT, CLIENT_SECRET, Claims, Forge, Liar
from tests.web.visitor import Visitor

Opened = Callable[..., Flask]


@pytest.fixture
def opened(config: Config, cast: Cast) -> Iterator[Opened]:
    """Open the app with a provider; more settings by name."""
    apps: list[Flask] = []

    def open_app(issuer: str, **more: Any) -> Flask:
        settings = {"oidc_client_id": CLIENT, "oidc_client_secret": CLIENT_SECRET, **more}
        app = create_app(replace(config, oidc_issuer=issuer, **settings))
        app.testing = False
        apps.append(app)
        return app

    openid_provider.forget()
    yield open_app
    limiter.reset()
    for app in apps:
        app.extensions["checklist_resources"].close()


@pytest.fixture
def liar() -> Iterator[Liar]:
    with providers.lying_provider() as provider:
        yield provider


def arrive(visitor: Visitor, liar: Liar, path: str = "/sign-in/sso") -> TestResponse:
    """Go to the lying provider and come back."""
    departure = visitor.get(path)
    assert departure.status_code == 303
    return visitor.get(liar.come_back(departure.headers["Location"]))


def reasons(session: Session) -> list[str]:
    session.rollback()
    found = session.scalars(
        select(Event).where(Event.name == "account:sso:refuse").order_by(Event.id)
    )
    return [event.details["reason"] for event in found]


@pytest.mark.parametrize("name", ["bob", "nora"])
def test_with_a_real_provider_people_come_in_and_stay_the_same(
    opened: Opened, session: Session, name: str
) -> None:
    claims = {"sub": name, "email": f"{name}@example.org", "email_verified": True, "name": "N"}
    with providers.real_provider(claims) as issuer:
        app = opened(issuer, oidc_create_accounts=True)
        for _ in range(2):
            visitor = Visitor(app)
            away = visitor.get("/sign-in/sso?next=/account").headers["Location"]
            asked = parse_qs(urlsplit(away).query)
            assert asked["code_challenge_method"] == ["S256"]
            assert asked["redirect_uri"] == ["http://localhost/sign-in/sso/callback"]
            back = visitor.get(providers.authorise(away, name))
            assert (back.status_code, back.headers["Location"]) == (303, "/account")
            assert is_in(visitor)
    (identity,) = session.scalars(select(ExternalIdentity))
    assert (identity.issuer, identity.subject) == (issuer, name)
    events = session.scalars(select(Event.name).where(Event.name.like("account:sso:%"))).all()
    assert events == [f"account:sso:{'link' if name == 'bob' else 'create'}"]


def test_the_real_provider_may_say_no(opened: Opened, session: Session) -> None:
    with providers.real_provider() as issuer:
        visitor = Visitor(opened(issuer))
        away = visitor.get("/sign-in/sso").headers["Location"]
        state = parse_qs(urlsplit(away).query)["state"][0]
        answer = visitor.get(f"/sign-in/sso/callback?error=access_denied&state={state}")
    assert answer.status_code == 422
    assert not is_in(visitor)
    assert reasons(session) == ["the provider sent no code"]


def test_an_honest_token_lets_in(opened: Opened, liar: Liar) -> None:
    visitor = Visitor(opened(liar.issuer))
    assert arrive(visitor, liar).status_code == 303
    assert is_in(visitor)


MINUTE = 60
LIES: dict[str, Callable[[Claims], Claims]] = {
    "another issuer": lambda c: {**c, "iss": "https://elsewhere.example.org"},
    "an issuer that begins alike": lambda c: {**c, "iss": c["iss"] + "0"},
    "no issuer": lambda c: without(c, "iss"),
    "another audience": lambda c: {**c, "aud": "somebody-else"},
    "another audience, though authorised for us": lambda c: {**c, "aud": "other", "azp": CLIENT},
    "no audience": lambda c: without(c, "aud"),
    "two audiences without saying whose": lambda c: {**c, "aud": [CLIENT, "other"]},
    "two audiences, made for the other": lambda c: {**c, "aud": [CLIENT, "other"], "azp": "other"},
    "made for another client": lambda c: {**c, "azp": "somebody-else"},
    "another nonce": lambda c: {**c, "nonce": "x" * 43},
    "a nonce that is a list": lambda c: {**c, "nonce": [c["nonce"]]},
    "no nonce": lambda c: without(c, "nonce"),
    "over long ago": lambda c: {**c, "exp": c["iat"] - 5 * MINUTE},
    "an end that is a word": lambda c: {**c, "exp": "tomorrow"},
    "no end": lambda c: without(c, "exp"),
    "made in the future": lambda c: {**c, "iat": c["iat"] + 60 * MINUTE},
    "valid in the future": lambda c: {**c, "nbf": c["iat"] + 60 * MINUTE},
    "nobody": lambda c: without(c, "sub"),
    "an empty subject": lambda c: {**c, "sub": ""},
    "a subject that is a number": lambda c: {**c, "sub": 1},
    "an endless subject": lambda c: {**c, "sub": "x" * 300},
}
FORGERIES: dict[str, Forge] = {
    "alg none": providers.unsigned,
    "the signature left out": providers.without_signature,
    "HS256 with the public key": providers.signed_with_the_public_key,
    "a foreign key of the same name": providers.signed_by_somebody_else,
    "a key of its own in the header": providers.bringing_its_own_key,
    "changed after signing": providers.changed_afterwards,
    "no token": providers.no_token_at_all,
}


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_wrong_is_refused(
    opened: Opened, liar: Liar, session: Session, lie: str
) -> None:
    liar.change = LIES[lie]
    expect_refused(Visitor(opened(liar.issuer)), liar, session)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_is_not_signed_by_the_provider_is_refused(
    opened: Opened, liar: Liar, session: Session, forgery: str
) -> None:
    liar.forge = FORGERIES[forgery]
    expect_refused(Visitor(opened(liar.issuer)), liar, session)


def expect_refused(visitor: Visitor, liar: Liar, session: Session) -> None:
    answer = arrive(visitor, liar)
    assert answer.status_code == 422
    assert not is_in(visitor)
    (reason,) = reasons(session)
    assert reason.startswith(("claim ", "signature: "))
    assert session.scalars(select(ExternalIdentity)).all() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email_verified": False}, "the provider did not verify the address"),
        ({"email_verified": "true"}, "the provider did not verify the address"),
        ({"email": ""}, "the provider did not verify the address"),
        ({"email": "ada@example.org"}, "would link to an administrator"),
        ({"email": "nora@example.org"}, "no account"),
    ],
)
def test_an_address_links_only_an_account_that_it_may(
    opened: Opened, liar: Liar, session: Session, changes: Claims, reason: str
) -> None:
    liar.change = lambda claims: {**claims, **changes}
    visitor = Visitor(opened(liar.issuer))
    assert arrive(visitor, liar).status_code == 422
    assert not is_in(visitor)
    assert reasons(session) == [reason]


def test_once_linked_the_subject_counts_and_the_address_no_more(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer)
    arrive(Visitor(app), liar)
    liar.change = lambda claims: {**claims, "email": "bob@example.org", "email_verified": False}
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert "alice@example.org" in visitor.get("/account").text
    liar.change = lambda claims: {**claims, "sub": "0002", "email_verified": False}
    assert arrive(Visitor(app), liar).status_code == 422


def test_a_closed_account_stays_closed(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer)
    arrive(Visitor(app), liar)
    session.execute(update(User).where(User.id == cast.alice.user_id).values(is_active=False))
    session.commit()
    assert arrive(Visitor(app), liar).status_code == 422
    assert reasons(session) == ["the account is closed"]


def test_only_the_domains_that_may_come_in_do(opened: Opened, liar: Liar, session: Session) -> None:
    app = opened(liar.issuer, oidc_domains=frozenset({"example.com"}), oidc_create_accounts=True)
    assert arrive(Visitor(app), liar).status_code == 422
    liar.change = lambda claims: {**claims, "email": "x@example.com.evil.org"}
    assert arrive(Visitor(app), liar).status_code == 422
    liar.change = lambda claims: {**claims, "email": "nora@EXAMPLE.com"}
    assert arrive(Visitor(app), liar).status_code == 303
    assert reasons(session) == ["domain not allowed"] * 2


def test_an_administrator_links_from_within_and_comes_in_afterwards(
    opened: Opened, liar: Liar, cast: Cast
) -> None:
    app = opened(liar.issuer)
    liar.change = lambda claims: {**claims, "email": "ada@example.org"}
    ada = Visitor(app, cast.ada)
    page = ada.post("/account/sso/link")
    away = page.text.split('href="http://127.0.0.1')[1].split('"')[0].replace("&amp;", "&")
    answer = ada.get(liar.come_back("http://127.0.0.1" + away))
    assert answer.headers["Location"] == "/account/factors"
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert is_in(visitor)


def test_an_identity_of_somebody_else_is_not_taken_over(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer)
    arrive(Visitor(app), liar)
    bob = Visitor(app, cast.bob)
    page = bob.post("/account/sso/link")
    away = page.text.split('href="http://127.0.0.1')[1].split('"')[0].replace("&amp;", "&")
    assert bob.get(liar.come_back("http://127.0.0.1" + away)).status_code == 422
    assert reasons(session) == ["linked to another account"]


def test_what_comes_back_is_for_the_browser_that_left_and_serves_once(
    opened: Opened, liar: Liar
) -> None:
    app = opened(liar.issuer)
    alice, mallory = Visitor(app), Visitor(app)
    back = liar.come_back(alice.get("/sign-in/sso").headers["Location"])
    assert mallory.get(back).status_code == 422
    assert alice.get(back.replace("state=", "state=x")).status_code == 422
    assert alice.get(back).status_code == 422
    assert not is_in(alice)
    kept = back = liar.come_back(alice.get("/sign-in/sso").headers["Location"])
    assert alice.get(back).status_code == 303
    assert alice.get(kept).status_code == 422


def test_a_factor_of_ours_is_asked_for_unless_the_provider_says_it_asked(
    opened: Opened, liar: Liar, cast: Cast
) -> None:
    app = opened(liar.issuer)
    set_up_app(Visitor(app, cast.alice))
    visitor = Visitor(app)
    assert arrive(visitor, liar).headers["Location"] == "/sign-in/second-factor"
    assert not is_in(visitor)
    liar.change = lambda claims: {**claims, "amr": ["pwd", "mfa"]}
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert is_in(visitor)


def test_a_token_with_a_key_that_is_new_makes_us_ask_for_the_keys_again(
    opened: Opened, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(liar.issuer)
    arrive(Visitor(app), liar)
    liar.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert arrive(Visitor(app), liar).status_code == 422  # not at once: anybody could make us ask
    monkeypatch.setattr(openid_provider, "SOONEST_RENEWAL_SECONDS", 0)
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert is_in(visitor)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://elsewhere.example.org"},
        {"token_endpoint": "http://elsewhere.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": ""},
    ],
)
def test_a_discovery_document_that_leads_elsewhere_is_not_followed(
    opened: Opened, liar: Liar, session: Session, discovery: dict[str, str]
) -> None:
    liar.discovery = discovery
    answer = Visitor(opened(liar.issuer)).get("/sign-in/sso")
    assert answer.status_code == 422
    assert reasons(session)[0].startswith("provider: ")


def test_a_token_endpoint_that_redirects_gets_no_secret_sent_on(opened: Opened, liar: Liar) -> None:
    with providers.lying_provider() as other:
        liar.redirect = f"{other.issuer}/token"
        assert arrive(Visitor(opened(liar.issuer)), liar).status_code == 422
        assert other.requests == []


def test_a_provider_that_is_away_breaks_nothing(opened: Opened, session: Session) -> None:
    visitor = Visitor(opened(f"http://127.0.0.1:{free_port()}"))
    answer = visitor.get("/sign-in/sso")
    assert answer.status_code == 422
    assert visitor.get("/sign-in").status_code == 200
    assert reasons(session)[0].startswith("provider: no answer")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "/nope"])
def test_the_way_on_is_only_ever_a_page_of_ours(opened: Opened, liar: Liar, target: str) -> None:
    answer = arrive(Visitor(opened(liar.issuer)), liar, f"/sign-in/sso?next={target}")
    assert answer.headers["Location"] == "/"


def test_groups_give_roles_and_take_them_again(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    roles = (("boss", "", "administrator"), ("see", "", "auditor"), ("blue", "banca", "reviewer"))
    app = opened(liar.issuer, oidc_roles=roles, oidc_create_accounts=True)

    def come_with(*groups: str) -> tuple[OrganisationRole, Role | None]:
        liar.change = lambda c: {**c, "sub": "n", "email": "n@example.org", "groups": [*groups]}
        visitor = Visitor(app)
        arrive(visitor, liar)
        assert is_in(visitor)
        session.rollback()
        user = session.scalars(select(User).where(User.email == "n@example.org")).one()
        session.refresh(user)
        mine = select(Membership.role).where(Membership.user_id == user.id)
        found = user.organisation_role, session.scalar(mine)
        session.rollback()
        return found

    assert come_with("blue", "other") == (OrganisationRole.MEMBER, Role.REVIEWER)
    assert come_with("boss") == (OrganisationRole.ADMINISTRATOR, None)
    assert come_with("see", "blue") == (OrganisationRole.AUDITOR, Role.REVIEWER)
    assert come_with() == (OrganisationRole.MEMBER, None)


def test_the_last_owner_of_a_project_keeps_it_whatever_the_groups_say(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer, oidc_roles=(("blue", "banca", "viewer"),))
    visitor = Visitor(app)
    arrive(visitor, liar)
    assert visitor.get("/projects/banca").status_code == 200
    role = select(Membership.role).where(
        Membership.user_id == cast.alice.user_id, Membership.project_id == cast.project.id
    )
    assert session.scalar(role) is Role.OWNER


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({}, None),
        ({"is_active": False}, Role.OWNER),
        ({"organisation_role": OrganisationRole.AUDITOR}, Role.OWNER),
    ],
    ids=["another owner", "one whose account is closed", "one who is an auditor"],
)
def test_only_owners_who_can_act_let_another_one_go(
    opened: Opened,
    liar: Liar,
    session: Session,
    cast: Cast,
    change: dict[str, Any],
    left: Role | None,
) -> None:
    session.execute(
        update(Membership)
        .where(Membership.project_id == cast.project.id, Membership.user_id == cast.bob.user_id)
        .values(role=Role.OWNER)
    )
    if change:
        session.execute(update(User).where(User.id == cast.bob.user_id).values(**change))
    session.commit()
    arrive(Visitor(opened(liar.issuer, oidc_roles=(("blue", "banca", "viewer"),))), liar)
    role = select(Membership.role).where(
        Membership.user_id == cast.alice.user_id, Membership.project_id == cast.project.id
    )
    assert session.scalar(role) is left


def test_passwords_can_be_switched_off(opened: Opened, liar: Liar) -> None:
    app = opened(liar.issuer, password_sign_in=False)
    visitor = Visitor(app)
    assert 'type="password"' not in visitor.get("/sign-in").text
    assert first_step(visitor).status_code == 422
    program = Program(app).post("token", {"email": "alice@example.org", "password": PASSWORD})
    assert program.status_code == 401
    assert not is_in(visitor)
    arrive(visitor, liar)
    assert is_in(visitor)
