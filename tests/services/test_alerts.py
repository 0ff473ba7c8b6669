"""Rules: each is met at its threshold and not before, once a window; thresholds have bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.alerts import (
    RULE_NAMES,
    RULES,
    AlertRule,
    AlertState,
    SecurityKind,
    Threshold,
)
from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from checklist_app.domain.vocabulary import JobKind, Language, OrganisationRole
from checklist_app.models import Alert, Event, Job, SecurityEvent, User
from checklist_app.services import alerts, audit, outbox, security_events
from checklist_app.services.alert_delivery import announce, is_something_to_tell
from checklist_app.services.alert_rules import threshold_of
from checklist_app.services.clock import pretend
from checklist_app.services.organisation import set_organisation_role
from checklist_app.services.security_events import Noticed, kind_of
from tests.cast import Cast

MOMENT = datetime(2026, 11, 2, 12, 0, 1, tzinfo=UTC)


def happens(session: Session, cast: Cast, kind: SecurityKind, times: int, **given: object) -> None:
    for second in range(times):
        told = {
            "user_id": cast.alice.user_id,
            "subject": "alice@example.org",
            "address": "192.0.2.7",
            **given,
        }
        moment = MOMENT + timedelta(milliseconds=second)
        security_events.note(session, Noticed(kind, moment, **told))  # type: ignore[arg-type]


def raised(session: Session) -> list[tuple[AlertRule, str]]:
    return [(row.rule, row.subject) for row in session.scalars(select(Alert).order_by(Alert.id))]


@pytest.mark.parametrize("rule", list(AlertRule))
def test_a_rule_is_met_at_its_threshold_once_and_not_before(
    session: Session, cast: Cast, rule: AlertRule
) -> None:
    kind = min(RULES[rule].kinds)
    limit = RULES[rule].default.threshold
    happens(session, cast, kind, limit - 1)
    assert rule not in [name for name, _ in raised(session)]
    happens(session, cast, kind, 3)
    assert [name for name, _ in raised(session)].count(rule) == 1


@pytest.mark.parametrize(
    ("rule", "differing"),
    [
        (AlertRule.ACCOUNT_ATTACKED, "subject"),
        (AlertRule.ADDRESS_ATTACKS, "address"),
        (AlertRule.MANY_DENIALS, "address"),
    ],
)
def test_what_has_nothing_in_common_is_not_counted_together(
    session: Session, cast: Cast, rule: AlertRule, differing: str
) -> None:
    kind = min(RULES[rule].kinds)
    for number in range(RULES[rule].default.threshold + 5):
        happens(session, cast, kind, 1, **{differing: f"192.0.2.{number}"})
    assert rule not in [name for name, _ in raised(session)]


def test_what_lies_before_the_window_does_not_count_and_the_next_window_raises_again(
    session: Session, cast: Cast
) -> None:
    limit = RULES[AlertRule.ACCOUNT_ATTACKED].default
    old = Noticed(
        SecurityKind.SIGN_IN_REFUSED,
        MOMENT - timedelta(minutes=limit.minutes),
        subject="alice@example.org",
        count=limit.threshold - 1,
    )
    security_events.note(session, old)
    happens(session, cast, SecurityKind.SIGN_IN_REFUSED, 1)
    assert raised(session) == []
    happens(session, cast, SecurityKind.SIGN_IN_REFUSED, limit.threshold, address="")
    later = MOMENT + timedelta(minutes=limit.minutes)
    for _ in range(limit.threshold):
        noticed = Noticed(SecurityKind.SIGN_IN_REFUSED, later, subject="alice@example.org")
        security_events.note(session, noticed)
    assert raised(session) == [(AlertRule.ACCOUNT_ATTACKED, "alice@example.org")] * 2


def test_events_that_were_summed_count_as_many(session: Session, cast: Cast) -> None:
    summed = Noticed(SecurityKind.DENIED, MOMENT, address="192.0.2.7", count=500)
    security_events.note(session, summed)
    assert raised(session) == [(AlertRule.MANY_DENIALS, "192.0.2.7")]


def test_a_new_administrator_is_told_from_the_very_act(session: Session, cast: Cast) -> None:
    set_organisation_role(session, cast.ada, cast.bob.user_id, OrganisationRole.ADMINISTRATOR)
    session.commit()
    assert raised(session) == [(AlertRule.NEW_ADMINISTRATOR, "bob@example.org")]
    noted = session.scalars(select(SecurityEvent)).all()[-1]
    assert (noted.kind, noted.user_id) == (SecurityKind.ADMINISTRATOR_MADE, cast.ada.user_id)


def test_strong_roles_that_no_person_gave_count_together(session: Session, cast: Cast) -> None:
    """The command line and a provider of single sign-on give roles without anybody signed in."""
    for number in range(10):
        given = {"user_id": None, "subject": f"person {number}", "address": ""}
        happens(session, cast, SecurityKind.ROLE_RAISED, 1, **given)
    assert raised(session) == [(AlertRule.ROLE_ESCALATION, "role_escalation")]


def test_an_act_that_is_undone_raises_nothing(session: Session, cast: Cast) -> None:
    set_organisation_role(session, cast.ada, cast.bob.user_id, OrganisationRole.ADMINISTRATOR)
    session.rollback()
    assert raised(session) == []


@pytest.mark.parametrize(
    ("name", "details", "kind"),
    [
        ("account:session:refuse", {}, SecurityKind.SIGN_IN_REFUSED),
        ("account:factors:reset", {}, SecurityKind.FACTORS_RESET),
        ("account:token:reuse", {}, SecurityKind.TOKEN_REUSED),
        ("account:user:create", {"role": "administrator"}, SecurityKind.ADMINISTRATOR_MADE),
        ("account:user:create", {"role": "member"}, None),
        ("account:user:create", {"role": "administrator", "first": True}, None),
        ("account:user:set_role", {"role": "auditor"}, SecurityKind.AUDITOR_MADE),
        ("account:sso:role", {"role": "auditor"}, SecurityKind.AUDITOR_MADE),
        ("project:member:add", {"role": "owner"}, SecurityKind.ROLE_RAISED),
        ("project:member:change_role", {"role": "viewer"}, SecurityKind.ROLE_CHANGED),
        ("project:member:remove", {"role": "owner"}, SecurityKind.ROLE_CHANGED),
        ("project:group:remove", {"role": "owner"}, SecurityKind.ROLE_CHANGED),
        ("account:group:remove_person", {"user_id": 1}, SecurityKind.ROLE_CHANGED),
        ("account:group:delete", {}, SecurityKind.ROLE_CHANGED),
        ("account:group:add_person", {"role": "owner"}, SecurityKind.ROLE_RAISED),
        ("account:group:add_person", {}, SecurityKind.ROLE_CHANGED),
        ("project:verdict:record", {}, None),
    ],
)
def test_the_audit_log_says_what_is_about_security(
    name: str, details: dict[str, Any], kind: SecurityKind | None
) -> None:
    assert kind_of(name, details) is kind


def test_an_alert_is_acknowledged_once_and_leaves_an_event(session: Session, cast: Cast) -> None:
    happens(session, cast, SecurityKind.TOKEN_REUSED, 1)
    (alert,) = session.scalars(select(Alert))
    with pytest.raises(Forbidden):
        alerts.acknowledge(session, cast.otto, alert.id, "seen")
    alerts.acknowledge(session, cast.ada, alert.id, " my own test ")
    assert (alert.state, alert.note) == (AlertState.ACKNOWLEDGED, "my own test")
    with pytest.raises(Conflict):
        alerts.acknowledge(session, cast.ada, alert.id, "again")
    with pytest.raises(NotFound):
        alerts.acknowledge(session, cast.ada, 2_000_000, "")
    session.flush()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert last.name == "security:alert:acknowledge"


def test_a_threshold_is_kept_audited_and_obeyed(session: Session, cast: Cast) -> None:
    rule = AlertRule.ACCOUNT_ATTACKED
    alerts.set_threshold(session, cast.ada, rule, Threshold(2, 5))
    session.flush()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.name, last.details["after"]) == ("security:rule:change", "2 / 5 min")
    happens(session, cast, SecurityKind.SIGN_IN_REFUSED, 2)
    assert raised(session) == [(rule, "alice@example.org")]
    alerts.set_threshold(session, cast.ada, rule, Threshold(2, 5, is_on=False))
    assert not threshold_of(session, rule).is_on
    happens(session, cast, SecurityKind.SIGN_IN_REFUSED, 5, subject="bob@example.org")
    assert raised(session) == [(rule, "alice@example.org")]


@pytest.mark.parametrize("wanted", [(0, 5), (1, 0), (100_001, 5), (1, 1441)])
def test_a_threshold_out_of_bounds_is_refused(
    session: Session, cast: Cast, wanted: tuple[int, int]
) -> None:
    with pytest.raises(InvalidInput):
        alerts.set_threshold(session, cast.ada, AlertRule.MANY_DENIALS, Threshold(*wanted))
    with pytest.raises(Forbidden):
        alerts.set_threshold(session, cast.otto, AlertRule.MANY_DENIALS, Threshold(5, 5))


def test_a_refused_sign_in_says_where_it_came_from(session: Session, cast: Cast) -> None:
    with pretend(MOMENT):
        audit.record(
            session,
            None,
            "account:session:refuse",
            "x@example.org",
            address="192.0.2.9",
            request_id="abc",
        )
    session.flush()
    noted = session.scalars(select(SecurityEvent).order_by(SecurityEvent.id.desc())).first()
    assert noted is not None
    assert (noted.address, noted.request_id, noted.subject) == (
        "192.0.2.9",
        "abc",
        "x@example.org",
    )


def test_administrators_are_told_of_an_alert_once_by_mail(
    session: Session, cast: Cast, config: Config
) -> None:
    happens(session, cast, SecurityKind.TOKEN_REUSED, 1)
    assert is_something_to_tell(session)
    with_mail = replace(config, smtp_host="127.0.0.1", mail_from="app@example.org")
    assert announce(session, with_mail) == 1
    assert announce(session, with_mail) == 0
    mails = list(session.scalars(select(Job).where(Job.kind == JobKind.SEND_MAIL)))
    assert [mail.payload["user_id"] for mail in mails] == [cast.ada.user_id]
    assert "alice@example.org" in str(mails[0].payload)
    happens(session, cast, SecurityKind.FACTORS_RESET, 1)
    assert announce(session, config) == 1, "without a mail server it waits on its page"
    assert not is_something_to_tell(session)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (Language.EN, "an alert: Many refusals to one address, about 192.0.2.7"),
        (
            Language.ES,
            "una alerta: Muchas denegaciones a una dirección, sobre 192.0.2.7",
        ),
    ],
)
def test_an_alert_names_its_rule_in_words_of_the_reader(
    session: Session, cast: Cast, config: Config, language: Language, words: str
) -> None:
    session.get_one(User, cast.ada.user_id).language = language
    happens(session, cast, SecurityKind.DENIED, 100)
    with_mail = replace(config, smtp_host="127.0.0.1", mail_from="app@example.org")
    announce(session, with_mail)
    (job,) = session.scalars(select(Job).where(Job.kind == JobKind.SEND_MAIL))
    mail = outbox.prepare(session, with_mail, job.payload)
    assert mail is not None
    assert words in mail.body
    assert AlertRule.MANY_DENIALS.value not in mail.body + mail.subject


def test_every_rule_has_a_name() -> None:
    assert set(RULE_NAMES) == set(AlertRule)
