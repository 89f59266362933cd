"""Rules on Services; `services` and `reach` find what breaks them."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

ADDRESS = EffectRule(
    code="EG820",
    name="cluster-ip-immutable",
    outcome=Outcome.REFUSED,
    what="The cluster IP of a Service changes, or the Service becomes headless.",
    why="Clients keep the address; the first cluster IP of a Service may not change.",
    fix="Delete the Service and apply again. Its clients are cut off in between:",
    source="pkg/apis/core/validation validateUpgradeDowngradeClusterIPs (v1.36.3)",
)

KEPT = EffectRule(
    code="EG821",
    name="allocated-value-kept",
    outcome=Outcome.NONE,
    what="A cluster IP or node port is left out of the manifest, and the Service keeps it.",
    why="The API server fills in what the Service had where the new one says nothing.",
    fix="Write another value, or delete the Service first, to be rid of it.",
    source="pkg/registry/core/service/storage patchAllocatedValues (v1.36.3)",
)

NODE_PORT_FREED = EffectRule(
    code="EG822",
    name="node-port-changed",
    outcome=Outcome.INTERRUPTION,
    what="A Service answers at another node port.",
    why="The old port is free, and clients and balancers that use it are refused.",
    fix="Keep the port, or change clients and firewalls first.",
    source="Kubernetes documentation, Services (NodePort)",
)

NODE_PORT_REFUSED = EffectRule(
    code="EG823",
    name="node-port-refused",
    outcome=Outcome.REFUSED,
    what="A node port is asked for that is taken or out of range, or by a type without any.",
    why="A node has each port once, and only NodePort and LoadBalancer have any.",
    fix="Choose a free port, or leave it out.",
    source="Kubernetes documentation, Services (choosing your own port)",
)

TYPE_BOUND = EffectRule(
    code="EG824",
    name="field-not-for-type",
    outcome=Outcome.REFUSED,
    what="A Service has a field that its type may not have, or may not change.",
    why="Source ranges, traffic policy and class belong to Services that face outwards.",
    fix="Remove the field, or keep the type.",
    source="pkg/apis/core/validation ValidateService (v1.36.3)",
)

BALANCER_GONE = EffectRule(
    code="EG825",
    name="load-balancer-removed",
    outcome=Outcome.INTERRUPTION,
    what="A Service of type LoadBalancer becomes another type.",
    why="The cloud deletes the balancer, and its address is given to others.",
    fix="Make a second Service, move clients and DNS, then change this one.",
    source="Kubernetes documentation, Services (LoadBalancer)",
)

EXPOSED = EffectRule(
    code="EG826",
    name="service-exposed",
    outcome=Outcome.WIDENED,
    what="A Service becomes reachable from outside of the cluster.",
    why="NodePort opens a port on every node, LoadBalancer an address of the network.",
    fix="Restrict it with loadBalancerSourceRanges, a NetworkPolicy or a firewall.",
    source="Kubernetes documentation, Services (publishing)",
)

TAKEN = EffectRule(
    code="EG827",
    name="service-withdrawn",
    outcome=Outcome.INTERRUPTION,
    what="A Service is no longer where its clients look for it.",
    why="With its type, its node ports or cluster IP go.",
    fix="Make a second Service, move clients, then change this one.",
    source="Kubernetes documentation, Services (type)",
)

PORT_GONE = EffectRule(
    code="EG828",
    name="service-port-removed",
    outcome=Outcome.INTERRUPTION,
    what="A Service does not have a port any more that it had.",
    why="Its clients at that port are refused at once.",
    fix="Move clients to the new port before the old one is removed.",
    source="Kubernetes documentation, Services (ports)",
)

RETARGETED = EffectRule(
    code="EG829",
    name="service-port-leads-elsewhere",
    outcome=Outcome.INTERRUPTION,
    what="A port of a Service leads to another port of the pods.",
    why="It changes at once, while pods take up a new port only as they restart.",
    fix="Let pods listen at both ports until the Service leads to the new one.",
    source="Kubernetes documentation, Services (targetPort)",
)

OPENED = EffectRule(
    code="EG870",
    name="source-ranges-widened",
    outcome=Outcome.WIDENED,
    what="A load balancer takes clients of more addresses than before.",
    why="loadBalancerSourceRanges lists whom it lets through; without it, everybody.",
    fix="List the ranges that clients come from, as narrow as can be.",
    source="Kubernetes documentation, Services (restricting access)",
)

NARROWED = EffectRule(
    code="EG871",
    name="source-ranges-narrowed",
    outcome=Outcome.INTERRUPTION,
    what="A load balancer refuses clients that it took before.",
    why="loadBalancerSourceRanges lists whom it lets through.",
    fix="Make sure that no client comes from the addresses that go.",
    source="Kubernetes documentation, Services (restricting access)",
)

LOCAL = EffectRule(
    code="EG872",
    name="only-nodes-with-pods-answer",
    outcome=Outcome.INTERRUPTION,
    what="A Service answers only on nodes that have one of its pods.",
    why="externalTrafficPolicy: Local drops what arrives at other nodes.",
    fix="Point clients at a load balancer with health checks, or at those nodes.",
    source="Kubernetes documentation, virtual IPs and proxies (traffic policies)",
)

CLUSTER = EffectRule(
    code="EG873",
    name="client-addresses-lost",
    outcome=Outcome.IN_PLACE,
    what="A Service hands connections on from any node, under the node's address.",
    why="externalTrafficPolicy: Cluster hides the client's address from the pods.",
    fix="Check rules and logs that use the address of clients.",
    source="Kubernetes documentation, virtual IPs and proxies (traffic policies)",
)

RULES = (
    ADDRESS,
    KEPT,
    NODE_PORT_FREED,
    NODE_PORT_REFUSED,
    TYPE_BOUND,
    BALANCER_GONE,
    EXPOSED,
    TAKEN,
    PORT_GONE,
    RETARGETED,
    OPENED,
    NARROWED,
    LOCAL,
    CLUSTER,
)
