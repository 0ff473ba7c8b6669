"""What the Pod Security level `restricted` asks of a pod, and a little more; breach by breach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

HARMLESS_VOLUMES = frozenset({"configMap", "emptyDir", "persistentVolumeClaim", "secret"})
PROFILES = frozenset({"RuntimeDefault", "Localhost"})
ADDABLE = frozenset({"NET_BIND_SERVICE"})
ASKED = frozenset({"cpu", "memory", "ephemeral-storage"})
LIMITED = ASKED - {"cpu"}

Spec = dict[str, Any]


def own(container: Spec) -> Spec:
    """Return the security context of a container itself."""
    found: Spec = container.get("securityContext", {})
    return found


def takes_secret_variables(container: Spec) -> bool:
    """Whether a secret comes by a variable, which every child process would inherit."""
    single = any("valueFrom" in one for one in container.get("env", ()))
    return single or any("secretRef" in one for one in container.get("envFrom", ()))


def adds_capabilities(container: Spec) -> bool:
    """Whether any capability is left that is not harmless."""
    told = own(container).get("capabilities", {})
    return told.get("drop") != ["ALL"] or not set(told.get("add", ())) <= ADDABLE


OF_A_POD: Mapping[str, Callable[[Spec], bool]] = {
    "hostNetwork": lambda pod: bool(pod.get("hostNetwork")),
    "hostPID": lambda pod: bool(pod.get("hostPID")),
    "hostIPC": lambda pod: bool(pod.get("hostIPC")),
    "token": lambda pod: pod.get("automountServiceAccountToken") is not False,
    "default account": lambda pod: pod.get("serviceAccountName", "default") == "default",
    "sysctls": lambda pod: bool(pod.get("securityContext", {}).get("sysctls")),
    "volume": lambda pod: any(
        not set(one) - {"name"} <= HARMLESS_VOLUMES for one in pod.get("volumes", ())
    ),
    "endless volume": lambda pod: any(
        "sizeLimit" not in one.get("emptyDir", {"sizeLimit": 0}) for one in pod.get("volumes", ())
    ),
}
"""Each takes a pod and says whether it does what it must not."""

OF_A_CONTAINER: Mapping[str, Callable[[Spec, Spec], bool]] = {
    "root": lambda _, whole: whole.get("runAsNonRoot") is not True or not whole.get("runAsUser"),
    "seccomp": lambda _, whole: whole.get("seccompProfile", {}).get("type") not in PROFILES,
    "escalation": lambda one, _: own(one).get("allowPrivilegeEscalation") is not False,
    "privileged": lambda one, _: bool(own(one).get("privileged")),
    "writable root": lambda one, _: own(one).get("readOnlyRootFilesystem") is not True,
    "procMount": lambda one, _: own(one).get("procMount", "Default") != "Default",
    "capabilities": lambda one, _: adds_capabilities(one),
    "hostPort": lambda one, _: any("hostPort" in port for port in one.get("ports", ())),
    "image by tag": lambda one, _: "@sha256:" not in one["image"],
    "secret in a variable": lambda one, _: takes_secret_variables(one),
    "no requests": lambda one, _: not set(one["resources"].get("requests", ())) >= ASKED,
    "no limits": lambda one, _: not set(one["resources"].get("limits", ())) >= LIMITED,
}
"""Each takes a container, and its security context with what the pod says for all."""


def containers_of(pod: Spec) -> list[Spec]:
    """Return every container of a pod, those that run before it included."""
    found: list[Spec] = [*pod["containers"], *pod.get("initContainers", ())]
    return found


def breaches(pod: Spec) -> list[str]:
    """Return what a pod does that it must not, in words."""
    found = [name for name, does in OF_A_POD.items() if does(pod)]
    for one in containers_of(pod):
        whole = {**pod.get("securityContext", {}), **own(one)}
        found += [name for name, does in OF_A_CONTAINER.items() if does(one, whole)]
    return found
