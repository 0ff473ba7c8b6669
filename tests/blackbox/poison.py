"""A project in which every text that a person or a tool may write tries to be more than text."""

from __future__ import annotations

from dataclasses import dataclass

from checklist_app.domain.vocabulary import JobState, Role
from checklist_app.models import Job, Membership, Project, Report, User
from checklist_app.services.clock import now
from tests.blackbox.files import sarif
from tests.blackbox.listeners import Listener
from tests.blackbox.premises import Premises
from tests.blackbox.visitors import Visitor
from tests.blackbox.words import EVERYTHING, MARKDOWN, SCRIPTS, TEMPLATES
from tests.waiting import wait_until

NAME = '"><img src=x onerror=alert(1)>{{91317*7919}}'
REPORT_PATIENCE = 180.0


@dataclass(frozen=True)
class Poisoned:
    """Where it is; ``pdf`` is its signed report, and ``listener`` is what its addresses lead to."""

    slug: str
    listener: Listener
    pages: tuple[str, ...]
    pdf: bytes
    person: User


def poisoned(premises: Premises, alice: Visitor, listener: Listener) -> Poisoned:
    """Fill a new project of Alice's with hostile texts, by the forms that people use."""
    slug = premises.new_project("alice")
    project, item = f"/projects/{slug}", f"/projects/{slug}/checklists/1/items/IN-01"
    person = _member_called(premises, slug, "<script>alert(1)</script>{{91317*7919}}")
    everything = "\n\n".join((*EVERYTHING, *_calls(listener)))
    _done(
        alice.post(
            f"{project}/edit",
            {
                "name": NAME,
                "description": everything,
                "scope": everything,
                "language": "es",
                "fail_threshold": "high",
                "freshness_days": "30",
                "gone_policy": "mark",
            },
        )
    )
    verdict = {"outcome": "fail", "rationale": everything, "row_version": "1"}
    _done(alice.post(f"{item}/verdict", verdict))
    for title in (SCRIPTS[9], SCRIPTS[38], MARKDOWN[0], TEMPLATES[0]):
        _done(alice.post(f"{item}/evidence", {"kind": "note", "note": everything, "title": title}))
    for url in _urls(listener):
        _done(alice.post(f"{item}/evidence", {"kind": "link", "url": url, "title": SCRIPTS[39]}))
    files = [("files", (name, f"{name}".encode())) for name in EVERYTHING[:45]]
    _done(alice.post(f"{item}/evidence", {"kind": "file"}, files=files))
    plan = {"plan": everything, "owner_id": str(person.id), "due_on": "2031-01-01"}
    _done(alice.post(f"{item}/remediation", {**plan, "row_version": "0"}))
    _done(alice.post(f"{item}/waiver", {"justification": everything, "expires_on": str(_soon())}))
    scan = ("<script>alert(1)</script>.sarif", sarif(EVERYTHING))
    _done(alice.post(f"{project}/scans", {"environment": SCRIPTS[0]}, files={"files": scan}))
    _done(alice.post(f"{project}/reports", {"checklist": "1", "language": "es"}))
    wait_until("the worker is done", lambda: not _under_way(premises, slug), REPORT_PATIENCE)
    report = alice.get(f"{project}/reports/1/pdf")
    assert report.status_code == 200, report.text
    return Poisoned(slug, listener, _pages(premises, slug), report.content, person)


def _member_called(premises: Premises, slug: str, name: str) -> User:
    person = premises.newcomer(Role.VIEWER)
    with premises.resources.sessions.begin() as session:
        user = session.get_one(User, person.user_id)
        user.name = name
        project = session.query(Project).filter_by(slug=slug).one()
        session.add(
            Membership(
                project_id=project.id, user_id=user.id, role=Role.CONTRIBUTOR, created_at=now()
            )
        )
        session.flush()
        session.expunge(user)
        return user


def _calls(listener: Listener) -> list[str]:
    """Return texts that would make whoever draws them ask somebody else."""
    base = f"http://127.0.0.1:{listener.port}"
    return [
        f"![a]({base}/picture.png)",
        f"<img src={base}/picture.png>",
        f"<link rel=attachment href={base}/file>",
        f"<object data={base}/file></object>",
        f"<style>@import url({base}/style.css);</style>",
        "![a](file:///etc/passwd)",
        "<img src=file:///etc/passwd>",
    ]


def _urls(listener: Listener) -> list[str]:
    return [
        f"http://127.0.0.1:{listener.port}/link",
        f"http://0x7f.1:{listener.port}/hex",
        f"http://[::ffff:7f00:1]:{listener.port}/mapped",
        f"http://2130706433:{listener.port}/number",
        f"http://localhost:{listener.port}/name",
        "http://169.254.169.254/latest/meta-data/",
    ]


def _done(answer: object) -> None:
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]


def _soon() -> object:
    from datetime import timedelta  # noqa: PLC0415 - of this one line

    return (now() + timedelta(days=9)).date()


def _under_way(premises: Premises, slug: str) -> int:
    states = (JobState.QUEUED, JobState.RUNNING)

    def ask(session: object) -> int:
        query = session.query(Job).join(Project, Project.id == Job.project_id)  # type: ignore[attr-defined]
        return int(query.filter(Project.slug == slug, Job.state.in_(states)).count())

    return int(premises.read(ask))


def _pages(premises: Premises, slug: str) -> tuple[str, ...]:
    """Return every page of the project."""
    from checklist_app.models import Evidence, Finding, ScanImport  # noqa: PLC0415 - as above

    def ask(session: object) -> tuple[str, ...]:
        query = session.query  # type: ignore[attr-defined]
        key = query(Project.id).filter_by(slug=slug).scalar()
        scan = query(ScanImport).filter_by(project_id=key).one()
        finding = query(Finding.id).filter_by(project_id=key).first()
        assert finding is not None
        assert query(Evidence).filter_by(project_id=key).count() > 40
        assert query(Report).filter_by(project_id=key).count() == 1
        base = f"/projects/{slug}"
        return (
            "/",
            base,
            f"{base}/edit",
            f"{base}/members",
            f"{base}/contradictions",
            f"{base}/evidence",
            f"{base}/evidence?page=2",
            f"{base}/checklists/1",
            f"{base}/checklists/1?q=%3Cscript%3Ealert(1)%3C/script%3E",
            f"{base}/checklists/1/items/IN-01",
            f"{base}/checklists/1/sign-off",
            f"{base}/checklists/1/next",
            f"{base}/findings",
            f"{base}/findings/unrouted",
            f"{base}/findings/{finding[0]}",
            f"{base}/findings/actions",
            f"{base}/remediation",
            f"{base}/scans",
            f"{base}/scans/{scan.id}",
            f"{base}/jobs/{scan.job_id}",
            f"{base}/reports",
            f"{base}/reports/1",
            f"{base}/tokens",
        )

    found: tuple[str, ...] = premises.read(ask)
    return found
