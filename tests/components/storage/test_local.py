"""A disk of one Kubernetes node for each EMQX node."""

from __future__ import annotations

import pytest

from tests.builds import Builder, codes, loaded_of


def local(nodes: str, replicas: int = 3) -> str:
    """Return an environment with disks on *nodes*."""
    storage = f"storage: {{type: local, nodes: [{nodes}], path: /var/lib/emqx, size: 10Gi}}"
    return f"emqx: {{replicas: {replicas}}}\n{storage}"


def test_the_order_of_machines_is_the_ordinal(built: Builder) -> None:
    """Each volume is pinned to its machine, and with it the pod that claims it."""
    volumes = built(local("c, a, b")).of("PersistentVolume")

    pinned = {}
    for each in volumes:
        (term,) = each["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        (expression,) = term["matchExpressions"]
        assert expression["key"] == "kubernetes.io/hostname"
        pinned[each["spec"]["claimRef"]["name"]] = expression["values"]
    assert pinned == {"data-emqx-0": ["c"], "data-emqx-1": ["a"], "data-emqx-2": ["b"]}
    assert [each["spec"]["local"]["path"] for each in volumes] == [
        f"/var/lib/emqx/emqx-demo/emqx-{ordinal}" for ordinal in range(3)
    ]


def test_machines_to_spare_have_no_volume_yet(built: Builder) -> None:
    """Machines may be named before the cluster grows to them."""
    assert len(built(local("a, b, c, d")).of("PersistentVolume")) == 3


def test_each_machine_is_prepared_by_a_line() -> None:
    """The kubelet does not make local folders."""
    resolved = loaded_of(local("a", 1)).resolved

    assert resolved.asked.storage.prepare(resolved.site) == (
        (
            "ssh a 'mkdir -p /var/lib/emqx/emqx-demo/emqx-0"
            " && chown 1000:1000 /var/lib/emqx/emqx-demo/emqx-0'"
        ),
    )
    assert resolved.asked.storage.locations(resolved.site) == (
        "local://a/var/lib/emqx/emqx-demo/emqx-0",
    )


@pytest.mark.parametrize(("nodes", "code"), [("a, b", "EG503"), ("a, b, a", "EG504")])
def test_every_node_needs_a_machine_of_its_own(nodes: str, code: str) -> None:
    """A pod without a volume stays Pending; two on one machine fail together."""
    assert codes(local(nodes)) == {code}
