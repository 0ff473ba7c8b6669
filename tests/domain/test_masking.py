"""What leaves a finding before it is kept, and what stays; hostile texts in linear time."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from checklist_app.domain.findings import Location, ParsedFinding
from checklist_app.domain.masking import masked_code, masked_snippet, without_secrets
from checklist_app.domain.vocabulary import Severity

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow" + "A" * 60 + "\n-----END RSA PRIVATE KEY-----"
FINDING = ParsedFinding(
    tool="Sniffer",
    rule_id="r",
    title="t",
    description="d",
    severity=Severity.HIGH,
    cwes=(89,),
    tags=(),
    locations=(Location("app.py", 3),),
    fingerprint="0" * 64,
)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("Authorization: Bearer abcdefghijklmnopqrstuvwx", "Authorization: ***"),
        ("Cookie: sid=abc; theme=dark", "Cookie: sid=***; theme=***"),
        ("Set-Cookie: sid=abc; Secure", "Set-Cookie: sid=***; Secure"),
        ("POST /in\n\nuser=a&password=hunter2", "POST /in\n\nuser=a&password=***"),
        ("password = 'hunter2'", "password = '***'"),
        ('const apiKey: string = "x"', 'const apiKey: string = "x"'),
        ('api_key := "0123abc"', 'api_key := "***"'),
        ('"client_secret": "abc"', '"client_secret": "***"'),
        (f"the token {JWT} leaks", "the token *** leaks"),
        (
            f"key:\n{PEM}\nend",
            "key:\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nend",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMIIE", "-----BEGIN PRIVATE KEY-----***"),
        ("id AKIA" + "Q" * 16, "id AKIA***"),
        ("ghp_" + "a1" * 18, "ghp_***"),
        ("db postgres://app:s3cret@db/x", "db postgres://app:***@db/x"),
        ("token = get_token()", "token = get_token()"),
        ("cursor.execute(f'SELECT {name}')", "cursor.execute(f'SELECT {name}')"),
        (
            "commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
            "commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
        ),
    ],
)
def test_a_snippet_keeps_everything_but_its_secrets(found: str, kept: str) -> None:
    assert masked_snippet(found) == kept
    assert masked_snippet(kept) == kept


@pytest.mark.parametrize(
    "line",
    [
        "SECRET = 'correct horse battery'",
        "login(user, 'hunter2')",
        "pin: hunter2hunter2",
        "export X=hunter2",
        "hunter2hunter2hunter2",
    ],
)
def test_code_that_holds_a_secret_keeps_no_value(line: str) -> None:
    assert "hunter2" not in masked_code(line)
    assert "horse" not in masked_code(line)


def test_a_finding_about_a_secret_keeps_no_trace_of_it() -> None:
    kept = without_secrets(
        replace(
            FINDING,
            cwes=(798,),
            title="Hard-coded password: 'hunter2'",
            description="password='hunter2' in app.py",
            snippet="connect('db', 'hunter2')",
        )
    )
    assert "hunter2" not in str(kept.to_json())
    assert (kept.fingerprint, kept.rule_id, kept.cwes) == (FINDING.fingerprint, "r", (798,))


def test_addresses_keep_their_path() -> None:
    where = Location("https://a.example/in?token=abc&page=2", method="GET")
    kept = without_secrets(replace(FINDING, locations=(where,)))
    assert kept.locations[0].uri == "https://a.example/in?token=***&page=2"


def test_a_finding_without_secrets_is_the_same_one() -> None:
    assert without_secrets(FINDING) is FINDING


@pytest.mark.parametrize(
    "text",
    [
        "a" * 20_000,
        "password=" * 2_500,
        "'\"`" * 7_000,
        "-----BEGIN PRIVATE KEY-----" * 800,
        "-----BEGIN PRIVATE KEY-----" + "-" * 20_000,
        "eyJ" * 7_000,
        "AKIA" * 5_000,
        "sk-" * 7_000,
        "://a:" * 5_000,
        ("x" * 29 + "token ") * 600,
        "secret = '" * 2_000,
        "a1" * 10_000,
        "Cookie: " + "a=" * 10_000,
        ":" * 20_000,
    ],
)
def test_hostile_texts_take_no_longer_than_their_length(text: str) -> None:
    start = time.process_time()
    masked_code(text)
    half = time.process_time() - start
    start = time.process_time()
    masked_code(text * 4)
    assert time.process_time() - start < max(8 * half, 0.5)
