"""The port on which Prometheus asks: one of the web processes keeps it, for all of them."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from threading import Thread

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from checklist_app.config import Config
from checklist_app.queries.operation import OperationState, operation_state
from checklist_app.queries.shell import SILENCE
from checklist_app.services.clock import now
from checklist_app.services.resources import Resources

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for the folder in which processes count together."""
TRY_EVERY = 5.0

_log = logging.getLogger(__name__)


def counting_together(config: Config, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of processes that count together, if anybody will ask for it."""
    if config.metrics_listen is None:
        return dict(environment)
    return {**environment, FOLDER: tempfile.mkdtemp(prefix="checklist-metrics-")}


def forget_counts(environment: Mapping[str, str]) -> None:
    """Take away the folder in which processes counted, when all of them are gone."""
    if FOLDER in environment:
        shutil.rmtree(environment[FOLDER], ignore_errors=True)


def keep_port_open(resources: Resources) -> None:
    """Serve the metrics from this process, as soon as no other one of ours does.

    The port is the lock: when the process that has it ends, the next one that tries gets it.
    """
    if resources.config.metrics_listen is None or FOLDER not in os.environ:
        return
    Thread(target=_keep_open, args=(resources,), name="metrics", daemon=True).start()


def _keep_open(resources: Resources) -> None:
    listen = resources.config.metrics_listen
    assert listen is not None  # nosec B101 # noqa: S101 - the caller looked
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(StateCollector(resources))
    while True:
        try:
            start_http_server(listen.port, listen.host, registry)
        except OSError:
            time.sleep(TRY_EVERY)
        else:
            _log.info("metrics are served", extra={"address": f"{listen.host}:{listen.port}"})
            return


class StateCollector(Collector):
    """Asks the database at each visit for what no process counts."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand, so that nothing is asked at the start."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Yield what the database says now; only that it is away when it is."""
        build = {"version": version("checklist-app"), "python": platform.python_version()}
        yield InfoMetricFamily("checklist_build", "What is running.", build)
        try:
            with self._resources.reading_session() as session:
                state = operation_state(session, now(), SILENCE)
        except SQLAlchemyError:
            _log.exception("the database does not answer")
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        yield from _families(state)


def _families(state: OperationState) -> Iterable[Metric]:
    jobs = GaugeMetricFamily("checklist_jobs", "Background jobs.", labels=["kind", "state"])
    for (kind, job_state), number in state.jobs.items():
        jobs.add_metric([kind.value, job_state.value], number)
    alerts = GaugeMetricFamily("checklist_alerts", "Alerts.", labels=["rule", "state"])
    for (rule, alert_state), number in state.alerts.items():
        alerts.add_metric([rule.value, alert_state.value], number)
    sent = GaugeMetricFamily(
        "checklist_webhook_deliveries", "Messages of webhooks, a month of them.", labels=["state"]
    )
    for delivery_state, number in state.deliveries.items():
        sent.add_metric([delivery_state.value], number)
    yield from (jobs, alerts, sent)
    yield _gauge(
        "job_oldest_due_seconds",
        "For how long the oldest job but messages of webhooks has been due without being begun.",
        state.oldest_due,
    )
    yield _gauge("workers", "Workers that were heard of lately.", state.workers)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"checklist_{name}", told, value=value)
