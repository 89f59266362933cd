"""What nodes see, call themselves and find, where only unusual clusters would show it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from emqx_gitops.manifests import Manifest
from tests.cluster.discovery import ekka, entrypoint, kubelet

POD: Manifest = {
    "metadata": {"name": "emqx-0", "namespace": "broker", "uid": "1"},
    "spec": {"subdomain": "emqx-headless", "hostname": "emqx-0"},
    "status": {"podIP": "10.0.0.1"},
}
PLACE = entrypoint.Place("emqx-0", "10.0.0.1", kubelet.hosts_entry(POD, "cluster.local"), v4=False)


def find(kind: str, name: str) -> Manifest | None:
    """Look up in a namespace with one object of each kind."""
    data = {
        "ConfigMap": {"A": "map", "B": "$(A)"},
        "Secret": {"A": base64.b64encode(b"x").decode()},
    }
    return {"kind": kind, "data": data[kind]} if name == "here" else None


def see(*env: Manifest, sources: Sequence[Manifest] = ()) -> dict[str, str]:
    """Return the variables of a container."""
    return kubelet.variables(POD, {"env": list(env), "envFrom": list(sources)}, find)


def test_env_wins_and_expands_what_is_known() -> None:
    """`envFrom` is known to `env` but not expanded itself; what follows is not known."""
    seen = see(
        {"name": "A", "value": "$(A)!"},
        {"name": "C", "value": "$(D)$$(A)$(A)"},
        {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        sources=[{"configMapRef": {"name": "here"}}],
    )

    assert seen == {"A": "map!", "B": "$(A)", "C": "$(D)$(A)map!", "D": "10.0.0.1"}


def test_a_prefix_and_what_is_optional() -> None:
    """Names get the prefix of their source; what is optional may be missing."""
    optional = {"secretKeyRef": {"name": "gone", "key": "A", "optional": True}}
    sources: list[Manifest] = [
        {"prefix": "X_", "secretRef": {"name": "here"}},
        {"configMapRef": {"name": "gone", "optional": True}},
    ]

    assert see({"name": "B", "valueFrom": optional}, sources=sources) == {"X_A": "x"}


@pytest.mark.parametrize(("name", "key"), [("gone", "A"), ("here", "Z")])
def test_a_container_does_not_start_without_what_it_needs(name: str, key: str) -> None:
    """A missing object or key is an error of the container."""
    reference = {"configMapKeyRef": {"name": name, "key": key}}

    with pytest.raises(kubelet.CannotStartError):
        see({"name": "A", "valueFrom": reference})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, "emqx@10.0.0.1"),
        ({"EMQX_NODE__NAME": "a@b"}, "a@b"),
        ({"EMQX_NAME": "mqtt", "EMQX_HOST": "h"}, "mqtt@h"),
    ],
)
def test_names_that_need_no_discovery(seen: Mapping[str, str], expected: str) -> None:
    """A name that is given wins over one that is worked out."""
    assert entrypoint.own_name(seen, PLACE) == expected


def test_the_image_finds_its_name_in_the_hosts_file() -> None:
    """By `hostname` it takes what the kubelet wrote, and ends where that is not what it wants."""
    seen = {
        "EMQX_CLUSTER__DISCOVERY_STRATEGY": "k8s",
        "EMQX_CLUSTER__K8S__ADDRESS_TYPE": "hostname",
        "EMQX_CLUSTER__K8S__NAMESPACE": "broker",
    }

    assert entrypoint.own_name(seen, PLACE) == "emqx@emqx-0.emqx-headless.broker.svc.cluster.local"
    with pytest.raises(entrypoint.NoBootError):
        entrypoint.own_name(seen | {"EMQX_CLUSTER__K8S__NAMESPACE": "other"}, PLACE)


@dataclass
class Asked:
    """Answers nothing, and remembers what it was asked."""

    questions: list[tuple[str, ...]] = field(default_factory=list)

    def endpoints(self, *question: str) -> Mapping[str, Any]:
        """Answer with one address that is not ready."""
        self.questions.append(question)
        return {"subsets": [{"notReadyAddresses": [{"ip": "10.0.0.2"}]}]}

    def addresses(self, name: str) -> Sequence[str]:
        """Answer with none."""
        self.questions.append((name,))
        return []

    def targets(self, name: str) -> Sequence[str]:
        """Answer with none."""
        return self.addresses(name)


@pytest.mark.parametrize(
    ("v4", "strategy", "asked"),
    [
        (False, "k8s", (ekka.IN_CLUSTER, "default", "emqx")),
        (True, "k8s", ("", "default", "")),
        (False, "dns", ("localhost",)),
    ],
)
def test_defaults_lead_nowhere(v4: bool, strategy: str, asked: tuple[str, ...]) -> None:  # noqa: FBT001
    """What EMQX asks where nothing is said; addresses that are not ready are no answer."""
    key = "EMQX_CLUSTER__DISCOVERY" if v4 else "EMQX_CLUSTER__DISCOVERY_STRATEGY"
    world = Asked()

    assert ekka.discovered({key: strategy}, "emqx@h", world, v4=v4) == frozenset()
    assert world.questions == [asked]


def test_a_round_needs_everybody_and_nobody_else() -> None:
    """Finding oneself is not enough, nor is finding more than there are."""
    own = {"a": "emqx@a", "b": "emqx@b"}
    both = frozenset(own.values())

    assert ekka.round_problems(dict.fromkeys(own, both), own) == []
    assert ekka.round_problems({"a": frozenset({"emqx@a"}), "b": both}, own)
    assert ekka.round_problems({"a": both | {"emqx@c"}, "b": both}, own)
    assert ekka.round_problems({"a": both, "b": "403"}, own)
    assert ekka.round_problems({"a": both, "b": both}, {"a": "emqx@a", "b": "emqx@a"})
    assert ekka.round_problems({}, {})
