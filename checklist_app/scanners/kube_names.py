"""Names in reports on manifests and clusters that stay the same from run to run."""

from __future__ import annotations

import re

from checklist_app.domain.findings import MAX_SHORT, MAX_URI, clean

_CONTAINER = re.compile(r"\bcontainer ['\"`]([^'\"`\s]{1,253})['\"`]", re.IGNORECASE)
# Kubernetes makes up the ends of names from letters that spell no words, and from these digits.
_MADE_UP = "[bcdfghjklmnpqrstvwxz2456789]"
_ENDINGS = {
    "replicaset": re.compile(rf"-{_MADE_UP}{{6,10}}\Z"),
    "pod": re.compile(rf"(?:-{_MADE_UP}{{6,10}}|-\d{{8,10}})?-{_MADE_UP}{{5}}\Z"),
    "job": re.compile(r"-\d{8,10}\Z"),
}


def steady_name(kind: object, name: object) -> str:
    """Return an object's name without what Kubernetes makes up anew with every rollout.

    Args:
        kind: such as ``ReplicaSet``; case does not count.
        name: such as ``web-5d66dbcc85``, which becomes ``web``.
    """
    found = clean(name, MAX_SHORT)
    ending = _ENDINGS.get(clean(kind, MAX_SHORT).lower())
    return ending.sub("", found) if ending else found


def container_in(message: object) -> str:
    """Return the container that a message names in quotes, or an empty text."""
    match = _CONTAINER.search(clean(message, MAX_URI))
    return match[1] if match else ""


def joined(*parts: object) -> str:
    """Return what is there of a namespace, a kind and a name, such as ``default/Pod/web``."""
    return clean("/".join(filter(None, (clean(part, MAX_SHORT) for part in parts))), MAX_SHORT)


def relative_path(value: object) -> str:
    """Return a file's path with slashes and without a leading ``./``."""
    return clean(value, MAX_URI).replace("\\", "/").removeprefix("./")
