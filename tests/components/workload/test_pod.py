"""One broker as a bare Pod."""

from __future__ import annotations

from tests.builds import Builder, codes

ASKED = "workload: {kind: pod}"


def test_it_has_the_name_that_a_set_would_give(built: Builder) -> None:
    """Hostname and subdomain give it a DNS name below the headless Service."""
    result = built(ASKED)

    assert result.workload["spec"]["hostname"] == "emqx"
    assert result.workload["spec"]["subdomain"] == "emqx-headless"


def test_controllers_replace_it(built: Builder) -> None:
    """Next to nothing of a Pod can change in place."""
    annotations = built(ASKED).workload["metadata"]["annotations"]

    assert annotations["kustomize.toolkit.fluxcd.io/force"] == "enabled"
    assert annotations["argocd.argoproj.io/sync-options"] == "Replace=true,Force=true"


def test_it_is_selected_like_any_broker(built: Builder) -> None:
    """Services and policy find it; there is nothing for a disruption budget to count."""
    result = built(ASKED)
    selector = result.one("Service", "emqx")["spec"]["selector"]

    assert selector.items() <= result.workload["metadata"]["labels"].items()
    assert not result.of("PodDisruptionBudget")


def test_more_than_one_is_refused() -> None:
    """Nothing would make a second one."""
    assert "EG201" in codes(f"{ASKED}\nemqx: {{replicas: 3}}\ndiscovery: {{strategy: dns}}")
