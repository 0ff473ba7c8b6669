"""Why the operating system refused something, in the language of the command line."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from checklist_app.cli.console import say
from checklist_app.domain.text import Text, text

_REASONS: Mapping[int, Text] = {
    errno.ENOENT: text("there is no such file or folder"),
    errno.EACCES: text("this user has no permission"),
    errno.EPERM: text("this user has no permission"),
    errno.EISDIR: text("that is a folder"),
    errno.ENOTDIR: text("that is no folder"),
    errno.EEXIST: text("that is there already"),
    errno.ENOTEMPTY: text("the folder is not empty"),
    errno.ENAMETOOLONG: text("the name is too long"),
    errno.ELOOP: text("links lead round in a circle"),
    errno.ENOSPC: text("the disk is full"),
    errno.EDQUOT: text("this user's share of the disk is full"),
    errno.EROFS: text("nothing can be written there"),
    errno.EIO: text("the disk cannot be read or written"),
    errno.EMFILE: text("too many files are open"),
    errno.EADDRINUSE: text("another program listens there already"),
    errno.EADDRNOTAVAIL: text("this machine does not have that address"),
    errno.ECONNREFUSED: text("nobody listens there"),
    errno.ECONNRESET: text("the other side ended the connection"),
    errno.EHOSTUNREACH: text("there is no way to that machine"),
    errno.ENETUNREACH: text("there is no way to that machine"),
    errno.ETIMEDOUT: text("there was no answer in time"),
}


def reason_of(error: OSError) -> str:
    """Return why the system refused; its own English words where ours know nothing of it."""
    known = _REASONS.get(error.errno or 0)
    return say(known) if known is not None else error.strerror or str(error)
