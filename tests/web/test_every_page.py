"""Every page opens, in both languages, for whoever may see it, and is well formed."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy.orm import Session

from checklist_app.services.resources import Resources
from tests.cast import Cast
from tests.web.conftest import Visit
from tests.web.stage import Stage, set_stage

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    ]
)


class Nesting(HTMLParser):
    """Complains when an element is closed that is not the one that is open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.wrong += [f"inline {name}" for name, _ in attrs if name == "style" or name[:2] == "on"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture
def stage(session: Session, resources: Resources, cast: Cast) -> Stage:
    made = set_stage(session, resources, cast)
    session.commit()
    return made


def page_addresses(app: Flask, stage: Stage, cast: Cast) -> Iterator[str]:
    values: dict[str, Any] = {
        "slug": cast.project.slug,
        "number": 1,
        "identifier": "IN-01",
        "evidence_id": stage.evidence_id,
        "finding_id": stage.finding_id,
        "action_id": stage.action_id,
        "import_id": stage.scan_import.id,
        "job_id": stage.job.id,
        "key": "owasp-test",
        "version": "1.0",
        "area": "IN",
        "cwe": 89,
        "token": "made-up",
        "code": "made-up",
        "user_id": cast.bob.user_id,
        "hook_id": stage.hook_id,
        "system_hook_id": stage.system_hook_id,
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in {"evidence.download", "evidence.preview"}:
                continue
            if rule.endpoint.startswith("api."):
                continue  # what programs read is no page; tests/web/api looks at it
            if "GET" in (rule.methods or ()) and "filename" not in rule.arguments:
                yield url_for(rule.endpoint, **{k: values[k] for k in rule.arguments})


def answers_expected(address: str) -> set[int]:
    """Return what an address may answer: a link nobody issued, and a sign-in nobody began, are
    refused; no report is rendered yet."""
    if "made-up" in address:
        return {404}
    if "/pdf" in address:
        return {409}
    if address.endswith("/sso/callback"):
        return {422}
    return {200, 303, 503}


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_opens_for_owner_and_administrator(
    app: Flask, visit: Visit, stage: Stage, cast: Cast, language: str
) -> None:
    seen = 0
    for name, prefix in (("alice", ""), ("ada", "/admin")):
        visitor = visit(name)
        visitor.post("/language", {"language": language})
        for address in page_addresses(app, stage, cast):
            if address.startswith("/admin") != bool(prefix):
                continue
            answer = visitor.get(address)
            expected = answers_expected(address)
            assert answer.status_code in expected, (
                address,
                answer.status_code,
                answer.text[-3000:],
            )
            if answer.mimetype == "text/html" and answer.status_code == 200:
                nesting = Nesting()
                nesting.feed(answer.text)
                assert nesting.wrong == [], address
                assert f'<html lang="{language}"' in answer.text, address
                assert "{{" not in answer.text, address
                seen += 1
    assert seen > 20
