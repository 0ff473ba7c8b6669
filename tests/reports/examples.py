"""A believable snapshot with one of everything a report can show, and pictures to go with it."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from PIL import Image, ImageDraw

from checklist_app.domain.snapshot import (
    FORMAT,
    Assessor,
    ChecklistFacts,
    EvidenceFacts,
    FindingFacts,
    GapPoint,
    ItemFacts,
    MarkFacts,
    ProjectFacts,
    RemediationFacts,
    ReportSnapshot,
    ScanImportFacts,
    SectionFacts,
    Signer,
    StandardFacts,
    VerdictChange,
    WaiverFacts,
)
from checklist_app.domain.vocabulary import (
    EvidenceKind,
    FindingMark,
    Language,
    Outcome,
    RemediationStatus,
    Role,
    Severity,
)

START = datetime(2026, 9, 14, 8, 30, tzinfo=UTC)
END = datetime(2026, 11, 20, 16, 5, 12, tzinfo=UTC)

SECTIONS = (
    ("AUTH", "Identity and sessions", "Autenticación y sesiones"),
    ("ACC", "Access control", "Control de acceso"),
    ("DATA", "Data in transit and at rest", "Datos en tránsito y en reposo"),
    ("MOB", "Mobile application", "Aplicación móvil"),
    ("K8S", "Kubernetes and deployment", "Kubernetes y despliegue"),
)
TITLES = (
    (
        "Passwords are stored with a slow, salted hash",
        "Las contraseñas se guardan con un hash lento",
    ),
    ("Sessions end on the server at sign-out", "La sesión termina en el servidor al salir"),
    ("Every request is authorised on the server", "Cada petición se autoriza en el servidor"),
    ("Transport is encrypted everywhere, inside the cluster too", "Todo el transporte va cifrado"),
    ("Secrets live outside the image and the repository", "Los secretos viven fuera de la imagen"),
)
RATIONALE = {
    Outcome.PASS: "Verified on staging build **4.12.0**: the log-in flow was repeated with three "
    "accounts and the answers compared.\n\n- cookie is `HttpOnly`, `Secure`, `SameSite=Lax`\n"
    "- identifier changes at sign-in\n- old identifier answers 401\n\n  after a second sign-in too",
    Outcome.PARTIAL: "Holds for the web front end. The mobile client still accepts a certificate "
    "issued by a user-installed authority on Android 13.",
    Outcome.FAIL: "An account of another branch could read statements by changing the number in "
    "the address:\n\n```\nGET /api/v2/accounts/40017/statements\n200 OK, 14 rows\n```\n\nSeen "
    "twice, on 3 and on 11 November.",
    Outcome.NOT_APPLICABLE: "The product sends no SMS; the second factor is an authenticator.",
}
PATTERN = (
    Outcome.PASS, Outcome.PASS, Outcome.FAIL, Outcome.PASS, Outcome.PARTIAL,
    Outcome.PASS, None, Outcome.NOT_APPLICABLE, Outcome.PASS, Outcome.PARTIAL, Outcome.PASS,
)  # fmt: skip


@cache
def screenshot(number: int, width: int = 1280, height: int = 800) -> bytes:
    """Return a JPEG that looks a little like a browser window."""
    image = Image.new("RGB", (width, height), "#f3f5f7")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 56), fill="#1d3f5e")
    draw.rectangle((0, 56, 240, height), fill="#e3e8ed")
    for row in range(14):
        y = 100 + row * 46
        draw.rectangle((280, y, 280 + (number * 97 + row * 131) % 820, y + 18), fill="#c3ccd6")
        draw.rectangle((24, y, 60 + (row * 53) % 150, y + 14), fill="#b3bdc9")
    draw.rectangle((280, height - 120, 520, height - 80), fill="#2f7d55")
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pictures(count: int) -> dict[str, bytes]:
    """Return ``count`` screenshots by SHA-256."""
    return {sha256(screenshot(number)): screenshot(number) for number in range(1, count + 1)}


def no_pictures(sha256: str) -> bytes:
    """Stand for a store that holds nothing."""
    raise KeyError(sha256)


def example(language: Language = Language.EN, *, items_per_section: int = 5) -> ReportSnapshot:
    """Return a signed-off checklist of a mobile bank; 9 pieces of evidence, 4 with pictures."""
    spanish = language is Language.ES
    sections = tuple(
        SectionFacts(
            identifier=key,
            title=es if spanish else en,
            intro="",
            items=tuple(
                _item(key, place, index, spanish=spanish) for index in range(items_per_section)
            ),
        )
        for place, (key, en, es) in enumerate(SECTIONS)
    )
    return ReportSnapshot(
        format=FORMAT,
        language=language,
        generated_at=END + timedelta(minutes=2),
        organisation="Ribera Software Assurance",
        number=3,
        public_id="r-7f3k9q2m4x",
        verify_url="https://audit.example.org/verify",
        project=ProjectFacts(
            slug="mobile-bank",
            name="Banca Móvil Ribera" if spanish else "Ribera Mobile Banking",
            description="Mobile app, web front end, Flask API, MySQL, Kubernetes.",
            scope="Android and iOS clients 4.12, web front end, the API in Python and its "
            "database, in the **staging** cluster. Card issuing by a third party is out of scope."
            "\n\n| part | version |\n|---|---|\n| API | 4.12.0 |\n| web | 4.12.1 |",
        ),
        checklist=ChecklistFacts(
            number=2,
            name="2026 autumn release",
            standard=StandardFacts(
                name="Lista base de seguridad de aplicaciones"
                if spanish
                else "Application security base checklist",
                version="1.0",
                licence="CC-BY-SA-4.0",
                attribution="Identifiers of OWASP ASVS 5.0.0 belong to the OWASP Foundation.",
                provenance="",
                source_url="https://owasp.org/",
            ),
            level=None,
            started_at=START,
            signed_off_at=END,
        ),
        assessors=(
            Assessor("Alice Ferrer", "alice@example.org", Role.OWNER, 14),
            Assessor("Bob Iturralde", "bob@example.org", Role.REVIEWER, 7),
        ),
        signer=Signer(
            "Alice Ferrer",
            "alice@example.org",
            Role.OWNER,
            "I have read every verdict and stand by the result as written.",
        ),
        sections=sections,
        evidence=tuple(_evidence(number, sections) for number in range(1, 10)),
        scan_imports=(
            ScanImportFacts(
                1, "ZAP", "2.16.1", "zap-json", "zap-baseline.json", sha256(b"zap"),
                START + timedelta(days=3), "Bob Iturralde", 61, 24, 30, 7,
            ),
        ),
        verdict_changes=_changes(sections),
        gaps_over_time=tuple(
            GapPoint(date(2026, 9, 14) + timedelta(days=7 * week), count, week // 4)
            for week, count in enumerate((2, 5, 9, 11, 12, 10, 10, 8, 7, 7))
        ),
        marks=(
            MarkFacts(
                4, FindingMark.FALSE_POSITIVE, "The form is **read-only**: nothing is sent.",
                "Bob Iturralde", START + timedelta(days=21), None, 3,
            ),
            MarkFacts(
                6, FindingMark.ACCEPTED, "Seen from the internal network alone.",
                "Alice Ferrer", START + timedelta(days=40), date(2027, 1, 31), 1,
            ),
        ),
    )  # fmt: skip


def before_marks(language: Language = Language.EN) -> ReportSnapshot:
    """Return the example as it was taken before snapshots told of marks."""
    whole = example(language)
    sections = tuple(
        replace(
            section,
            items=tuple(
                replace(
                    item, set_aside=(), set_aside_left_out=0,
                    findings=tuple(replace(found, mark=None) for found in item.findings),
                )
                for item in section.items
            ),
        )
        for section in whole.sections
    )  # fmt: skip
    return replace(whole, format=1, marks=(), sections=sections)


def draft(language: Language = Language.EN) -> ReportSnapshot:
    """Return a checklist that nobody has touched."""
    whole = example(language)
    items = tuple(
        replace(
            item, outcome=None, rationale="", assessed_by="", assessed_at=None, evidence=(),
            findings=(), findings_left_out=0, set_aside=(), set_aside_left_out=0,
            suggestion="", remediation=None, waiver=None,
        )
        for item in whole.sections[0].items
    )  # fmt: skip
    return replace(
        whole,
        checklist=replace(whole.checklist, signed_off_at=None),
        signer=None, assessors=(), evidence=(), scan_imports=(), verdict_changes=(),
        gaps_over_time=(), marks=(), sections=(replace(whole.sections[0], items=items),),
    )  # fmt: skip


def _item(section: str, place: int, index: int, *, spanish: bool) -> ItemFacts:
    serial = place * 5 + index
    outcome = PATTERN[serial % len(PATTERN)]
    gap = outcome is not None and outcome.is_gap
    english, spanish_title = TITLES[(serial * 3) % len(TITLES)]
    return ItemFacts(
        identifier=f"{section}-{index + 1:02}",
        title=spanish_title if spanish else english,
        statement="The server decides, for each request, whether this person may see this object; "
        "what the client hides is not protection.",
        level=None,
        outcome=outcome,
        left_reason="" if outcome else "The production cluster was not open to the auditors.",
        rationale=RATIONALE[outcome] if outcome else "",
        assessed_by="" if outcome is None else "Bob Iturralde" if serial % 3 else "Alice Ferrer",
        assessed_at=START + timedelta(days=serial, hours=3) if outcome else None,
        evidence=_proofs(serial) if outcome else (),
        findings=_findings(serial) if gap else (),
        findings_left_out=12 if serial == 2 else 0,
        set_aside=tuple(replace(one, id=one.id + 5, mark=4) for one in _findings(serial)[-2:])
        if serial in (0, 2)
        else (),
        set_aside_left_out=7 if serial == 2 else 0,
        suggestion="ZAP reports 3 findings here: fail is proposed." if gap else "",
        remediation=RemediationFacts(
            "Check the account against the session in one place, before the handler runs.",
            "Charlie Ong" if serial % 2 else "",
            date(2026, 11, 10) + timedelta(days=serial),
            RemediationStatus.FIXING,
        )
        if gap and serial % 4
        else None,
        waiver=WaiverFacts(
            "The device fleet is managed and carries no user authorities.",
            "Alice Ferrer",
            START + timedelta(days=30),
            date(2027, 3, 31) if serial != 9 else date(2026, 10, 31),
        )
        if serial in (9, 15, 20)
        else None,
        cwes=(639,),
        references=("OWASP ASVS 5.0.0 V8.2.1",),
    )


def _proofs(serial: int) -> tuple[int, ...]:
    return {0: (1, 2), 1: (1,), 2: (2, 3), 3: (4, 5), 4: (6,), 5: (7,)}.get(serial, (8, 9))


def _findings(serial: int) -> tuple[FindingFacts, ...]:
    ranks = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.MEDIUM, Severity.LOW)
    return tuple(
        FindingFacts(
            id=serial * 10 + number,
            scan_import=1,
            severity=severity,
            tool="ZAP",
            rule="10202",
            title="Absence of anti-CSRF tokens" if number else "Object is served to a stranger",
            location=f"https://staging.example.org/api/v2/accounts/4001{number}/statements?page=1",
            cwes=(352,) if number else (639, 862),
        )
        for number, severity in enumerate(ranks[serial % 3 :])
    )


def _evidence(number: int, sections: tuple[SectionFacts, ...]) -> EvidenceFacts:
    picture = sha256(screenshot(number)) if number <= 4 else None
    kind = EvidenceKind.LINK if number == 8 else EvidenceKind.FILE
    items = [item for section in sections for item in section.items]
    return EvidenceFacts(
        id=number,
        kind=kind,
        title=f"Statements of another branch, step {number}" if picture else f"Note {number}",
        file_name=f"screen-{number:02}.png" if kind is EvidenceKind.FILE else "",
        media_type="image/png" if kind is EvidenceKind.FILE else "",
        size=184_320 + number if kind is EvidenceKind.FILE else 0,
        sha256=sha256(f"original {number}".encode()) if kind is EvidenceKind.FILE else "",
        collected_at=START + timedelta(days=number, minutes=17),
        author="Bob Iturralde",
        items=tuple(item.identifier for item in items if number in item.evidence),
        preview=picture,
        url="https://wiki.example.org/runbooks/key-rotation" if number == 8 else "",
        note="",
    )


def _changes(sections: tuple[SectionFacts, ...]) -> tuple[VerdictChange, ...]:
    items = [item for section in sections for item in section.items if item.outcome]
    changes = [
        VerdictChange(
            item.assessed_at or START, item.assessed_by, item.identifier, None, item.outcome
        )
        for item in items
        if item.outcome
    ]
    first = changes[0]
    return (
        VerdictChange(START, "Bob Iturralde", first.identifier, None, Outcome.FAIL),
        replace(first, before=Outcome.FAIL),
        *changes[1:],
    )
