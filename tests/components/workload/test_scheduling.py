"""Where pods may run, and how they are spread."""

from __future__ import annotations

import pytest

from emqx_gitops.environment.loader import Refused
from tests.builds import Builder, loaded_of

KINDS = ("statefulset", "deployment", "pod")


@pytest.mark.parametrize("kind", KINDS)
def test_pods_are_spread_over_machines(built: Builder, kind: str) -> None:
    """Softly, so that a small cluster still runs them."""
    (constraint,) = built(f"workload: {{kind: {kind}}}").pod["topologySpreadConstraints"]

    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["maxSkew"] == 1


def test_spread_is_strict_where_asked(built: Builder) -> None:
    """Zones can be the domains, and a pod may rather wait than share one."""
    asked = "workload: {spread: {over: topology.kubernetes.io/zone, required: true}}"
    (constraint,) = built(asked).pod["topologySpreadConstraints"]

    assert constraint["topologyKey"] == "topology.kubernetes.io/zone"
    assert constraint["whenUnsatisfiable"] == "DoNotSchedule"


@pytest.mark.parametrize("kind", KINDS)
def test_scheduling_reaches_the_pods(built: Builder, kind: str) -> None:
    """Every workload's pods take what is said of machines, priority, time and annotations."""
    result = built(
        f"""
        workload:
          kind: {kind}
          nodeSelector: {{disk: ssd}}
          tolerations: [{{key: broker, operator: Exists, effect: NoSchedule}}]
          priorityClassName: high
          gracePeriodSeconds: 600
          annotations: {{example.com/a: b}}
        """
    )

    assert result.pod["nodeSelector"] == {"disk": "ssd"}
    assert result.pod["tolerations"] == [
        {"key": "broker", "operator": "Exists", "effect": "NoSchedule"}
    ]
    assert result.pod["priorityClassName"] == "high"
    assert result.pod["terminationGracePeriodSeconds"] == 600
    annotations = result.template["metadata"]["annotations"]
    assert annotations["example.com/a"] == "b"
    assert annotations["kubectl.kubernetes.io/default-container"] == "emqx"


@pytest.mark.parametrize("kind", ["statefulset", "deployment"])
def test_waiting_between_nodes_can_be_longer(built: Builder, kind: str) -> None:
    """The next node is touched when the one before has been ready for so long."""
    result = built(f"workload: {{kind: {kind}, minReadySeconds: 120}}")

    assert result.workload["spec"]["minReadySeconds"] == 120


@pytest.mark.parametrize(
    "toleration",
    [
        "{key: a, operator: Exists, value: b}",
        "{value: b}",
        "{key: a, tolerationSeconds: 60}",
        "{key: a, effect: NoSchedule, tolerationSeconds: 60}",
    ],
)
def test_tolerations_that_kubernetes_refuses_are_refused(toleration: str) -> None:
    """The API server's own rules, before it sees them."""
    with pytest.raises(Refused):
        loaded_of(f"workload: {{tolerations: [{toleration}]}}")


def test_the_kind_may_be_left_out(built: Builder) -> None:
    """Scheduling alone is about the StatefulSet that is the default."""
    assert built("workload: {nodeSelector: {a: b}}").workload["kind"] == "StatefulSet"
