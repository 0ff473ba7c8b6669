"""The parent's side: start the child, watch clock and progress, read how it ended."""

from __future__ import annotations

import errno
import json
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from checklist_app.domain import errors
from checklist_app.domain.errors import Cancelled, DomainError, JobFailed, StorageFull
from checklist_app.domain.text import Text, text
from checklist_app.sandbox.limits import LimitExceeded, Limits, Resource

_log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent.parent
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from checklist_app.sandbox.child import main; main()"
)
_INHERITED = ("LANG", "TZ", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH")
_LOOK_EVERY = 0.2
_CONTROL_LIMIT = 4 * 1024 * 1024
_MIB = 1024 * 1024


def run_confined(  # noqa: PLR0913 - one call says everything about the confinement
    target: str,
    payload: bytes,
    *,
    limits: Limits,
    scratch: Path | None = None,
    readable: Sequence[Path] = (),
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """Call one of our functions in a confined child process and return what it returns.

    Args:
        target: ``package.module:function`` naming a function
            ``(payload: bytes, scratch: Path, progress: Callable[[int, int], None]) -> bytes``.
        payload: handed to the function as it is.
        limits: what it may use.
        scratch: the folder that it may write into; without one it gets a temporary folder that is
            gone afterwards.
        readable: files or folders that it may read besides the program itself.
        cancelled: asked about five times a second; True ends the child.
        on_progress: called with ``(done, total)`` as the function reports it.

    Raises:
        LimitExceeded: memory, processor, clock or output ran out.
        Cancelled: ``cancelled`` said so.
        StorageFull: the disk is full.
        JobFailed: the function broke; the details are in the log, not in the message.
        DomainError: the one that the function raised, as the same class with the same text.
    """
    with _folder(scratch) as folder, tempfile.TemporaryFile() as output:
        with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as noise:
            _fill(source, payload)
            listen, control = os.pipe()
            try:
                child = _start(
                    order={
                        "target": target,
                        "limits": asdict(limits),
                        "scratch": str(folder),
                        "readable": [str(path.resolve()) for path in readable],
                        "parent": os.getpid(),
                        "control": control,
                    },
                    streams=(source, output, noise),
                )
            except BaseException:
                os.close(listen)
                raise
            finally:
                os.close(control)
            with os.fdopen(listen, "rb", buffering=0) as pipe:
                try:
                    ending = _watch(child, pipe, limits, cancelled, on_progress)
                finally:
                    _end(child)
            said = _tail(noise)
        _judge(ending, child.returncode, limits, target=target, said=said)
        return _result(output, limits)


@contextmanager
def _folder(scratch: Path | None) -> Iterator[Path]:
    if scratch is not None:
        yield scratch.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="confined-") as folder:
        yield Path(folder).resolve()


def _fill(source: IO[bytes], payload: bytes) -> None:
    # A file, not a pipe: the child may read late or never without blocking us.
    try:
        source.write(payload)
        source.flush()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull from error
        raise
    source.seek(0)


def _start(
    order: dict[str, Any], streams: tuple[IO[bytes], IO[bytes], IO[bytes]]
) -> subprocess.Popen[bytes]:
    source, output, noise = streams
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment.setdefault("LANG", "C.UTF-8")
    environment.setdefault("PYTHONHASHSEED", "0")
    environment.update(HOME=order["scratch"], TMPDIR=order["scratch"])
    # Not -I: it would ignore PYTHONHASHSEED. With an environment of our own, -P and -s do the rest.
    command = [sys.executable, "-P", "-s", "-B", "-c", _BOOT, str(_ROOT), json.dumps(order)]
    return subprocess.Popen(  # nosec B603 # noqa: S603 - our own interpreter and code, no shell
        command,
        stdin=source,
        stdout=output,
        stderr=noise,
        cwd=order["scratch"],
        env=environment,
        pass_fds=(order["control"],),
        start_new_session=True,
    )


def _watch(
    child: subprocess.Popen[bytes],
    pipe: IO[bytes],
    limits: Limits,
    cancelled: Callable[[], bool] | None,
    on_progress: Callable[[int, int], None] | None,
) -> dict[str, Any]:
    """Follow the child until it says how it ended, or falls silent."""
    deadline = time.monotonic() + limits.wall_seconds
    listener = select.poll()
    listener.register(pipe, select.POLLIN)
    heard = 0
    rest = b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return {"exceeded": Resource.WALL}
        if cancelled is not None and cancelled():
            raise Cancelled
        if not listener.poll(min(left, _LOOK_EVERY) * 1000):
            continue
        chunk = pipe.read(65536)
        heard += len(chunk)
        if heard > _CONTROL_LIMIT:
            return {"crash": "more progress than anybody can read"}
        if not chunk:
            return _silent(child, left)
        *lines, rest = (rest + chunk).split(b"\n")
        ending = _hear(lines, on_progress)
        if ending is not None:
            return ending


def _hear(
    lines: list[bytes], on_progress: Callable[[int, int], None] | None
) -> dict[str, Any] | None:
    """Hand on progress; return how the child ended, if it says so."""
    for line in lines:
        message: dict[str, Any] = json.loads(line)
        if "progress" not in message:
            return message
        if on_progress is not None:
            on_progress(*message["progress"])
    return None


def _silent(child: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    """Say how a child ended that did not say so itself."""
    try:
        code = child.wait(timeout=min(seconds, 5))
    except subprocess.TimeoutExpired:
        return {"crash": "the control channel broke"}
    if code == -signal.SIGXCPU:
        return {"exceeded": Resource.CPU}
    return {"crash": f"ended with code {code}"}


def _end(child: subprocess.Popen[bytes]) -> None:
    """Make sure that nothing of the child is left. One that said its last word ends by itself."""
    try:
        child.wait(timeout=0.5)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _judge(
    ending: dict[str, Any], code: int | None, limits: Limits, *, target: str, said: str
) -> None:
    """Raise what the ending means; return if it ended well."""
    if "done" in ending and code in (0, -signal.SIGKILL):
        # Its answer is whole; on a busy machine it may be ended while it takes itself apart.
        return
    if "exceeded" in ending:
        raise LimitExceeded(Resource(ending["exceeded"]), limits)
    if "full" in ending:
        raise StorageFull
    if "error" in ending:
        raise _domain_error(ending["error"])
    _log.error(
        "confined %s broke: %s; it said: %s", target, ending.get("crash", f"code {code}"), said
    )
    raise JobFailed(
        text(
            "This file made the program that reads it stop. Nothing was changed. "
            "Tell the administrator, who finds the details in the log."
        )
    )


def _domain_error(data: dict[str, Any]) -> DomainError:
    """Rebuild the error that the function raised; an unknown class becomes :class:`JobFailed`."""
    kind = getattr(errors, data["code"], None)
    message = Text.from_json(data)
    if isinstance(kind, type) and issubclass(kind, DomainError):
        with suppress(TypeError):
            return kind(message)
    return JobFailed(message)


def _tail(noise: IO[bytes]) -> str:
    size = noise.seek(0, os.SEEK_END)
    noise.seek(max(0, size - 4000))
    return noise.read().decode("utf-8", "replace")


def _result(output: IO[bytes], limits: Limits) -> bytes:
    if output.seek(0, os.SEEK_END) > limits.output_mb * _MIB:
        raise LimitExceeded(Resource.OUTPUT, limits)
    output.seek(0)
    return output.read()
