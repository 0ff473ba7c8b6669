"""The child's side: put the limits on, close the fence, call the function, hand over the result.

Started by ``parent.py`` with one JSON argument. Payload comes on standard input, the result goes
to standard output, and JSON lines (progress, and how it ended) to a descriptor of their own.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from checklist_app.domain.errors import DomainError
from checklist_app.sandbox.guard import close_the_fence
from checklist_app.sandbox.limits import Limits, Resource

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_MIB = 1024 * 1024
_PROGRESS_EVERY = 0.1
_NICENESS = 5


def main() -> None:
    """Do what the JSON in ``sys.argv[1]`` asks; never returns."""
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    result = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not spoil the result
    _confine(limits, parent=order["parent"])
    ending = _run(order, result)
    _say(order["control"], ending)
    # Tearing down a large heap takes longer than the work; the kernel does it at once.
    os._exit(0)


def _confine(limits: Limits, *, parent: int) -> None:
    """Give up what the work does not need. The namespace is best effort, the rest is not."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked to die with it
        os._exit(1)
    # The web server and the worker go first: people wait for the one, and for locks of the other.
    os.nice(_NICENESS)
    if libc.unshare(_CLONE_NEWNET) != 0:
        _unshare_as_user(libc)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, limits.memory_mb * _MIB)
    _limit(resource.RLIMIT_FSIZE, limits.output_mb * _MIB)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    # The soft limit ends in SIGXCPU, which says why; the hard one is there for who ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 2))


def _unshare_as_user(libc: ctypes.CDLL) -> None:
    """Leave the network without being root, where the kernel lets ordinary users do so."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return
    with suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _run(order: dict[str, Any], result: int) -> dict[str, Any]:
    """Call the function and return how it ended."""
    try:
        module, _, name = order["target"].partition(":")
        function = getattr(importlib.import_module(module), name)
        scratch = Path(order["scratch"])
        close_the_fence(scratch, [Path(path) for path in order["readable"]])
        with os.fdopen(0, "rb", closefd=False) as stdin:
            payload = stdin.read()
        _write(result, function(payload, scratch, _progress(order["control"])))
    except BaseException as error:  # whatever it is, the parent must learn that it ended
        return _ending(error)
    return {"done": True}


def _ending(error: BaseException) -> dict[str, Any]:
    """Tell an error in words that the parent knows."""
    match error:
        case DomainError():
            return {"error": {"code": type(error).__name__, **error.text.to_json()}}
        case MemoryError() | OSError(errno=errno.ENOMEM):
            return {"exceeded": Resource.MEMORY}
        case OSError(errno=errno.EFBIG):
            return {"exceeded": Resource.OUTPUT}
        case OSError(errno=errno.ENOSPC):
            return {"full": True}
    trace = traceback.format_exception(error, limit=-12)
    return {"crash": "".join(trace)[-4000:]}


def _write(descriptor: int, output: bytes) -> None:
    view = memoryview(output)
    while view:
        view = view[os.write(descriptor, view) :]


def _progress(control: int) -> Callable[[int, int], None]:
    """Return a function that reports ``done`` of ``total``, at most ten times a second."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done >= total or now - last >= _PROGRESS_EVERY:
            last = now
            _say(control, {"progress": [int(done), int(total)]})

    return report


def _say(control: int, message: dict[str, Any]) -> None:
    _write(control, json.dumps(message).encode("ascii") + b"\n")
