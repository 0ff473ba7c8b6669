"""A person is erased: what names them goes, what they recorded stays, somebody is in charge."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, inspect, select
from sqlalchemy.orm import Session

from checklist_app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from checklist_app.domain.scopes import Scope
from checklist_app.domain.vocabulary import (
    JobKind,
    Letter,
    OrganisationRole,
    Outcome,
    ProofPurpose,
    Role,
)
from checklist_app.models import (
    AccessToken,
    Base,
    CodeGenerator,
    Event,
    ExternalIdentity,
    IdempotencyKey,
    Job,
    Passkey,
    PipelineToken,
    Project,
    RecoveryCode,
    RefreshToken,
    SecurityEvent,
    TokenFamily,
    User,
    Verdict,
)
from checklist_app.queries.erasure import erasure_preview
from checklist_app.queries.event_chain import check_chain
from checklist_app.services import groups, links, outbox, pending, verdicts
from checklist_app.services.access_tokens import open_family
from checklist_app.services.accounts import create_user, set_active
from checklist_app.services.clock import now, today
from checklist_app.services.erasure import OF_A_PERSON, erase_person
from checklist_app.services.members import add_group, change_role
from checklist_app.services.organisation import set_organisation_role
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.resources import Resources
from checklist_app.services.sessions import open_session
from tests.cast import Cast, item, make_checklist
from tests.web.visitor import ORIGIN

DELETED = {
    *(table.__tablename__ for table in OF_A_PERSON),
    "code_generator",
    "membership",
    "passkey",
    "pending_proof",
    "recovery_code",
}
"""Tables whose rows go with their person."""
KEPT = {
    "alert",
    "checklist",
    "checklist_item",
    "event",
    "evidence",
    "evidence_link",
    "general_correction",
    "job",
    "official_document",
    "remediation",
    "report",
    "route_correction",
    "scan_import",
    "security_event",
    "sign_off",
    "triage_action",
    "verdict",
    "verdict_review",
    "waiver",
    "webhook",
}
"""Tables whose rows stay, and name the account by its key."""


def naming_people() -> set[str]:
    """Return the tables that have a column which names an account."""
    return {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "user" for key in table.foreign_keys)
    }


def recorded(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of what stays, but for the jobs, whose letters are emptied."""
    return {
        name: [tuple(row) for row in session.execute(select(Base.metadata.tables[name]))]
        for name in sorted(KEPT - {"job"})
    }


def rows_of(session: Session, user_id: int, tables: set[str]) -> dict[str, int]:
    """Return how many rows of each table name an account."""
    found: dict[str, int] = {}
    for name in sorted(tables):
        table: Table = Base.metadata.tables[name]
        for key in table.foreign_keys:
            if key.column.table.name == "user":
                rows = session.execute(select(table).where(key.parent == user_id)).all()
                found[name] = found.get(name, 0) + len(rows)
    return found


@pytest.fixture
def bob(session: Session, resources: Resources, cast: Cast) -> User:
    """Bob, with one of everything that can be his."""
    user = session.get_one(User, cast.bob.user_id)
    moment = now()
    open_session(session, resources.config, user, ORIGIN)
    open_family(session, resources.config, user, [Scope.FULL], ORIGIN)
    links.issue_link(session, None, user, resources.config)
    pending.begin(session, ProofPurpose.CONFIRM, user_id=user.id)
    outbox.queue(session, Letter.CONFIRM_EMAIL, user, email="bob.at.home@example.org")
    change_role(session, cast.access("alice"), user.id, Role.MANAGER)
    access = cast.access("martha")
    make_token(
        session,
        type(access)(cast.bob, cast.project, Role.MANAGER),
        name="nightly",
        scopes=["project:read"],
        expires_on=today() + timedelta(days=9),
    )
    group = groups.create_group(session, cast.ada, "Revisores")
    groups.add_person(session, cast.ada, group.id, user.email)
    session.add_all(
        [
            CodeGenerator(user_id=user.id, sealed_secret="x", last_step=0, created_at=moment),
            RecoveryCode(user_id=user.id, code_sha256="a" * 64, created_at=moment),
            Passkey(
                user_id=user.id,
                name="key",
                credential_sha256="b" * 64,
                credential_id="AA",
                public_key="AA",
                sign_count=0,
                created_at=moment,
            ),
            ExternalIdentity(
                user_id=user.id,
                identity_sha256="c" * 64,
                issuer="https://sign-in.example.org",
                subject="bob",
                created_at=moment,
            ),
            IdempotencyKey(
                user_id=user.id, key="k", request_sha256="d" * 64, headers={}, created_at=moment
            ),
        ]
    )
    checklist = make_checklist(session, cast.access("bob"))
    opened = item(session, cast.access("bob"), checklist, "IN-01")
    verdicts.record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Se puede inyectar.",
        row_version=opened.item.row_version,
    )
    session.flush()
    return user


def test_every_table_that_names_people_was_decided_upon() -> None:
    assert naming_people() == DELETED | KEPT
    assert not DELETED & KEPT


def test_nothing_is_left_but_what_they_recorded(session: Session, cast: Cast, bob: User) -> None:
    before = rows_of(session, bob.id, naming_people())
    assert {name for name in DELETED if not before[name]} == set()
    before_it, newest = recorded(session), max(one.id for one in session.query(Event))
    erase_person(session, cast.ada, bob.id, email=" Bob@Example.org ")
    session.commit()
    session.expire_all()
    after = rows_of(session, bob.id, naming_people())
    assert {name: after[name] for name in DELETED} == dict.fromkeys(DELETED, 0)
    for table in (TokenFamily, AccessToken, RefreshToken, PipelineToken):
        assert session.query(table).count() == 0
    assert (bob.name, bob.email) == (f"Ex-{bob.id}", f"ex-{bob.id}@erased.invalid")
    assert (bob.is_active, bob.password_hash, bob.language) == (False, None, None)
    (mail,) = session.query(Job).filter_by(kind=JobKind.SEND_MAIL)
    assert mail.payload == {}
    assert session.query(Verdict).one().author.name == bob.name
    # Not a letter of what was recorded is other than before; the logs have grown.
    for name, rows in recorded(session).items():
        assert rows[: len(before_it[name])] == before_it[name], name
    assert check_chain(session).is_whole
    added = session.query(Event).filter(Event.id > newest).order_by(Event.id).all()
    assert [one.name for one in added] == ["project:member:remove", "account:user:erase"]
    assert {one.target for one in added} == {bob.name}


def test_their_address_is_free_for_somebody_new(session: Session, cast: Cast, bob: User) -> None:
    erase_person(session, cast.ada, bob.id, email=bob.email)
    again = create_user(session, cast.ada, email="bob@example.org", name="Bob")
    assert again.id != bob.id
    with pytest.raises(InvalidInput):  # nobody can be given the made-up one
        create_user(session, cast.ada, email=bob.email, name="x")


def test_it_is_for_good(session: Session, cast: Cast, bob: User) -> None:
    erase_person(session, cast.ada, bob.id, email=bob.email)
    with pytest.raises(NotFound):
        erase_person(session, cast.ada, bob.id, email=bob.email)
    with pytest.raises(NotFound):
        set_active(session, cast.ada, bob.id, active=True)
    with pytest.raises(NotFound):
        set_organisation_role(session, cast.ada, bob.id, OrganisationRole.AUDITOR)


def test_only_an_administrator_erases_and_never_themselves(session: Session, cast: Cast) -> None:
    for name in ("alice", "otto", "vera"):
        with pytest.raises(Forbidden):
            erase_person(session, cast.people[name], cast.vera.user_id, email="vera@example.org")
        with pytest.raises(Forbidden):
            erasure_preview(session, cast.people[name], cast.vera.user_id)
    with pytest.raises(Conflict):
        erase_person(session, cast.ada, cast.ada.user_id, email="ada@example.org")
    with pytest.raises(NotFound):
        erase_person(session, cast.ada, 2_000_000, email="x@example.org")


def test_another_address_erases_nobody(session: Session, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        erase_person(session, cast.ada, cast.vera.user_id, email="bob@example.org")
    assert refused.value.field == "email"
    assert session.get_one(User, cast.vera.user_id).name == "Vera"


def test_the_only_owner_hands_over_first(session: Session, cast: Cast) -> None:
    alice = cast.alice.user_id
    session.add(Project(slug="other", name="Otro", created_at=now()))
    assert erasure_preview(session, cast.ada, alice).owned_alone == ["Banca"]
    with pytest.raises(Conflict, match="Banca"):
        erase_person(session, cast.ada, alice, email="alice@example.org")
    with pytest.raises(Conflict, match="Banca"):
        set_active(session, cast.ada, alice, active=False)
    change_role(session, cast.access("alice"), cast.bob.user_id, Role.OWNER)
    assert erasure_preview(session, cast.ada, alice).owned_alone == []
    erase_person(session, cast.ada, alice, email="alice@example.org")
    with pytest.raises(Conflict, match="Banca"):
        set_active(session, cast.ada, cast.bob.user_id, active=False)


def test_an_owner_who_is_shut_out_or_comes_through_a_group_is_no_successor(
    session: Session, cast: Cast
) -> None:
    access, alice = cast.access("alice"), cast.alice.user_id
    change_role(session, access, cast.bob.user_id, Role.OWNER)
    set_active(session, cast.ada, cast.bob.user_id, active=False)
    group = groups.create_group(session, cast.ada, "Propietarias")
    groups.add_person(session, cast.ada, group.id, "vera@example.org")
    add_group(session, access, group.id, Role.OWNER)
    with pytest.raises(Conflict, match="Banca"):
        set_active(session, cast.ada, alice, active=False)


def test_an_administrator_is_erased_as_long_as_another_stays(session: Session, cast: Cast) -> None:
    set_organisation_role(session, cast.ada, cast.vera.user_id, OrganisationRole.ADMINISTRATOR)
    user = erase_person(session, cast.ada, cast.vera.user_id, email="vera@example.org")
    assert user.organisation_role is OrganisationRole.MEMBER


def test_two_administrators_who_erase_each_other_leave_one(session: Session, cast: Cast) -> None:
    set_organisation_role(session, cast.ada, cast.vera.user_id, OrganisationRole.ADMINISTRATOR)
    vera = session.get_one(User, cast.vera.user_id)
    both = type(cast.vera)(vera.id, vera.email, vera.name, vera.organisation_role)
    erase_person(session, both, cast.ada.user_id, email="ada@example.org")
    # Ada's request was let in before she was erased, and comes too late.
    with pytest.raises(Conflict):
        erase_person(session, cast.ada, vera.id, email=vera.email)


def test_the_preview_counts_what_goes_and_what_stays(
    session: Session, cast: Cast, bob: User
) -> None:
    preview = erasure_preview(session, cast.ada, bob.id)
    assert preview.goes == dict.fromkeys(preview.goes, 1)
    assert (preview.stays["verdicts"], preview.stays["reports"]) == (1, 0)
    named = session.query(Event).filter_by(target=bob.email).count()
    named += session.query(SecurityEvent).filter_by(subject=bob.email).count()
    assert preview.named_in_log == named > 0
    erase_person(session, cast.ada, bob.id, email=bob.email)
    after = erasure_preview(session, cast.ada, bob.id)
    assert after.is_erased
    assert set(after.goes.values()) == {0}
    assert after.stays["verdicts"] == 1


def test_accounts_have_no_other_columns_than_those_that_were_decided_upon() -> None:
    assert {column.key for column in inspect(User).columns} == {
        "id",
        "email",
        "name",
        "password_hash",
        "organisation_role",
        "is_active",
        "language",
        "theme",
        "created_at",
        "erased_at",
    }
