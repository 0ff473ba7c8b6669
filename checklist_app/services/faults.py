"""Which faults of the database and the disk have a name that a person can act on."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

DUPLICATE_KEY = 1062
DEADLOCK = 1213
LOCK_WAIT_TIMEOUT = 1205
DISK_FULL = 1021
FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)


def is_lost_race(error: BaseException) -> bool:
    """Return whether somebody else's transaction won; trying again is right."""
    if isinstance(error, StaleDataError):
        return True
    if isinstance(error, IntegrityError) and "UNIQUE constraint failed" in str(error.orig):
        return True
    return _mysql_code(error) in (DEADLOCK, LOCK_WAIT_TIMEOUT, DUPLICATE_KEY)


def is_disk_full(error: BaseException) -> bool:
    """Return whether there was no room left for the database or for a file."""
    if isinstance(error, OSError) and error.errno in FULL_ERRNOS:
        return True
    if isinstance(error, DBAPIError) and "database or disk is full" in str(error.orig):
        return True
    return _mysql_code(error) == DISK_FULL


def is_busy(error: BaseException) -> bool:
    """Return whether another writer held SQLite for longer than we wait."""
    return isinstance(error, DBAPIError) and "database is locked" in str(error.orig)


def _mysql_code(error: BaseException) -> int | None:
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    first = error.orig.args[0] if error.orig.args else None
    return first if isinstance(first, int) else None
