"""Services: each rule fires, and does not on the change next to it."""

from __future__ import annotations

from tests.review.effects.changes import drop, made, put, service
from tests.review.effects.rows import Row, by_code, codes_of

NODE_PORTS = service(
    type="NodePort", ports=[{"name": "mqtt", "port": 1883, "nodePort": 31883, "protocol": "TCP"}]
)
OTHER_PORT = made(
    "Service", name="other", spec={"type": "NodePort", "ports": [{"port": 1, "nodePort": 31884}]}
)
BALANCER = service(type="LoadBalancer", loadBalancerSourceRanges=["192.0.2.0/24"])

ROWS: list[Row] = [
    (
        "EG820",
        service(),
        put("spec", "clusterIP", "None"),
        put("spec", "sessionAffinity", "None"),
        (),
    ),
    (
        "EG821",
        service(clusterIP="None"),
        drop("spec", "clusterIP"),
        put("spec", "type", "ClusterIP"),
        (),
    ),
    (
        "EG821",
        NODE_PORTS,
        drop("spec", "ports", 0, "nodePort"),
        put("spec", "ports", 0, "nodePort", 31885),
        (),
    ),
    (
        "EG822",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 31885),
        put("spec", "ports", 0, "targetPort", 1883),
        (),
    ),
    (
        "EG823",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 31884),
        put("spec", "ports", 0, "nodePort", 31885),
        (OTHER_PORT,),
    ),
    (
        "EG823",
        NODE_PORTS,
        put("spec", "ports", 0, "nodePort", 80),
        put("spec", "ports", 0, "nodePort", 32767),
        (),
    ),
    (
        "EG824",
        service(),
        put("spec", "externalTrafficPolicy", "Local"),
        put("spec", "internalTrafficPolicy", "Local"),
        (),
    ),
    (
        "EG824",
        service(clusterIP="None"),
        put("spec", "type", "NodePort"),
        put("spec", "type", "ClusterIP"),
        (),
    ),
    (
        "EG824",
        BALANCER,
        put("spec", "loadBalancerClass", "a/b"),
        put("spec", "externalTrafficPolicy", "Local"),
        (),
    ),
    ("EG825", BALANCER, put("spec", "type", "ClusterIP"), put("spec", "ports", 0, "name", "x"), ()),
    ("EG826", service(), put("spec", "type", "NodePort"), put("spec", "type", "ClusterIP"), ()),
    (
        "EG827",
        NODE_PORTS,
        lambda m: (put("spec", "type", "ClusterIP")(m), drop("spec", "ports", 0, "nodePort")(m)),
        put("spec", "type", "LoadBalancer"),
        (),
    ),
    (
        "EG828",
        service(),
        put("spec", "ports", 0, "port", 1884),
        put("spec", "ports", 0, "name", "x"),
        (),
    ),
    (
        "EG829",
        service(),
        put("spec", "ports", 0, "targetPort", 1884),
        drop("spec", "ports", 0, "protocol"),
        (),
    ),
    (
        "EG849",
        service(),
        put("spec", "type", "ClusterIP"),
        put("spec", "sessionAffinity", "ClientIP"),
        (),
    ),
    (
        "EG870",
        BALANCER,
        drop("spec", "loadBalancerSourceRanges"),
        put("spec", "loadBalancerSourceRanges", ["192.0.2.0/25"]),
        (),
    ),
    (
        "EG871",
        BALANCER,
        put("spec", "loadBalancerSourceRanges", ["198.51.100.0/24"]),
        put("spec", "loadBalancerSourceRanges", ["192.0.0.0/16"]),
        (),
    ),
    (
        "EG872",
        BALANCER,
        put("spec", "externalTrafficPolicy", "Local"),
        put("spec", "externalTrafficPolicy", "Cluster"),
        (),
    ),
    (
        "EG873",
        service(type="NodePort", externalTrafficPolicy="Local"),
        drop("spec", "externalTrafficPolicy"),
        put("spec", "sessionAffinity", "ClientIP"),
        (),
    ),
]


@by_code(ROWS)
def test_a_rule_finds_its_change_and_not_the_next(row: Row) -> None:
    """Each rule is found by one edit, and not by a like one that does something else."""
    found, beside = codes_of(row)

    assert row[0] in found
    assert row[0] not in beside
