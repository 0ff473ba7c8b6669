"""The last fence inside the child: refuse network, processes and foreign files.

An audit hook cannot be taken off again. It sees what Python code does, not what C libraries do;
those are held by the resource limits and the empty network namespace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


class RefusedError(PermissionError):
    """The confined function tried something that it may not do."""


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_PROCESSES = frozenset(
    {
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "os.kill",
        "os.killpg",
        "pty.spawn",
        "subprocess.Popen",
    }
)

_HARMLESS = frozenset({"socket.gethostname"})

_CHANGES: dict[str, int] = {
    "os.chflags": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.removexattr": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.setxattr": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
}
"""Audit events that change the file system, and how many of their arguments are paths."""

_SYSTEM_FILES = (
    "/dev/null",
    "/dev/urandom",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
    "/usr/lib",
    "/usr/local/lib",
    "/usr/local/share",
    "/usr/share",
)
"""What interpreter and libraries read by themselves; nothing secret lies there."""


def close_the_fence(scratch: Path, readable: Iterable[Path]) -> None:
    """Refuse from now on everything but reading ``readable`` and writing below ``scratch``.

    Program files (the interpreter, its libraries, this package) stay readable.

    Args:
        scratch: the only folder where files may be made, changed or removed.
        readable: files and folders that may be read besides.
    """
    package = Path(__file__).resolve().parent.parent
    program = (Path(sys.prefix), Path(sys.base_prefix), package, *map(Path, _SYSTEM_FILES))
    may_read = _real_paths((*program, scratch, *readable))
    may_write = _real_paths((scratch, Path("/dev/null")))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            writing = bool(flags & _WRITING)
            if not _inside(path, may_write if writing else may_read):
                raise RefusedError(f"refused: {'write' if writing else 'read'} {path!r}")
        elif event in _PROCESSES or (event.startswith("socket.") and event not in _HARMLESS):
            raise RefusedError(f"refused: {event}")
        elif event in _CHANGES:
            for path in arguments[: _CHANGES[event]]:
                if not _inside(path, may_write):
                    raise RefusedError(f"refused: {event} {path!r}")

    sys.addaudithook(hook)


def _real_paths(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(os.path.realpath(path) for path in paths)


def _inside(path: int | str | bytes, allowed: tuple[str, ...]) -> bool:
    if isinstance(path, int):
        return True  # a descriptor: it was opened under this same rule
    real = os.path.realpath(os.fsdecode(path))
    return any(real == root or real.startswith(root + "/") for root in allowed)
