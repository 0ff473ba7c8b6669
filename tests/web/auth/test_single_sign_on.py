"""Single sign-on with a real provider, and with one that lies about everything it can."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import FactorPolicy
from checklist_app.models import Event, ExternalIdentity, User
from checklist_app.services import openid_provider
from checklist_app.services.factor_policy import set_policy
from tests.cast import Cast
from tests.ports import free_port
from tests.web.api.program import Program, pipeline_token
from tests.web.auth import providers
from tests.web.auth.authenticator import first_step, is_in, set_up_app
from tests.web.auth.providers import EMAIL, Claims, Liar
from tests.web.auth.single_sign_on import Opened, arrive, reasons
from tests.web.visitor import Visitor


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


def test_whom_the_provider_asked_for_a_factor_needs_none_of_ours_nor_do_their_pipelines(
    opened: Opened, liar: Liar, session: Session, cast: Cast
) -> None:
    app = opened(liar.issuer)
    _, secret = pipeline_token(app, cast.alice, "banca", Scope.SCAN_WRITE)
    set_policy(session, cast.ada, FactorPolicy.EVERYBODY)
    session.commit()
    for amr, opens in (([], False), (["mfa"], True), (["pwd"], False)):
        liar.change = lambda claims, amr=amr: {**claims, "amr": amr}  # type: ignore[misc]
        visitor = Visitor(app)
        arrive(visitor, liar)
        assert is_in(visitor) is opens
        answer = Program(app, secret).get("projects/banca/scans")
        assert answer.status_code == (200 if opens else 403)
    by_password = Visitor(app)
    first_step(by_password)
    assert not is_in(by_password)


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


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/me"])
def test_an_answer_that_breaks_off_is_told_on_the_page_and_in_an_event(
    opened: Opened, liar: Liar, session: Session, path: str
) -> None:
    liar.user_info = {"sub": "0001", "email": EMAIL, "email_verified": True}
    liar.change = lambda claims: {**claims, "email": ""}
    liar.breaks_off_at = path
    visitor = Visitor(opened(liar.issuer))
    answer = visitor.get("/sign-in/sso")
    if path in ("/token", "/me"):
        answer = visitor.get(liar.come_back(answer.headers["Location"]))
    assert answer.status_code == 422
    assert "no responde como debe" in answer.text
    assert not is_in(visitor)
    assert reasons(session)[0].startswith("provider: ")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil", "/nope"])
def test_the_way_on_is_only_ever_a_page_of_ours(opened: Opened, liar: Liar, target: str) -> None:
    answer = arrive(Visitor(opened(liar.issuer)), liar, f"/sign-in/sso?next={target}")
    assert answer.headers["Location"] == "/"
