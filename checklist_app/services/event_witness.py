"""The chain of events held against a witness: its last good state, kept outside of the database.

Whoever holds the database alone can make the whole chain anew, but not what this file remembers.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from checklist_app.config import Config
from checklist_app.domain.alerts import SecurityKind
from checklist_app.private_files import write_private
from checklist_app.queries.event_chain import Break, BrokenAt, ChainCheck, Head, check_chain
from checklist_app.services import security_events
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources
from checklist_app.services.security_events import Noticed

_log = logging.getLogger(__name__)


def witness_file(config: Config) -> Path:
    """Return where the last good state is remembered."""
    return config.data_dir / "event-chain.json"


def check_events(session: Session, config: Config, *, forget: bool = False) -> ChainCheck:
    """Check the whole chain, also against the last good state; remember it when it is whole.

    Args:
        session: a transaction that reads.
        config: says where the state is remembered.
        forget: do not look at the old state, which is right after a backup was put back.
    """
    path = witness_file(config)
    try:
        witness = None if forget else _read(path)
    except (OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        # Whoever rewrites the chain may spoil its witness, too: nothing is called whole then.
        checked = check_chain(session)
        return replace(checked, broken=checked.broken or BrokenAt(Break.WITNESS_DAMAGED))
    checked = check_chain(session, witness)
    if checked.is_whole:
        _write(path, checked.head)
    return checked


def watch_events(resources: Resources) -> ChainCheck:
    """Check the chain, and leave a security event, which raises the alert, when it is broken."""
    with resources.reading_session() as session:
        checked = check_events(session, resources.config)
    if checked.broken is not None:
        _log.error("the chain of events is broken", extra={"reason": checked.broken.reason.value})
        with resources.sessions.begin() as writing:
            broken = checked.broken
            security_events.note(
                writing,
                Noticed(
                    SecurityKind.CHAIN_BROKEN,
                    now(),
                    subject=f"{broken.log or 'event_seal'} {broken.row_id or broken.position}",
                    details={"reason": broken.reason.value, "position": broken.position},
                ),
            )
    else:
        # A copy of the log on another machine is a second witness.
        facts = {"size": checked.head.size, "sha256": checked.head.sha256}
        _log.info("the chain of events is whole", extra=facts)
    return checked


def _read(path: Path) -> Head | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Head(int(kept["size"]), str(kept["sha256"]))
    except FileNotFoundError:
        return None


def _write(path: Path, head: Head) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"size": head.size, "sha256": head.sha256}).encode("ascii"))
    path.chmod(0o644)  # no secret; a check by root must not keep the worker from reading it
