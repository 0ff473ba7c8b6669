"""The tree of commands, and the one place that turns errors into words and exit codes."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Mapping
from typing import Any, cast

import click

from checklist_app.cli.click_words import let_click_speak
from checklist_app.cli.console import Refused, arguments, complain, language, say, wants_json
from checklist_app.cli.system_words import reason_of
from checklist_app.config import ConfigError
from checklist_app.domain.errors import DomainError, StorageUnavailable
from checklist_app.domain.text import Text, text

COMMANDS: Mapping[str, str] = {
    "start": "checklist_app.cli.start:start",
    "serve": "checklist_app.cli.serve:serve",
    "worker": "checklist_app.cli.serve:worker",
    "health": "checklist_app.cli.serve:health",
    "init": "checklist_app.cli.set_up:init",
    "migrate": "checklist_app.cli.set_up:migrate",
    "standards": "checklist_app.cli.standards:standards",
    "users": "checklist_app.cli.users:users",
    "tokens": "checklist_app.cli.tokens:tokens",
    "scan": "checklist_app.cli.scan:scan",
    "gate": "checklist_app.cli.gate:gate",
    "report": "checklist_app.cli.reports:reports",
    "verify": "checklist_app.cli.verify:verify",
    "audit": "checklist_app.cli.audit:audit",
    "blobs": "checklist_app.cli.blobs:blobs",
    "settings": "checklist_app.cli.settings:settings",
}

INTERRUPTED = 130
NOT_DONE: Mapping[str, int] = {"gate": 2}
"""How commands end that did not do what was asked, where 1 is an answer of theirs."""
NO_PROOF = ("CERTIFICATE_VERIFY_FAILED", "SSL is required")
NO_TABLES = ("no such table", "doesn't exist", "unable to open database file")


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(importlib.import_module(module), name)
        return cast(click.Command, command)


@click.group(
    cls=LazyGroup,
    help=say(text("OWASP lists as auditable checklists, with evidence and signed reports.")),
    context_settings={"help_option_names": ["-h", "--help"]},
)
def program() -> None:
    """Hold the commands."""


def main(argv: list[str] | None = None) -> None:
    """Run a command and end the process: 0 when it did what was asked."""
    sys.exit(run(arguments() if argv is None else argv))


def run(argv: list[str]) -> int:
    """Run a command; return the exit code. Never shows a stack trace."""
    let_click_speak(language())
    as_json = wants_json(argv)
    not_done = NOT_DONE.get(argv[0] if argv else "", 1)
    try:
        code = program.main(args=argv, prog_name="checklist", standalone_mode=False)
    except Refused as error:
        complain(error.message, error.facts, as_json=as_json)
        return not_done
    except click.ClickException as error:
        if as_json:
            complain(error.format_message(), {}, as_json=True)
        else:
            error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        complain(*_told(error), as_json=as_json)
        return not_done
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> tuple[str, dict[str, Any]]:
    """Return what to say about an error, and the facts for programs."""
    if isinstance(error, ConfigError):
        lines = [say(Text(problem.msgid, dict(problem.params))) for problem in error.problems]
        return "\n".join(lines), {"problems": lines}
    if isinstance(error, StorageUnavailable):
        return say(error.hint), {}
    if isinstance(error, DomainError):
        lines = [say(error.text), *map(str, getattr(error, "problems", ()))]
        return "\n".join(lines), {}
    return _broken(error), {}


def _broken(error: Exception) -> str:
    logging.getLogger(__name__).debug("command broke", exc_info=error)
    if type(error).__module__.startswith("sqlalchemy"):
        return _database(error)
    if isinstance(error, OSError):
        reason = reason_of(error)
        return f"{error.filename}: {reason}" if error.filename else reason
    return say(
        text(
            "Something unexpected went wrong: %(kind)s. Set CHECKLIST_LOG_LEVEL=debug and try "
            "again to see the details.",
            kind=type(error).__name__,
        )
    )


def _database(error: Exception) -> str:
    reason = str(getattr(error, "orig", "") or type(error).__name__)
    if any(sign in reason for sign in NO_TABLES):
        return say(text("The database has no tables yet. Run: checklist init"))
    if any(sign in reason for sign in NO_PROOF):
        return say(
            text(
                "The database server did not prove who it is: %(reason)s. Name its authority in "
                "CHECKLIST_DATABASE_CA_FILE and reach it by the name in its certificate; "
                "CHECKLIST_DATABASE_TLS=off only where nobody else can listen.",
                reason=reason.splitlines()[0][:300],
            )
        )
    return say(
        text(
            "The database does not answer: %(reason)s. Check CHECKLIST_DATABASE_URL and whether "
            "the server runs.",
            reason=reason.splitlines()[0][:200],
        )
    )
