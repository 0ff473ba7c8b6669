"""What a running process counts for Prometheus. No label holds what a person wrote or is called.

Labels come from closed lists: endpoints of ours, methods, statuses, kinds of events. Several
processes count in files that they share when ``PROMETHEUS_MULTIPROC_DIR`` names a folder before
this module is imported; otherwise each counts for itself.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOWHERE = "nowhere"
"""The route of an address that leads to none."""
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_requests = Counter(
    "checklist_http_requests", "Requests that were answered.", ["method", "route", "status"]
)
_seconds = Histogram(
    "checklist_http_request_seconds",
    "Time from a request's arrival to its answer.",
    ["route"],
    buckets=SECONDS,
)
_security_events = Counter(
    "checklist_security_events",
    "What the doors noticed: refused sign-ins, throttling, denials and so on.",
    ["kind"],
)
_redis_lost = Counter("checklist_redis_lost", "Times that Redis went away while it was counting.")


def count_request(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count an answer; ``route`` is the endpoint, or None for an address that leads nowhere."""
    where = route or NOWHERE
    _requests.labels(method if method in METHODS else "other", where, str(status)).inc()
    _seconds.labels(where).observe(seconds)


def count_security_event(kind: str, times: int) -> None:
    """Count what a door noticed, ``times`` times at once."""
    _security_events.labels(kind).inc(times)


def count_redis_lost() -> None:
    """Count that limits have to be kept without Redis from now on."""
    _redis_lost.inc()
