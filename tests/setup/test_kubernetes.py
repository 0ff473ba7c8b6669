"""The manifests of deploy/kubernetes keep their promises; no cluster is needed to see that."""

from __future__ import annotations

import copy
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checklist_app.cli.program import run
from checklist_app.config import PREFIX, known_names
from tests.house.policy import POLICY, Audience
from tests.setup.pods import OF_A_CONTAINER, OF_A_POD, Spec, breaches, containers_of

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
LAYERS = ("admission", "base", "example")
WORKLOADS = ("migrate", "web", "worker")
LASTING = ("web", "worker")
UNITS = {"": 1.0, "m": 0.001, "Mi": 2.0**20, "Gi": 2.0**30}

each_workload = pytest.mark.parametrize("name", WORKLOADS)
each_lasting = pytest.mark.parametrize("name", LASTING)


def documents(layer: str) -> list[dict[str, Any]]:
    return [
        document
        for path in sorted((KUBERNETES / layer).glob("*.yaml"))
        if path.name != "kustomization.yaml"
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]


BASE = documents("base")


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [document for document in BASE if document["kind"] in kinds]


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (one for one in of_kind(kind) if one["metadata"]["name"] == name)
    return found


def workload(name: str) -> dict[str, Any]:
    (found,) = (one for one in of_kind("Deployment", "Job") if one["metadata"]["name"] == name)
    return found


def pod(name: str) -> Spec:
    found: Spec = workload(name)["spec"]["template"]["spec"]
    return found


def labels(name: str) -> dict[str, str]:
    found: dict[str, str] = workload(name)["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: dict[str, Any], name: str) -> bool:
    return set(selector.get("matchLabels", {}).items()) <= set(labels(name).items())


def amount(written: object) -> float:
    found = re.fullmatch(r"([\d.]+)([a-zA-Z]*)", str(written))
    assert found, written
    return float(found[1]) * UNITS[found[2]]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_file_is_named_by_its_kustomization(layer: str) -> None:
    folder = KUBERNETES / layer
    told = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    given = {*told["resources"], *(patch["path"] for patch in told.get("patches", ()))}
    assert {one for one in given if not (folder / one).is_dir()} == files


def test_there_is_no_other_workload() -> None:
    found = [one["metadata"]["name"] for one in BASE if "template" in one.get("spec", {})]
    assert sorted(found) == sorted(WORKLOADS)


@each_workload
def test_a_pod_has_no_more_rights_than_it_needs(name: str) -> None:
    assert breaches(pod(name)) == []


def _first(change: Callable[[Spec], object]) -> Callable[[Spec], object]:
    return lambda spec: change(spec["containers"][0])


FAULTS: dict[str, Callable[[Spec], object]] = {
    "hostNetwork": lambda spec: spec.update(hostNetwork=True),
    "hostPID": lambda spec: spec.update(hostPID=True),
    "hostIPC": lambda spec: spec.update(hostIPC=True),
    "token": lambda spec: spec.pop("automountServiceAccountToken"),
    "default account": lambda spec: spec.pop("serviceAccountName"),
    "sysctls": lambda spec: spec["securityContext"].update(sysctls=[{"name": "kernel.shm"}]),
    "volume": lambda spec: spec["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
    "endless volume": lambda spec: spec["volumes"].append({"name": "x", "emptyDir": {}}),
    "root": lambda spec: spec["securityContext"].update(runAsUser=0),
    "seccomp": lambda spec: spec["securityContext"].pop("seccompProfile"),
    "escalation": _first(lambda one: one["securityContext"].pop("allowPrivilegeEscalation")),
    "privileged": _first(lambda one: one["securityContext"].update(privileged=True)),
    "writable root": _first(lambda one: one["securityContext"].pop("readOnlyRootFilesystem")),
    "procMount": _first(lambda one: one["securityContext"].update(procMount="Unmasked")),
    "capabilities": _first(
        lambda one: one["securityContext"]["capabilities"].update(add=["SYS_ADMIN"])
    ),
    "hostPort": _first(lambda one: one.update(ports=[{"hostPort": 80}])),
    "image by tag": _first(lambda one: one.update(image="checklist:latest")),
    "secret in a variable": _first(
        lambda one: one.update(envFrom=[{"secretRef": {"name": "checklist-secrets"}}])
    ),
    "no requests": _first(lambda one: one["resources"].pop("requests")),
    "no limits": _first(lambda one: one["resources"].pop("limits")),
}


def test_every_rule_has_a_fault_to_find() -> None:
    assert set(FAULTS) == {*OF_A_POD, *OF_A_CONTAINER}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_pod_with_a_fault_would_be_found(fault: str) -> None:
    spoilt = copy.deepcopy(pod("web"))
    FAULTS[fault](spoilt)
    assert breaches(spoilt) == [fault]


@each_workload
def test_a_workload_has_an_account_of_its_own_without_a_role(name: str) -> None:
    account = named("ServiceAccount", pod(name)["serviceAccountName"])
    assert account["metadata"]["name"] == name
    assert account["automountServiceAccountToken"] is False
    assert not of_kind("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


@each_lasting
def test_what_lasts_is_there_twice_and_is_asked_whether_it_is_well(name: str) -> None:
    assert workload(name)["spec"]["replicas"] >= 2
    (container,) = containers_of(pod(name))
    assert container["livenessProbe"]
    assert container["readinessProbe"]
    budget = named("PodDisruptionBudget", name)["spec"]
    assert budget["minAvailable"] == 1
    assert selects(budget["selector"], name)
    assert not any(selects(budget["selector"], other) for other in set(WORKLOADS) - {name})


def test_the_quota_has_room_for_a_rollout() -> None:
    hard = named("ResourceQuota", "checklist")["spec"]["hard"]
    ceiling = named("LimitRange", "checklist")["spec"]["limits"][0]["max"]
    for group in ("requests", "limits"):
        for what in ("cpu", "memory", "ephemeral-storage"):
            needed = 0.0
            for name in WORKLOADS:
                # All pods twice: the new ones beside the old ones.
                times = 2 * workload(name)["spec"].get("replicas", 1)
                for container in containers_of(pod(name)):
                    one = amount(container["resources"][group][what])
                    assert one <= amount(ceiling[what])
                    needed += times * one
            assert needed <= amount(hard[f"{group}.{what}"]), (group, what, needed)


def test_the_namespace_refuses_what_is_not_restricted() -> None:
    (namespace,) = of_kind("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for document in BASE:
        if document is not namespace:
            assert document["metadata"]["namespace"] == namespace["metadata"]["name"]


def test_nothing_comes_in_or_goes_out_that_no_policy_names() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind("NetworkPolicy")}
    closed = policies.pop("default-deny")
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, spec in policies.items():
        assert spec["podSelector"].get("matchLabels"), name
        for kind, side in (("ingress", "from"), ("egress", "to")):
            assert (kind in spec) is (kind.capitalize() in spec["policyTypes"]), name
            for rule in spec.get(kind, ()):
                assert rule["ports"], name
                assert rule[side], name
                for peer in rule[side]:
                    assert "ipBlock" not in peer, name
                    assert all(selector["matchLabels"] for selector in peer.values()), name


def test_only_the_web_server_is_reached_and_only_it_reaches_redis() -> None:
    into = [
        (name, rule["ports"])
        for one in of_kind("NetworkPolicy")
        for rule in one["spec"].get("ingress", ())
        for name in WORKLOADS
        if selects(one["spec"]["podSelector"], name)
    ]
    (container,) = containers_of(pod("web"))
    port = container["ports"][0]["containerPort"]
    assert into == [("web", [{"protocol": "TCP", "port": port}])]
    to_redis = [
        name
        for one in of_kind("NetworkPolicy")
        for rule in one["spec"].get("egress", ())
        for name in WORKLOADS
        if {"protocol": "TCP", "port": 6379} in rule["ports"]
        and selects(one["spec"]["podSelector"], name)
    ]
    assert to_redis == ["web"]
    service = named("Service", "web")["spec"]
    assert service["type"] == "ClusterIP"
    assert selects({"matchLabels": service["selector"]}, "web")


@each_workload
def test_every_setting_is_known_and_every_secret_is_a_mounted_file(name: str) -> None:
    assert not of_kind("Secret")
    (container,) = containers_of(pod(name))
    given = dict(named("ConfigMap", "checklist-settings")["data"])
    given |= {one["name"]: one["value"] for one in container.get("env", ())}
    assert set(given) <= known_names()
    (mounted,) = (one["secret"] for one in pod(name)["volumes"] if "secret" in one)
    (place,) = (one for one in container["volumeMounts"] if one["name"] == "secrets")
    assert place["readOnly"] is True
    assert mounted["defaultMode"] == 0o440
    files = {f"{place['mountPath']}/{item['path']}" for item in mounted["items"]}
    assert {value for key, value in given.items() if key.endswith("_FILE")} == files
    for key in given:
        is_secret = key.endswith(("_KEY", "_PASSWORD", "_URL")) and key != f"{PREFIX}BASE_URL"
        assert not is_secret, key


@each_workload
def test_what_a_container_starts_is_a_command_of_ours(name: str) -> None:
    (container,) = containers_of(pod(name))
    program, *arguments = container["args"]
    assert program == "checklist"
    assert run([*arguments, "--help"]) == 0


def test_probes_of_the_web_server_ask_public_pages() -> None:
    (container,) = containers_of(pod("web"))
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        path = container[probe]["httpGet"]["path"].removeprefix("/")
        assert POLICY[f"health.{path}"] is Audience.EVERYBODY
        assert container[probe]["httpGet"]["port"] == container["ports"][0]["name"]


@pytest.mark.parametrize("probe", ["readinessProbe", "livenessProbe"])
@pytest.mark.parametrize(("age", "is_well"), [(0, True), (1700, True), (1900, False)])
def test_the_worker_is_well_while_it_turns(
    tmp_path: Path, probe: str, age: int, *, is_well: bool
) -> None:
    (container,) = containers_of(pod("worker"))
    turn = container["args"][container["args"].index("--turn-file") + 1]
    _, *rest = container[probe]["exec"]["command"]
    assert turn in rest[-1]
    file = tmp_path / "turn"
    ask = [sys.executable, *(one.replace(turn, str(file)) for one in rest)]
    assert subprocess.run(ask, check=False, capture_output=True).returncode != 0
    file.touch()
    moment = time.time() - age
    os.utime(file, (moment, moment))
    assert (subprocess.run(ask, check=False, capture_output=True).returncode == 0) is is_well


def test_admission_takes_what_is_delivered() -> None:
    policies = documents("admission")
    bound = {
        one["spec"]["policyName"]: one["spec"]
        for one in policies
        if one["kind"] == "ValidatingAdmissionPolicyBinding"
    }
    (namespace,) = of_kind("Namespace")
    for one in policies:
        if one["kind"] == "ValidatingAdmissionPolicy":
            assert one["spec"]["failurePolicy"] == "Fail"
            binding = bound.pop(one["metadata"]["name"])
            assert binding["validationActions"] == ["Deny"]
            wanted = binding["matchResources"]["namespaceSelector"]["matchLabels"].items()
            assert wanted <= namespace["metadata"]["labels"].items()
    assert not bound
    rules = [
        rule["expression"]
        for one in policies
        if one["metadata"]["name"] == "checklist-pods" and "validations" in one["spec"]
        for rule in one["spec"]["validations"]
    ]
    pattern = re.search(r"matches\('(.+?)'\)", rules[0])
    registry = re.search(r"startsWith\('(.+?)'\)", rules[1])
    assert pattern
    assert registry
    for name in WORKLOADS:
        for container in containers_of(pod(name)):
            assert re.search(pattern[1], container["image"])
            assert container["image"].startswith(registry[1])
