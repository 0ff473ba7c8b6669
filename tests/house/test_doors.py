"""Doors that stay shut: what no file of the program does, whoever writes it next.

``rules/house.yaml`` says the same to semgrep, which also follows values through a function. Each
rule is tried on a sample that breaks it, so that none can go blind.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "checklist_app"
SOURCES = {
    str(path.relative_to(PACKAGE)): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
TEMPLATES = sorted(PACKAGE.rglob("*.html"))
OF_PROJECTS = frozenset({"Project", "Checklist", "ChecklistItem", "Evidence", "Finding", "Report"})
OF_REQUESTS = re.compile(r"\brequest\.(args|form|values|view_args|headers|referrer|files)\b")
BLESSED = re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE)


def named(*names: str) -> Callable[[ast.Call], bool]:
    """Return whether a call is of one of these names, whatever stands before them."""
    return lambda call: (
        ast.unparse(call.func).endswith(names)
        and (
            ast.unparse(call.func) in names
            or any(ast.unparse(call.func).endswith(f".{name}") for name in names)
        )
    )


def raw_sql(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    # sqlalchemy.text is banned by name in pyproject.toml; our own text() makes messages.
    if name.endswith("literal_column"):
        return True
    is_fixed = bool(call.args) and isinstance(call.args[0], ast.Constant)
    return name.endswith("exec_driver_sql") and not is_fixed


def row_past_the_actor(call: ast.Call) -> bool:
    is_get = isinstance(call.func, ast.Attribute) and call.func.attr in ("get", "get_one")
    first = call.args[0] if call.args else None
    return is_get and isinstance(first, ast.Name) and first.id in OF_PROJECTS


def shell(call: ast.Call) -> bool:
    has_shell = any(
        word.arg == "shell" and getattr(word.value, "value", True) is not False
        for word in call.keywords
    )
    return has_shell or named("os.system", "os.popen")(call)


def program(call: ast.Call) -> bool:
    return bool(re.fullmatch(r"(subprocess\.\w+|os\.(exec|spawn|fork)\w*)", ast.unparse(call.func)))


def outbound(call: ast.Call) -> bool:
    return bool(
        re.fullmatch(
            r"(requests|httpx)\.\w+|urllib\.request\.\w+|urlopen|socket\.create_connection"
            r"|http\.client\.HTTPS?Connection|smtplib\.\w+|.*\bOAuth2Session",
            ast.unparse(call.func),
        )
    )


def file_that_was_asked_for(call: ast.Call) -> bool:
    opens = named("open", "Path", "send_file", "send_from_directory")(call)
    return opens and any(OF_REQUESTS.search(ast.unparse(part)) for part in call.args)


def redirect_to_what_was_asked_for(call: ast.Call) -> bool:
    target = call.args[0] if call.args else None
    return named("redirect")(call) and target is not None and _is_asked_for(target)


def _is_asked_for(target: ast.expr) -> bool:
    """Return whether an address is taken from a request as it came."""
    name = ast.unparse(target)
    if isinstance(target, ast.Call) and not OF_REQUESTS.match(name):
        return False  # what a function of ours made of it
    return bool(OF_REQUESTS.search(name))


@dataclass(frozen=True)
class Door:
    """A kind of call, a sample of it, and the files that may all the same, with the reason.

    ``rule`` is what semgrep knows it by, where files are left out there as well.
    ``rooms`` are where it counts: jobs and the command line work for the system, for no actor.
    """

    is_open: Callable[[ast.Call], bool]
    sample: str
    may: dict[str, str] = field(default_factory=dict)
    rooms: tuple[str, ...] = ("",)
    rule: str = ""


DOORS = {
    "a template made of a text": Door(
        named("render_template_string", "from_string"), "flask.render_template_string(body)"
    ),
    "SQL in words": Door(
        raw_sql,
        "connection.exec_driver_sql(f'SELECT {name}')",
        {
            "models/bulk.py": "hands over what SQLAlchemy wrote",
            "models/database.py": "says how a transaction begins",
        },
        rule="no-raw-sql",
    ),
    "a row of a project past the actor": Door(
        row_past_the_actor,
        "session.get(Evidence, number)",
        {
            "queries/checklists.py": "the project of a checklist that was opened",
            "services/general_corrections.py": "the system's own work in every project",
            "services/reports.py": "the job that builds a report",
            "services/scan_scopes.py": "the project of a scan that a job reads",
            "services/triage_undo.py": "the system's own work when marks expire",
            "services/webhook_attempts.py": "the job that sends a message",
            "services/webhook_events.py": "names the project of what has just happened",
        },
        ("web/", "services/", "queries/"),
        rule="no-row-past-the-actor",
    ),
    "a shell": Door(shell, "subprocess.run(line, shell=True)"),
    "another program": Door(
        program,
        "subprocess.Popen([name])",
        {
            "cli/serve.py": "becomes the web server",
            "cli/supervisor.py": "starts our own processes",
            "sandbox/parent.py": "starts the confined child",
        },
    ),
    "a call to another machine": Door(
        outbound,
        "requests.get(url)",
        {
            "cli/client.py": "the server that a pipeline names",
            "cli/door.py": "asks its own server whether it is up",
            "mail/delivery.py": "the mail server of the settings",
            "services/openid_provider.py": "the provider of the settings",
            "reports/time_stamps.py": "the time-stamp server of the settings",
        },
        rule="no-outbound-call",
    ),
    "bytes that become any object": Door(
        named("pickle.loads", "pickle.load", "marshal.loads", "yaml.unsafe_load", "shelve.open"),
        "pickle.loads(body)",
    ),
    "an archive unpacked by its names": Door(
        named("extractall", "shutil.unpack_archive"), "packed.extractall(folder)"
    ),
    "a file that a request names": Door(file_that_was_asked_for, "send_file(request.args['name'])"),
    "a way that a request names": Door(
        redirect_to_what_was_asked_for, "redirect(request.args.get('next'))"
    ),
}


def calls(source: str) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


@pytest.mark.parametrize("name", DOORS)
def test_a_door_stays_shut(name: str) -> None:
    door = DOORS[name]
    opened = {
        path
        for path, source in SOURCES.items()
        if path.startswith(door.rooms) and any(map(door.is_open, calls(source)))
    }
    assert opened - set(door.may) == set()
    assert set(door.may) - opened == set(), "an exception that nobody needs"


@pytest.mark.parametrize("name", DOORS)
def test_a_door_that_opens_is_seen(name: str) -> None:
    assert any(map(DOORS[name].is_open, calls(DOORS[name].sample)))


def test_semgrep_leaves_the_same_files_out() -> None:
    rules = yaml.safe_load((ROOT / "rules" / "house.yaml").read_text(encoding="utf-8"))["rules"]
    left_out = {
        rule["id"]: {path.removeprefix("**/") for path in rule["paths"]["exclude"]}
        for rule in rules
        if "exclude" in rule.get("paths", {})
    }
    assert left_out == {door.rule: set(door.may) for door in DOORS.values() if door.rule}


def test_no_template_declares_a_text_safe() -> None:
    assert BLESSED.search("{{ name | safe }}")
    assert len(TEMPLATES) > 50
    assert [path for path in TEMPLATES if BLESSED.search(path.read_text(encoding="utf-8"))] == []
