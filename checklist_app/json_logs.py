"""Log lines as JSON, one object each, without the secrets that addresses carry."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s@]+@")
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_LINK = re.compile(r"(/(?:set-password|confirm-email)/)[\w-]+")


class JsonFormatter(logging.Formatter):
    """Writes ``time``, ``level``, ``logger``, ``message``, ``extra`` fields, ``traceback``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((key, value) for key, value in vars(record).items() if key not in _KNOWN)
        if record.exc_info:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return without_secrets(_visible(json.dumps(line, ensure_ascii=False, default=str)))


def _visible(line: str) -> str:
    """Return JSON without what ends lines elsewhere, moves a terminal or turns text around.

    Half a surrogate pair could not even be written.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def without_secrets(line: str) -> str:
    """Return a line without passwords in addresses and without one-time links."""
    return _LINK.sub(r"\1***", _PASSWORD.sub(r"\1***@", line))


def set_up_logging(level: str) -> None:
    """Send everything from ``level`` up to stderr as JSON; called once for each process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # They tell of every plug-in, font table, signature byte and signed header at this level.
    for noisy in (
        "alembic",
        "botocore",
        "fontTools",
        "weasyprint",
        "pyhanko",
        "pyhanko_certvalidator",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
