"""Alerts told to administrators by mail: queued by the worker, once for each alert."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.alerts import RULE_NAMES
from checklist_app.domain.text import Text, text
from checklist_app.domain.vocabulary import OrganisationRole
from checklist_app.models import Alert, User
from checklist_app.queries.security import people_of
from checklist_app.services import outbox, webhook_events
from checklist_app.services.clock import now
from checklist_app.translation import translator

AT_ONCE = 50


def is_something_to_tell(session: Session) -> bool:
    """Return whether an alert has not been announced."""
    return session.scalar(select(Alert.id).where(Alert.announced_at.is_(None)).limit(1)) is not None


def announce(session: Session, config: Config) -> int:
    """Queue the mails of alerts that nobody was told of; return how many alerts that were.

    Without a mail server an alert waits on its page alone.
    """
    alerts = list(
        session.scalars(
            select(Alert)
            .where(Alert.announced_at.is_(None))
            .order_by(Alert.id)
            .limit(AT_ONCE)
            .with_for_update()
        )
    )
    names = people_of(session, alerts)
    administrators = list(
        session.scalars(
            select(User).where(
                User.organisation_role == OrganisationRole.ADMINISTRATOR, User.is_active
            )
        )
    )
    for alert in alerts:
        alert.announced_at = now()
        webhook_events.tell_alert(session, alert)
        subject = names.get(alert.subject, alert.subject)
        for person in administrators:
            rule = translator(outbox.language_of(config, person))(RULE_NAMES[alert.rule])
            # An alert about the record as a whole has no subject but its rule.
            about = rule if subject == alert.rule.value else subject
            outbox.notify(
                session,
                config,
                person,
                subject=text("Security alert: %(subject)s", subject=about),
                body=_body(config, alert, rule=rule, subject=about),
            )
    return len(alerts)


def _body(config: Config, alert: Alert, *, rule: str, subject: str) -> Text:
    return text(
        "A rule raised an alert: %(rule)s, about %(subject)s, %(count)s times, %(moment)s UTC. "
        "Look at it, and acknowledge it: %(address)s",
        rule=rule,
        subject=subject,
        count=alert.count,
        moment=f"{alert.raised_at:%Y-%m-%d %H:%M}",
        address=f"{config.base_url}/admin/alerts#alert-{alert.id}",
    )
