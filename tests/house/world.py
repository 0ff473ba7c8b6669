"""Three projects with one of everything each, for tests that try every door of one from another.

Alice owns "banca" and "archivo", which is archived; Charlie owns "ajeno". Every text that a project
holds carries the mark of that project, so that a leak shows whatever its form. The numbers and
identifiers of the three never coincide: what opens in one cannot exist in another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session

from checklist_app.domain.actor import Actor
from checklist_app.domain.alerts import AlertRule, AlertState
from checklist_app.domain.findings import ParsedFinding
from checklist_app.domain.vocabulary import Language, Outcome, Role
from checklist_app.domain.webhooks import DeliveryState
from checklist_app.models import (
    Alert,
    Checklist,
    Finding,
    GeneralCorrection,
    Group,
    GroupGrant,
    GroupPerson,
    Membership,
    Project,
    Report,
    RouteCorrection,
    User,
)
from checklist_app.models import Standard as StandardRow
from checklist_app.queries.access import ProjectAccess, open_item
from checklist_app.services import (
    evidence,
    links,
    remediation,
    reports,
    scans,
    uploads,
    verdicts,
    webhooks,
)
from checklist_app.services.checklists import start_checklist
from checklist_app.services.clock import now, today
from checklist_app.services.corrections import correct_route
from checklist_app.services.general_corrections import GeneralRoute, correct_for_everybody
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.standards import load_standard
from tests.cast import ROLES, Cast, password_hash
from tests.library import other_standard
from tests.web.stage import PNG, finding, mark_and_take_back, scan

MARKS = {"banca": "kanarienvogel", "ajeno": "zeisigpaar", "archivo": "rotkehlchen"}
"""Stand in every text of each project; no answer to a stranger may hold them."""
MARK = MARKS["banca"]
SLUG = "banca-interna"
"""Alice's project; a name that an administrator may read, without the mark."""


@dataclass(frozen=True)
class World:
    """Where things are: the value of every address parameter, in each project and in none.

    ``extras`` are the people who are not of the cast.
    """

    places: dict[str, dict[str, Any]]
    missing: dict[str, Any]
    marks: dict[str, str]
    extras: dict[str, Actor]


def build_world(session: Session, resources: Resources, cast: Cast) -> World:
    """Fill the projects of Alice and of Charlie; the caller commits."""
    load_standard(session, other_standard("owasp-other", "Z"))
    load_standard(session, other_standard("owasp-third", "Y"))
    cast.project.slug = SLUG
    extras = {name: _person(session, name) for name in ("dora", "zoe", "greta", "walter")}
    join_project(session, cast.project, extras["dora"], Role.OWNER)
    ajeno = session.query(Project).filter_by(name="Ajeno").one()
    archivo = create_project(session, cast.alice, name="Archivo")
    for name, role in ROLES.items():
        if name != "alice":
            join_project(session, archivo.project, cast.people[name], role)
    join_project(session, archivo.project, extras["walter"], Role.VIEWER)
    banca = cast.access("alice")
    _group(session, cast.project, extras["greta"], Role.REVIEWER)
    places = {
        "banca": fill_project(session, resources, banca, ("owasp-test", "IN-01"), cast.vera),
        "ajeno": fill_project(
            session,
            resources,
            ProjectAccess(cast.charlie, ajeno, Role.OWNER),
            ("owasp-other", "ZZ-01"),
            cast.charlie,
        ),
        "archivo": fill_project(
            session, resources, archivo, ("owasp-third", "YY-01"), extras["walter"]
        ),
    }
    _renumber(session, places["ajeno"], ajeno, 41)
    _renumber(session, places["archivo"], archivo.project, 43)
    archivo.project.archived_at = now()
    general_id = _general_correction(session, cast)
    alert_id = _alert(session)
    system = webhooks.of_organisation(cast.ada)
    ours = _webhook(session, resources, system, "system", "security_alert")
    for place in places.values():
        place["general_id"] = general_id
        place["alert_id"], place["rule"] = alert_id, "audit_break"
        place["system_hook_id"], place["message_id"] = ours["hook_id"], ours["public_id"]
    missing: dict[str, Any] = dict.fromkeys(places["banca"], 2_000_000)
    missing.update(slug="no-such", identifier="NO-01", key="no-such", version="0", area="none")
    missing.update(token="made-up", code="made-up", rule="no-such")
    missing.update(public_id="no-such", message_id="no-such")
    missing.update(filename="css/no-such.css")
    missing.update(
        dict.fromkeys(("session_id", "family_id", "passkey_id", "identity_id"), 2_000_000)
    )
    return World(places, missing, MARKS, extras)


def _alert(session: Session) -> int:
    alert = Alert(
        rule=AlertRule.ACCOUNT_ATTACKED,
        subject="somebody@example.org",
        window_at=now(),
        raised_at=now(),
        count=10,
        state=AlertState.OPEN,
    )
    session.add(alert)
    session.flush()
    return alert.id


def _general_correction(session: Session, cast: Cast) -> int:
    edition = session.query(StandardRow).filter_by(key="owasp-test").one()
    route = GeneralRoute("Anything", "a-rule", edition.id, "IN-01", leads=True)
    correct_for_everybody(session, cast.ada, route)
    return session.query(GeneralCorrection).one().id


def fill_project(
    session: Session,
    resources: Resources,
    access: ProjectAccess,
    edition_and_item: tuple[str, str],
    member: Actor,
) -> dict[str, Any]:
    """Put one of everything into a project; ``member`` is who its addresses name."""
    config, store = resources.config, resources.store
    standard_key, identifier = edition_and_item
    project = access.project
    mark = MARKS[project.name.lower()]
    project.scope, project.description = f"{mark} scope", f"{mark} description"
    edition = session.query(StandardRow).filter_by(key=standard_key).one()
    checklist = start_checklist(session, access, standard_id=edition.id, name=f"{mark} round")
    first = open_item(session, access, checklist, identifier)
    original = store.put(BytesIO(PNG + mark.encode()), limit=10_000)
    preview = store.put(BytesIO(mark.encode() + PNG), limit=10_000)
    taken = uploads.TakenFile(f"{mark}.png", "image/png", original, preview)
    (file,) = evidence.attach_files(session, access, config, first, [taken])
    evidence.attach_note(session, access, first, note=f"{mark} seen", title=f"{mark} note")
    evidence.attach_link(
        session, access, first, url=f"https://example.org/{mark}", title=f"{mark} link"
    )
    (report_file,) = scans.take_reports(store, config, f"{mark}.sarif", BytesIO(mark.encode()))
    scan_import, job = scans.import_report(session, access, config, report_file)
    apply_scan(session, scan_import, scan(_marked(mark)))
    verdicts.record_verdict(
        session,
        first,
        outcome=Outcome.FAIL,
        rationale=f"{mark} rationale",
        row_version=first.item.row_version,
    )
    remediation.plan_remediation(
        session,
        first,
        plan=f"{mark} plan",
        owner_id=access.actor.user_id,
        due_on=today(),
        row_version=0,
    )
    remediation.grant_waiver(
        session,
        first,
        justification=f"{mark} waiver",
        expires_on=today() + timedelta(days=9),
    )
    found = session.query(Finding).filter_by(project_id=access.project.id).one()
    correct_route(session, access, found.id, identifier=identifier, leads=True)
    correction = session.query(RouteCorrection).filter_by(project_id=access.project.id).one()
    action = mark_and_take_back(session, access, f"{mark} reason")
    report, _ = reports.request_report(session, access, config, store, checklist, Language.ES)
    report.pdf_sha256 = original.sha256
    return {
        "slug": access.project.slug,
        "number": checklist.number,
        "report_number": report.number,
        "identifier": identifier,
        "evidence_id": file.id,
        "finding_id": found.id,
        "correction_id": correction.id,
        "action_id": action.id,
        "import_id": scan_import.id,
        "job_id": job.id,
        "key": standard_key,
        "version": edition.version,
        "area": "IN" if standard_key == "owasp-test" else f"{identifier[0]}IN",
        "cwe": 89,
        "user_id": member.user_id,
        "group_id": _group(session, project, member, Role.VIEWER),
        "token": links.issue_link(session, None, session.get_one(User, member.user_id), config),
        "code": links.issue_link(
            session,
            None,
            session.get_one(User, member.user_id),
            config,
            new_email=f"new-{standard_key}@example.org",
        ),
        "filename": "css/base.css",
        "token_id": make_token(
            session,
            access,
            name=f"{mark} token",
            scopes=["gate:read"],
            expires_on=today() + timedelta(days=9),
        )[0].id,
        **_webhook(session, resources, webhooks.of_project(access), mark, "verdict"),
    }


def _webhook(
    session: Session, resources: Resources, place: webhooks.HookPlace, mark: str, event: str
) -> dict[str, Any]:
    """Add a webhook with a message that was not taken; return where they are."""
    terms = webhooks.HookTerms(f"https://hooks.example.org/{mark}", [event])
    hook, _ = webhooks.add_webhook(session, resources.config, place, terms)
    delivery = webhooks.ping(session, place, hook.id)
    delivery.state = DeliveryState.FAILED
    session.flush()
    return {"hook_id": hook.id, "public_id": delivery.public_id}


def _person(session: Session, name: str) -> Actor:
    user = User(
        email=f"{name}@example.org",
        name=name.capitalize(),
        password_hash=password_hash(),
        created_at=now(),
    )
    session.add(user)
    session.flush()
    return Actor(user.id, user.email, user.name)


def join_project(session: Session, project: Project, actor: Actor, role: Role) -> None:
    session.add(
        Membership(project_id=project.id, user_id=actor.user_id, role=role, created_at=now())
    )


def _group(session: Session, project: Project, actor: Actor, role: Role) -> int:
    """Let somebody into a project through a group of their own; return its key."""
    # Names of groups are the organisation's: every owner may read them, so they carry no mark.
    group = Group(name=f"{project.name} {actor.name}", created_at=now())
    session.add(group)
    session.flush()
    session.add(GroupPerson(group_id=group.id, user_id=actor.user_id))
    session.add(GroupGrant(group_id=group.id, project_id=project.id, role=role))
    session.flush()
    return group.id


def _renumber(session: Session, place: dict[str, Any], project: Project, number: int) -> None:
    session.query(Checklist).filter_by(project_id=project.id).update({"number": number})
    session.query(Report).filter_by(project_id=project.id).update({"number": number + 1})
    place.update(number=number, report_number=number + 1)


def _marked(mark: str) -> ParsedFinding:
    # Tool names and rules reach pages of their own: filters, headings, titles.
    return replace(
        finding(f"{mark}-rule"), title=f"{mark} title", description=f"{mark} text", tool=mark
    )
