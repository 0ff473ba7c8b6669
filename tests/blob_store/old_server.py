"""A server that speaks TLS up to some version, and remembers in which one it was spoken to."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from tests.certificates import Authority

EVERY_CIPHER = "ALL:@SECLEVEL=0"


@contextmanager
def old_server(authority: Authority, newest: ssl.TLSVersion) -> Iterator[tuple[int, list[str]]]:
    """Listen until the block ends; give the port and the versions of what was agreed on."""
    context = limited(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), newest)
    context.load_cert_chain(authority.certificate, authority.key)
    spoken: list[str] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with (
                suppress(OSError),  # whoever refuses to speak this version
                plain,
                context.wrap_socket(plain, server_side=True) as encrypted,
            ):
                spoken.append(str(encrypted.version()))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], spoken
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def limited(context: ssl.SSLContext, newest: ssl.TLSVersion) -> ssl.SSLContext:
    """Return the context with everything allowed that is old, and nothing that is newer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it is the old that we want
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    context.set_ciphers(EVERY_CIPHER)
    return context
