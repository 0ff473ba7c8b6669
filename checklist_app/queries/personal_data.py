"""What the system holds about a person, section by section, for a copy that they can take away.

No section holds a secret or its hash. What is *said* inside a project is its members' to read:
it is left out for whoever may not read that project now, be it an administrator who opens no
project or a person who has left one. Where and when something was recorded is always told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.errors import NotFound
from checklist_app.domain.permissions import Permission
from checklist_app.models import (
    Alert,
    CodeGenerator,
    Event,
    ExternalIdentity,
    Group,
    GroupPerson,
    IdempotencyKey,
    Job,
    Membership,
    OneTimeLink,
    Passkey,
    PendingProof,
    PipelineToken,
    Project,
    RecoveryCode,
    SecurityEvent,
    TokenFamily,
    User,
    UserSession,
)
from checklist_app.queries.access import visible_projects
from checklist_app.queries.recorded import ABOUT, Section, recorded_sections

AT_ONCE = 500


def person_to_copy(session: Session, actor: Actor, user_id: int) -> User:
    """Return whom a copy is about: the actor, or anybody for an administrator.

    Raises:
        NotFound: there is no such account.
    """
    if user_id != actor.user_id:
        actor.require(Permission.USER_MANAGE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def personal_data(
    session: Session, actor: Actor, user: User
) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Yield each section's name and its rows, in as many queries as there are sections, and one.

    Whether they may is asked by :func:`person_to_copy`. Each section has to be read to its end
    before the next one is asked for.

    Args:
        session: of the caller.
        actor: who takes the copy; what they may not read is None, and the row is marked.
        user: whom it is about.
    """
    readable = set(session.scalars(visible_projects(actor).with_only_columns(Project.slug)))
    for section in (*_account_sections(user), *recorded_sections(user.id), *_events(user)):
        yield section.name, _rows(session, section, readable)


def _rows(session: Session, section: Section, readable: set[str]) -> Iterator[dict[str, Any]]:
    for row in session.execute(section.query.execution_options(yield_per=AT_ONCE)).mappings():
        told = dict(row)
        slug = told.get("project")
        if section.said and slug is not None and slug not in readable:
            told.update(dict.fromkeys(section.said), withheld=True)
        yield told


def _account_sections(user: User) -> tuple[Section, ...]:
    return (
        Section(
            "account",
            select(
                User.id,
                User.name,
                User.email,
                User.organisation_role,
                User.is_active,
                User.password_hash.is_not(None).label("has_password"),
                User.language,
                User.theme,
                User.created_at,
                User.erased_at,
            ).where(User.id == user.id),
        ),
        *_ways_in(user.id),
        Section(
            "memberships",
            select(
                Project.slug.label("project"), Project.name, Membership.role, Membership.created_at
            )
            .join(Project, Project.id == Membership.project_id)
            .where(Membership.user_id == user.id)
            .order_by(Membership.id),
        ),
        Section(
            "groups",
            select(Group.name)
            .join(GroupPerson, GroupPerson.group_id == Group.id)
            .where(GroupPerson.user_id == user.id)
            .order_by(Group.name),
        ),
    )


def _ways_in(user_id: int) -> tuple[Section, ...]:
    """Return where somebody is signed in, and what they sign in with."""
    return (
        _of(
            "sessions",
            user_id,
            UserSession,
            "address user_agent created_at last_seen_at expires_at revoked_at confirmed_at",
        ),
        _of(
            "programs",
            user_id,
            TokenFamily,
            "scopes address user_agent created_at expires_at revoked_at",
        ),
        Section(
            "pipeline_tokens",
            select(
                Project.slug.label("project"),
                PipelineToken.name,
                PipelineToken.prefix,
                PipelineToken.scopes,
                PipelineToken.created_at,
                PipelineToken.expires_at,
                PipelineToken.last_used_at,
                PipelineToken.revoked_at,
            )
            .join(Project, Project.id == PipelineToken.project_id)
            .where(PipelineToken.user_id == user_id)
            .order_by(PipelineToken.id),
            ("name",),
        ),
        _of("code_apps", user_id, CodeGenerator, "created_at last_used_at"),
        _of("passkeys", user_id, Passkey, "name created_at last_used_at"),
        _of("recovery_codes", user_id, RecoveryCode, "created_at used_at"),
        _of(
            "external_identities",
            user_id,
            ExternalIdentity,
            "issuer subject created_at last_used_at",
        ),
        _of("one_time_links", user_id, OneTimeLink, "purpose email created_at expires_at used_at"),
        _of("pending_proofs", user_id, PendingProof, "purpose created_at expires_at"),
        _of("answers_kept_for_programs", user_id, IdempotencyKey, "key status created_at"),
        Section(
            "background_work",
            select(Job.kind, Job.state, Job.created_at, Job.finished_at)
            .where(Job.created_by_id == user_id)
            .order_by(Job.id),
        ),
    )


def _of(name: str, user_id: int, table: Any, columns: str) -> Section:
    """Return the section of a table whose rows belong to one person each."""
    wanted = [getattr(table, column) for column in columns.split()]
    return Section(name, select(*wanted).where(table.user_id == user_id).order_by(table.id))


def _events(user: User) -> tuple[Section, ...]:
    """Return what they did, and what names their address."""
    did: Select[*tuple[Any, ...]] = (
        select(
            Project.slug.label("project"),
            Event.happened_at,
            Event.name,
            Event.target,
            Event.details,
            Event.address,
            func.coalesce(Event.actor_id == user.id, False).label("is_their_own"),
        )
        .outerjoin(Project, Project.id == Event.project_id)
        .where(or_(Event.actor_id == user.id, Event.target == user.email))
        .order_by(Event.id)
    )
    noticed = (
        select(
            SecurityEvent.happened_at,
            SecurityEvent.kind,
            SecurityEvent.subject,
            SecurityEvent.address,
            SecurityEvent.place,
            SecurityEvent.status,
            SecurityEvent.count,
        )
        .where(or_(SecurityEvent.user_id == user.id, SecurityEvent.subject == user.email))
        .order_by(SecurityEvent.id)
    )
    acknowledged = (
        select(Alert.rule, Alert.raised_at, Alert.acknowledged_at, Alert.note)
        .where(Alert.acknowledged_by_id == user.id)
        .order_by(Alert.id)
    )
    return (
        Section("events", did, ABOUT),
        Section("security_events", noticed),
        Section("alerts_acknowledged", acknowledged),
    )
