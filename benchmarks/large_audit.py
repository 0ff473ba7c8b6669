"""A project as large as they get: 345 requirements, half-way through, with all that people add."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, cycle, islice

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from checklist_app.catalog.owasp import load_library
from checklist_app.cli.paths import CONTENT
from checklist_app.domain.findings import Location, ParsedFinding, ParsedScan
from checklist_app.domain.standards import LocalizedText, Requirement, Section, Standard
from checklist_app.domain.vocabulary import Outcome, Severity
from checklist_app.models import Checklist, ChecklistItem
from checklist_app.models import Requirement as RequirementRow
from checklist_app.models import Standard as StandardRow
from checklist_app.queries.access import ItemAccess, ProjectAccess
from checklist_app.services import evidence, remediation, scans, uploads, verdicts
from checklist_app.services.checklists import start_checklist
from checklist_app.services.clock import today
from checklist_app.services.resources import Resources
from checklist_app.services.scan_merging import apply_scan
from checklist_app.services.standards import load_standard
from tests.cast import Cast, make_cast

ITEMS = 345
SECTIONS = 17
FINDINGS = 600
OUTCOMES = (
    *(Outcome.PASS,) * 4,
    Outcome.PARTIAL,
    Outcome.FAIL,
    Outcome.FAIL,
    Outcome.NOT_APPLICABLE,
    None,
    None,
)
RATIONALE = """Reviewed with the team on the staging system, release **{number}.4**.

- The server decides, not the client: `GET /api/accounts/{number}` answers 403 to a foreign session.
- The rule stands in one place (`authorisation/policies.py`) and is covered by {number} tests.

What is left: the export of statements still takes its filter from the query string, see the \
finding of the scanner; the team accepted it and plans the change for the next release."""
PLAN = """Move the check into the policy of the endpoint, add the tests of both roles, and repeat \
the dynamic scan against staging."""


@dataclass(frozen=True, slots=True)
class LargeAudit:
    """The people, their project, and its two open checklists."""

    cast: Cast
    access: ProjectAccess
    base: Checklist
    large: Checklist


def prepare(resources: Resources) -> LargeAudit:
    """Put the large project into an empty system and commit it."""
    with resources.sessions.begin() as session:
        load_standard(session, large_standard())
        cast = make_cast(session)
        access = cast.access("alice")
        base = _started(session, access, "owasp-base")
        large = _started(session, access, "benchmark-large")
    return LargeAudit(cast, access, base, large)


def work_through(resources: Resources, audit: LargeAudit) -> None:
    """Assess four of five items, with evidence, findings, plans and waivers, and commit."""
    with resources.sessions.begin() as session:
        _apply_findings(session, resources, audit)
        pictures = [_screenshot(resources, number) for number in range(12)]
        for number, opened in enumerate(_items(session, audit)):
            _add_evidence(session, resources, opened, number, pictures)
            outcome = OUTCOMES[number % len(OUTCOMES)]
            if outcome is not None:
                verdicts.record_verdict(
                    session,
                    opened,
                    outcome=outcome,
                    rationale=RATIONALE.format(number=number),
                    row_version=opened.item.row_version,
                )
                _plan(session, audit, opened, number)
            if number % 3 == 0:
                opened.item.assignee_id = audit.cast.bob.user_id


def large_standard() -> Standard:
    """Return 345 requirements in 17 sections, made of the texts of our own lists."""
    library = load_library(CONTENT)
    texts = list(chain.from_iterable(standard.requirements() for standard in library))
    titles = [section.title for standard in library for section in standard.sections]
    supply = enumerate(islice(cycle(texts), ITEMS))
    size = -(-ITEMS // SECTIONS)
    return Standard(
        key="benchmark-large",
        version="1.0",
        name=LocalizedText("Lista grande", "Large list"),
        summary=LocalizedText("Para medir.", "To measure."),
        licence="CC-BY-SA-4.0",
        attribution=library[0].attribution,
        provenance=LocalizedText("Hecha de nuestras listas", "Made of our own lists"),
        source_url=library[0].source_url,
        sections=tuple(
            Section(
                identifier=f"V{chapter}",
                title=title,
                intro=title,
                requirements=tuple(
                    _numbered(requirement, f"V{chapter}.{place // 5 + 1}.{place % 5 + 1}", serial)
                    for place, (serial, requirement) in enumerate(islice(supply, size))
                ),
            )
            for chapter, title in enumerate(islice(cycle(titles), SECTIONS), 1)
        ),
    )


def _numbered(requirement: Requirement, identifier: str, serial: int) -> Requirement:
    return replace(requirement, identifier=identifier, level=serial % 3 + 1)


def _started(session: Session, access: ProjectAccess, key: str) -> Checklist:
    standard = session.scalars(select(StandardRow).where(StandardRow.key == key)).one()
    return start_checklist(session, access, standard_id=standard.id, name=key)


def _items(session: Session, audit: LargeAudit) -> Iterator[ItemAccess]:
    rows = session.execute(
        select(ChecklistItem, RequirementRow)
        .join(RequirementRow, RequirementRow.id == ChecklistItem.requirement_id)
        .where(ChecklistItem.checklist_id == audit.large.id)
        .order_by(ChecklistItem.position)
    ).all()
    for item, requirement in rows:
        yield ItemAccess(audit.access, audit.large, item, requirement)


def _apply_findings(session: Session, resources: Resources, audit: LargeAudit) -> None:
    weaknesses = sorted({cwe for part in large_standard().requirements() for cwe in part.cwe})
    found = tuple(
        ParsedFinding(
            tool="Benchmark",
            rule_id=f"B{number % 40}",
            title=f"Untrusted value reaches a sensitive call ({number % 40})",
            description="The value comes from the request and is used without any check.",
            severity=list(Severity)[number % 5],
            cwes=(weaknesses[number % len(weaknesses)],),
            tags=(),
            locations=(Location(f"src/accounts/module_{number % 90}.py", number),),
            fingerprint=f"{number:064x}",
        )
        for number in range(FINDINGS)
    )
    empty = io.BytesIO(b"{}")
    (taken,) = scans.take_reports(resources.store, resources.config, "scan.sarif", empty)
    scan_import, job = scans.import_report(session, audit.access, resources.config, taken)
    session.delete(job)  # what it would do is done here
    scan_import.job_id = None
    apply_scan(
        session,
        scan_import,
        ParsedScan("sarif", "Benchmark", "1.0", "src", None, found, len(found)),
    )


def _screenshot(resources: Resources, number: int) -> uploads.TakenFile:
    image = Image.new("RGB", (1280, 800), "#f7f8fa")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1280, 60 + number), fill="#1d3f5e")
    draw.text((40, 120), f"Screenshot {number}", fill="#3c4a58")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return uploads.take_file(resources.store, resources.config, f"screen-{number}.png", buffer)


def _add_evidence(
    session: Session,
    resources: Resources,
    opened: ItemAccess,
    number: int,
    pictures: list[uploads.TakenFile],
) -> None:
    if number % 10 == 9:
        return
    evidence.attach_note(
        session,
        opened.project,
        opened,
        note=RATIONALE.format(number=number),
        title=f"What we saw on item {number}",
    )
    if number % 2:
        url = f"https://ci.example.org/runs/{number}"
        evidence.attach_link(session, opened.project, opened, url=url, title=f"Run {number}")
    if number % 4 == 0:
        picture = pictures[number % len(pictures)]
        evidence.attach_files(session, opened.project, resources.config, opened, [picture])


def _plan(session: Session, audit: LargeAudit, opened: ItemAccess, number: int) -> None:
    if opened.item.outcome is None or not opened.item.outcome.is_gap:
        return
    remediation.plan_remediation(
        session,
        opened,
        plan=PLAN,
        owner_id=audit.cast.carla.user_id,
        due_on=today() + timedelta(days=number % 60 - 20),
        row_version=0,
    )
    if number % 7 == 0:
        remediation.grant_waiver(
            session,
            opened,
            justification="Behind the gateway, which refuses such requests.",
            expires_on=today() + timedelta(days=90),
        )
