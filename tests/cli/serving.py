"""The app on a free port of this machine, with a worker beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server

from checklist_app.jobs.worker import Worker
from checklist_app.services.resources import Resources


@contextmanager
def serving(app: Flask, resources: Resources) -> Iterator[str]:
    """Serve the app and do its jobs until the block ends; yield the address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    worker = Worker(resources)
    threads = [Thread(target=server.serve_forever), Thread(target=worker.run)]
    for thread in threads:
        thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        worker.stopping.set()
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()
