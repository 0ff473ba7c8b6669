"""The same project in two databases: once alone, and once with a neighbour that is like it.

Alice owns "Propio". In the second database Charlie owns "Vecino" besides, with the same tools,
rules, files, lists and names, and more of everything, so that nothing but whose a row is tells the
two apart. Whoever leaves that out reads or writes something else there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.actor import Actor
from checklist_app.domain.standards import Feature
from checklist_app.domain.tailoring import Tailoring
from checklist_app.domain.vocabulary import (
    JobState,
    Language,
    OrganisationRole,
    Outcome,
    Role,
    Severity,
    TriageKind,
)
from checklist_app.models import (
    Finding,
    Group,
    GroupPerson,
    Job,
    RouteCorrection,
    User,
)
from checklist_app.models import Standard as StandardRow
from checklist_app.queries.access import ItemAccess, ProjectAccess, open_item, open_project
from checklist_app.queries.finding_filters import FindingFilters
from checklist_app.services import (
    evidence,
    members,
    remediation,
    reports,
    scans,
    triage,
    uploads,
    verdicts,
    webhooks,
)
from checklist_app.services.checklists import start_checklist
from checklist_app.services.clock import now, today
from checklist_app.services.corrections import correct_route
from checklist_app.services.general_corrections import GeneralRoute, correct_for_everybody
from checklist_app.services.passkeys import MOST_PASSKEYS
from checklist_app.services.pipeline_tokens import make_token
from checklist_app.services.projects import create_project
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.standards import load_standard
from checklist_app.services.triage import Selection, Terms
from tests.conftest import SECRET
from tests.database import migrate_and_load
from tests.house.belongings import belongings, passkey
from tests.house.plenty import ONLY_THEIRS, plenty
from tests.library import other_standard
from tests.web.stage import PNG, finding, scan

RULE = "sql-injection"
OTHERS_LIST = "owasp-other"
"""The key of a list that only the neighbour works through."""


@dataclass(frozen=True)
class Neighbours:
    """Both databases; ``own`` and ``theirs`` say where things are, by the same names.

    What ``theirs`` names exists only where there is a neighbour.
    """

    alone: Resources
    together: Resources
    own: dict[str, Any]
    theirs: dict[str, Any]


@contextmanager
def built_neighbours(folder: Path) -> Iterator[Neighbours]:
    """Build both databases in a folder; SQLite, whatever else the tests run on."""
    alone, together = (_resources(folder, name) for name in ("alone", "together"))
    migrate_and_load(alone.config.database_url)
    with alone.sessions.begin() as session:
        people = _organisation(session)
        own = _fill(session, alone, people["alice"], "Propio")
    alone.close()
    shutil.copyfile(folder / "alone.sqlite3", folder / "together.sqlite3")
    with together.sessions.begin() as session:
        theirs = _fill(session, together, people["charlie"], "Vecino")
        theirs.update(_more(session, together, people["charlie"], theirs["slug"]))
        theirs.update(plenty(session, people["charlie"], theirs))
    yield Neighbours(alone, together, own, theirs)
    alone.close()
    together.close()


def _resources(folder: Path, name: str) -> Resources:
    return Resources.open(
        Config(
            data_dir=folder,
            database_url=f"sqlite:///{folder / name}.sqlite3",
            secret_key=SECRET,
            base_url="http://localhost",
        )
    )


def _organisation(session: Session) -> dict[str, Actor]:
    """Bring in what both projects share: people, groups, lists, and corrections for everybody."""
    load_standard(session, other_standard(OTHERS_LIST, "Z"))
    people = {}
    for name in ("alice", "charlie", "bob", "ada"):
        user = User(
            email=f"{name}@example.org", name=name.capitalize(), password_hash="", created_at=now()
        )
        if name == "ada":
            user.organisation_role = OrganisationRole.ADMINISTRATOR
        session.add(user)
        session.flush()
        people[name] = Actor(user.id, user.email, user.name, user.organisation_role)
    for name in ("Propio", "Vecino"):
        group = Group(name=name, created_at=now())
        session.add(group)
        session.flush()
        member = people["alice" if name == "Propio" else "charlie"]
        session.add(GroupPerson(group_id=group.id, user_id=member.user_id))
    session.add(Group(name=ONLY_THEIRS, created_at=now()))
    edition = session.query(StandardRow).filter_by(key="owasp-test").one()
    route = GeneralRoute("Sniffer", RULE, edition.id, "IN-03", leads=False)
    correct_for_everybody(session, people["ada"], route)
    return people


def _fill(session: Session, resources: Resources, owner: Actor, name: str) -> dict[str, Any]:
    """Make a project with one of everything, and its owner's own things; return where they are."""
    config, store = resources.config, resources.store
    access = create_project(session, owner, name=name, language=Language.ES)
    # The same findings are a gap for the one and something to look at for the other.
    strictest = Severity.MEDIUM if name == "Vecino" else Severity.CRITICAL
    access.project.fail_threshold = strictest
    edition = session.query(StandardRow).filter_by(key="owasp-test").one()
    checklist = start_checklist(session, access, standard_id=edition.id, name="Ronda")
    first = open_item(session, access, checklist, "IN-01")
    blob = store.put(BytesIO(PNG), limit=10_000)
    (file,) = evidence.attach_files(
        session, access, config, first, [uploads.TakenFile("a.png", "image/png", blob, blob)]
    )
    (taken,) = scans.take_reports(store, config, "scan.sarif", BytesIO(b"{}"))
    scan_import, job = scans.import_report(session, access, config, taken)
    apply_scan(session, scan_import, scan(finding(RULE), finding("unknown", 4242), finding("b")))
    for identifier in ("IN-01", "IN-02"):
        _fail(session, open_item(session, access, checklist, identifier))
    yesterday = today() - timedelta(days=1)
    remediation.plan_remediation(
        session, first, plan="Bind", owner_id=owner.user_id, due_on=yesterday, row_version=0
    )
    remediation.grant_waiver(
        session,
        open_item(session, access, checklist, "IN-02"),
        justification="Behind the gateway",
        expires_on=today() + timedelta(days=3),
    )
    by_rule = {one.rule_id: one for one in _findings(session, access)}
    correct_route(session, access, by_rule["b"].id, identifier="IN-02", leads=True)
    action_id = _mark(session, access, TriageKind.FALSE_POSITIVE, by_rule["b"].id, Terms("Tests"))
    report, _ = reports.request_report(session, access, config, store, checklist, Language.ES)
    token, _ = make_token(
        session, access, name="CI", scopes=["gate:read"], expires_on=today() + timedelta(days=9)
    )
    hook, _ = webhooks.add_webhook(
        session,
        config,
        webhooks.of_project(access),
        webhooks.HookTerms("https://hooks.example.org/", ["waiver_expiry"]),
    )
    group = session.query(Group).filter_by(name=name).one()
    members.add_group(session, access, group.id, Role.VIEWER)
    session.execute(
        update(Job).where(Job.project_id == access.project.id).values(state=JobState.DONE)
    )
    # A finding that the library no longer leads where the row says.
    by_rule["unknown"].is_routed = True
    session.flush()
    correction = session.query(RouteCorrection).filter_by(project_id=access.project.id).one()
    return {
        "slug": access.project.slug,
        "project_id": access.project.id,
        "email": owner.email,
        "number": checklist.number,
        "checklist_id": checklist.id,
        "item_id": first.item.id,
        "evidence_id": file.id,
        "finding_id": by_rule[RULE].id,
        "other_finding_id": by_rule["b"].id,
        "correction_id": correction.id,
        "import_id": scan_import.id,
        "scope_id": scan_import.scope_id,
        "job_id": job.id,
        "action_id": action_id,
        "report_number": report.number,
        "token_id": token.id,
        "hook_id": hook.id,
        "group_id": group.id,
        "user_id": owner.user_id,
        "blob": taken.blob,
        **belongings(session, resources, owner),
    }


def _more(session: Session, resources: Resources, owner: Actor, slug: str) -> dict[str, Any]:
    """Let the neighbour have what the other project has not; return where some of it is."""
    access = open_project(session, owner, slug)
    config, store = resources.config, resources.store
    of = {row.key: row.id for row in session.query(StandardRow)}
    tailored = Tailoring(level=None, features=frozenset({Feature.WEB}))
    second = start_checklist(
        session, access, standard_id=of["owasp-test"], name="Segunda", tailoring=tailored
    )
    _fail(session, open_item(session, access, second, "IN-01"))
    last = start_checklist(session, access, standard_id=of[OTHERS_LIST], name="Otra")
    note = open_item(session, access, last, "ZZ-01")
    _fail(session, note)
    note.item.position = 99  # after every item of the other project
    session.flush()
    evidence.attach_note(session, access, note, note="Seen **twice**", title="Nota")
    blob = store.put(BytesIO(PNG + bytes(1000)), limit=10_000)
    evidence.attach_files(
        session, access, config, note, [uploads.TakenFile("b.png", "image/png", blob, blob)]
    )
    (taken,) = scans.take_reports(store, config, "other.sarif", BytesIO(b"[]"))
    scan_import, _ = scans.import_report(session, access, config, taken)
    # Another tool, of which this project alone knows, and the first one in another spelling.
    found = (
        replace(finding(RULE), tool="CodeQL", fingerprint=64 * "c"),
        replace(finding("b"), tool="SNIFFER", fingerprint=64 * "d"),
    )
    apply_scan(session, scan_import, replace(scan(*found), tool="CodeQL", target="lib"))
    rows = _findings(session, access)
    sniffed, shouted = (
        next(row for row in rows if (row.rule_id, row.tool) == wanted)
        for wanted in ((RULE, "Sniffer"), ("b", "SNIFFER"))
    )
    correct_route(session, access, sniffed.id, identifier="IN-03", leads=True)
    plan = Terms("Bind", owner_id=owner.user_id, due_on=today())
    _mark(session, access, TriageKind.REMEDIATE, shouted.id, plan)
    report, _ = reports.request_report(session, access, config, store, last, Language.ES)
    for number in range(MOST_PASSKEYS - 1):
        session.add(passkey(owner, f"key {number}"))
    session.flush()
    return {
        "last_number": last.number,
        "last_report_number": report.number,
        "later_blob": taken.blob,
    }


def _fail(session: Session, opened: ItemAccess) -> None:
    verdicts.record_verdict(
        session,
        opened,
        outcome=Outcome.FAIL,
        rationale="Seen",
        row_version=opened.item.row_version,
    )


def _findings(session: Session, access: ProjectAccess) -> list[Finding]:
    return session.query(Finding).filter_by(project_id=access.project.id).all()


def _mark(
    session: Session, access: ProjectAccess, kind: TriageKind, finding_id: int, terms: Terms
) -> int:
    selection = Selection((finding_id,), FindingFilters())
    digest = triage.preview_action(session, access, kind, selection).digest
    return triage.act(session, access, kind, selection, terms, previewed=digest).id
