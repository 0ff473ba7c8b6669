"""What can go wrong on the way to an object store, told to whoever can do something about it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, SSLError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from checklist_app.domain.errors import StorageUnavailable
from checklist_app.domain.text import Text, text

LONGEST_CODE = 40
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_log = logging.getLogger(__name__)


@contextmanager
def told_when_away() -> Iterator[None]:
    """Turn every error of the way and of the server into one that a person can read.

    Raises:
        StorageUnavailable: with a hint for the operator, which stands in the log as well.
    """
    try:
        yield
    except (BotoCoreError, ClientError, ResponseParserError, HTTPError) as error:
        hint = _hint(error)
        _log.error(
            "the object store cannot be used",
            extra={"hint": str(hint), "reason": type(error).__name__, "code": code_of(error)},
        )
        raise StorageUnavailable(hint) from error


def code_of(error: Exception) -> str:
    """Return what the server calls the error, in letters and digits; empty without an answer."""
    if not isinstance(error, ClientError):
        return ""
    said = str(error.response.get("Error", {}).get("Code", ""))
    return "".join(letter for letter in said if letter.isalnum())[:LONGEST_CODE]


def _hint(error: Exception) -> Text:
    if isinstance(error, SSLError):
        return text(
            "The object store did not prove who it is. Name its authority in "
            "CHECKLIST_S3_CA_FILE and reach it by the name in its certificate."
        )
    if not isinstance(error, ClientError):
        return text(
            "The object store does not answer. Check CHECKLIST_S3_ENDPOINT, and whether the "
            "server runs and can be reached from here."
        )
    code = code_of(error)
    if code == "NoSuchBucket":
        return text(
            "The object store has no bucket of the name in CHECKLIST_S3_BUCKET. Make it there "
            "first; nothing here makes buckets."
        )
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in (401, 403):
        return text(
            "The object store refuses these keys (%(code)s). Check CHECKLIST_S3_ACCESS_KEY_ID, "
            "CHECKLIST_S3_SECRET_ACCESS_KEY, and what the bucket's policy lets them do.",
            code=code,
        )
    return text(
        "The object store answered %(code)s. Check CHECKLIST_S3_BUCKET, CHECKLIST_S3_REGION and "
        "the log of the store.",
        code=code or "?",
    )
