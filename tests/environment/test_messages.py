"""What people are told about the mistakes that they make, to the column."""
# ruff: noqa: E501  (one mistake, one line)

from __future__ import annotations

import pytest

from emqx_gitops.environment.loader import Loaded, Refused, load, load_clusters, read
from emqx_gitops.findings import Finding

FILE = "overlays/demo/environment.yaml"
LEAST = {
    "emqx": "emqx: {version: 5.8.9, replicas: 1}",
    "storage": "storage: {type: ephemeral}",
}

# One line of a file with its mistake, the column at fault, what is said, how to mend it.
ENVIRONMENTS = [
    # The version, which is two numbers to YAML where it is not written in full.
    ("emqx: {version: 5.8}", 17, "emqx.version: 5.8 is not a full version", "write a full version such as `5.8.9`"),
    ("emqx: {version: 5}", 17, "emqx.version: 5 is not a full version", "write a full version such as `5.8.9`"),
    ("emqx: {version: v5.8.9}", 17, "emqx.version: 'v5.8.9' is not a full version", "write a full version such as `5.8.9`"),
    ("emqx: {version: null}", 17, "emqx.version: has no value", "write `version`: a full version such as `5.8.9`"),
    ("emqx: {version: [5, 8]}", 17, "emqx.version: a list is not a full version", "write a full version such as `5.8.9`"),
    ("emqx: {replicas: 1}", 7, "emqx.version is missing", "write `version`: a full version such as `5.8.9`"),
    ("emqx: 5.8.9", 7, "emqx: '5.8.9' is not a mapping", "write `{version: 5.8.9}`"),
    ("emqx:", 6, "emqx: has no value", "write `emqx` with `version`"),
    # Words among words.
    ("emqx: {version: 5.8.9, edition: opensorce}", 33, "emqx.edition: 'opensorce' is none of opensource, enterprise, edge", "did you mean `opensource`?"),
    ("storage: {type: efemeral}", 17, "storage.type: 'efemeral' is none of ephemeral, storageClass, nfs, local, existingClaim", "did you mean `ephemeral`?"),
    ("exposure: {type: NodePort}", 18, "exposure.type: 'NodePort' is none of clusterIp, nodePort, loadBalancer", "did you mean `nodePort`?"),
    ("exposure: {type: loadBalancer, provider: amazon}", 42, "exposure.provider: 'amazon' is none of aws, gcp, azure, metallb, other", "write aws, gcp, azure, metallb or other"),
    ("exposure: {type: loadBalancer, tls: {terminateAt: haproxi}}", 51, "exposure.tls.terminateAt: 'haproxi' is none of none, listener, haproxy, nginx, cloud", "did you mean `haproxy`?"),
    ("discovery: {strategy: kubernetes}", 23, "discovery.strategy: 'kubernetes' is none of dns, k8s, static, singleton", "did you mean `k8s`?"),
    ("discovery: {strategy: k8s, addressType: host}", 41, "discovery.addressType: 'host' is none of hostname, ip, dns", "did you mean `hostname`?"),
    ("workload: {tolerations: [{key: x, effect: noschedule}]}", 43, "workload.tolerations.0.effect: 'noschedule' is none of NoSchedule, PreferNoSchedule, NoExecute", "did you mean `NoSchedule`?"),
    ("kind: Enviroment", 7, "kind: 'Enviroment' is not Environment", "write Environment"),
    ("apiVersion: v1", 13, "apiVersion: 'v1' is not emqx-gitops/v1", "write emqx-gitops/v1"),
    # A choice that does not say which, or is written as its name alone.
    ("storage: {size: 1Gi}", 10, "storage: does not say its `type`", "write `type`: ephemeral, storageClass, nfs, local or existingClaim"),
    ("storage:", 9, "storage: has no value", "write `storage` with `type`: ephemeral, storageClass, nfs, local or existingClaim"),
    ("storage: ephemeral", 10, "storage: 'ephemeral' is not a mapping", "write `{type: ephemeral}`"),
    ("storage: [a]", 10, "storage: a list is not a mapping", "write a mapping with `type`"),
    ("exposure: {type: loadBalancer, tls: haproxy}", 37, "exposure.tls: 'haproxy' is not a mapping", "write `{terminateAt: haproxy}`"),
    ("exposure: {type: loadBalancer, tls: {secretName: x}}", 37, "exposure.tls: does not say its `terminateAt`", "write `terminateAt`: none, listener, haproxy, nginx or cloud"),
    ("workload: deployment", 11, "workload: 'deployment' is not a mapping", "write `{kind: deployment}`"),
    ("discovery: k8s", 12, "discovery: 'k8s' is not a mapping", "write `{strategy: k8s}`"),
    # Fields that do not exist, or not here.
    ("emqx: {version: 5.8.9, replica: 3}", 24, "emqx has no field `replica`", "did you mean `replicas`?"),
    ("storage: {type: storageClass, storageClassName: fast, size: 1Gi}", 31, "storage has no field `storageClassName`", "did you mean `class`?"),
    ("storage: {type: ephemeral, path: /x}", 28, "storage has no field `path`", "remove it; only `type` nfs or local has it"),
    ("exposure: {type: nodePort, provider: aws}", 28, "exposure has no field `provider`", "remove it; only `type` loadBalancer has it"),
    ("exposure: {type: loadBalancer, tls: {terminateAt: haproxy, clientCa: {secretName: x}}}", 60, "exposure.tls has no field `clientCa`", "did you mean `clientCA`?"),
    ("emqx: {version: 5.8.9, listeners: {mqt: true}}", 36, "emqx.listeners has no field `mqt`", "did you mean `mqtt`?"),
    ("emqx: {version: 5.8.9, listeners: {mqtt: {prt: 1884}}}", 43, "emqx.listeners.mqtt has no field `prt`", "did you mean `port`?"),
    ("emqx: {version: 5.8.9, settings: {A: {secretname: x, key: k}}}", 39, "emqx.settings.A has no field `secretname`", "did you mean `secretName`?"),
    ("namespace: {name: x, lables: {}}", 22, "namespace has no field `lables`", "did you mean `labels`?"),
    ("spec: {}", 1, "an environment has no field `spec`", "known fields: apiVersion, cluster, credentials, discovery, emqx, exposure, ignore, images, kind, metrics, namespace, network, protect, storage, workload"),
    # Fields that are missing further down.
    ("storage: {type: existingClaim}", 10, "storage.claimName is missing", "write `claimName`: an object's name: lower-case letters, digits, `-` and `.`"),
    ("emqx: {version: 5.8.9, resources: {cpu: 2}}", 35, "emqx.resources.memory is missing", "write `memory`: a quantity such as `500m`, `2` or `4Gi`"),
    ("emqx: {version: 5.8.9, settings: {A: {secretName: x}}}", 38, "emqx.settings.A.key is missing", "write `key`: a key of a Secret: letters, digits, `-`, `_` and `.`"),
    ("exposure: {type: loadBalancer, tls: {terminateAt: haproxy, issuer: {name: le}}}", 68, "exposure.tls.issuer.dnsNames is missing", "write `dnsNames`: Names that clients connect to."),
    ("namespace: {create: false}", 12, "namespace.name is missing", "write `name`: a DNS label: lower-case letters, digits and `-`"),
    # Numbers and switches are taken as they are.
    ("emqx: {version: 5.8.9, replicas: 0}", 34, "emqx.replicas: 0 is not a whole number from 1 to 31", "write a whole number from 1 to 31"),
    ("emqx: {version: 5.8.9, replicas: 3.5}", 34, "emqx.replicas: 3.5 is not a whole number from 1 to 31", "write a whole number from 1 to 31"),
    ("emqx: {version: 5.8.9, replicas: true}", 34, "emqx.replicas: true is not a whole number from 1 to 31", "write a whole number from 1 to 31"),
    ('emqx: {version: 5.8.9, replicas: "3"}', 34, "emqx.replicas: '3' is not a whole number from 1 to 31", "write 3 without quotes"),
    ("protect: 1", 10, "protect: 1 is not true or false", "write true or false"),
    ('protect: "yes"', 10, "protect: 'yes' is not true or false", "write true or false"),
    ("emqx: {version: 5.8.9, resources: {cpu: -1, memory: 4Gi}}", 41, "emqx.resources.cpu: -1 is not a quantity", "write a quantity such as `500m`, `2` or `4Gi`"),
    ("emqx: {version: 5.8.9, resources: {cpu: 2, memory: 4GB}}", 52, "emqx.resources.memory: '4GB' is not a quantity", "did you mean `4Gi`?"),
    ("exposure: {type: loadBalancer, annotations: {a: true}}", 49, "exposure.annotations.a: true is not text", 'write it in quotes: "true"'),
    ("exposure: {type: nodePort, nodePorts: {mqtt: 99999}}", 46, "exposure.nodePorts.mqtt: 99999 is not a whole number from 1 to 65535", "write a whole number from 1 to 65535"),
    ("exposure: {type: nodePort, nodePorts: {mqt: 31000}}", 40, "exposure.nodePorts.mqt: 'mqt' is none of mqtt, mqtts, ws, wss, dashboard, management", "did you mean `mqtt`?"),
    # What may be several things.
    ("emqx: {version: 5.8.9, listeners: {mqtt: 80}}", 42, "emqx.listeners.mqtt: 80 is not a whole number from 1024 to 65535", "write a whole number from 1024 to 65535"),
    ("emqx: {version: 5.8.9, listeners: {mqtt: {port: 1}}}", 49, "emqx.listeners.mqtt.port: 1 is not a whole number from 1024 to 65535", "write a whole number from 1024 to 65535"),
    ("emqx: {version: 5.8.9, listeners: {mqtt: open}}", 42, "emqx.listeners.mqtt: 'open' is not true, false, a whole number from 1024 to 65535 or a mapping", "write true, false, a whole number from 1024 to 65535 or a mapping of fields such as `port` and `public`"),
    ("emqx: {version: 5.8.9, settings: {A: [1]}}", 38, "emqx.settings.A: a list is not a mapping or text", "write a mapping with `secretName` and `key` or text"),
    ("namespace: Emqx_Prod", 12, "namespace: 'Emqx_Prod' is not a DNS label", "write a DNS label: lower-case letters, digits and `-`"),
    ("namespace: [x]", 12, "namespace: a list is not a DNS label or a mapping", "write a DNS label or a mapping with `name`"),
    # Lists and mappings, one for the other.
    ("storage: {type: local, nodes: worker-1, path: /x, size: 1Gi}", 31, "storage.nodes: 'worker-1' is not a list", "write a list: `[worker-1]`"),
    ("storage: {type: local, nodes: [], path: /x, size: 1Gi}", 31, "storage.nodes: has too few entries", "write at least 1"),
    ("storage: {type: local, nodes: [a, null], path: /x, size: 1Gi}", 35, "storage.nodes.1: has no value", "write an object's name: lower-case letters, digits, `-` and `.`"),
    ("emqx: {version: 5.8.9, listeners: [mqtt]}", 35, "emqx.listeners: a list is not a mapping", "write a mapping of fields such as `mqtt`, `mqtts`, `ws`, `wss`, `dashboard` and `management`"),
    ("workload: {tolerations: {key: x}}", 25, "workload.tolerations: a mapping is not a list", "write a list"),
    ("ignore: [EG302]", 10, "ignore.0: 'EG302' is not a mapping", "write a mapping with `rule` and `reason`"),
    # Text of a form.
    ("storage: {type: local, nodes: [a], path: /x/, size: 1Gi}", 42, "storage.path: '/x/' is not an absolute path", "write an absolute path such as `/srv/emqx`: no spaces, no `..`, no slash at its end"),
    ("exposure: {type: loadBalancer, sourceRanges: [10.0.0.0]}", 47, "exposure.sourceRanges.0: '10.0.0.0' is not a network", "write a network such as `203.0.113.0/24`"),
    ("exposure: {type: loadBalancer, annotations: {'a b': x}}", 46, "exposure.annotations.a b: 'a b' is not a label key", "write a label key such as `example.com/name`"),
    ("emqx: {version: 5.8.9, image: {tag: a b}}", 37, "emqx.image.tag: 'a b' is not an image tag", "write an image tag such as `5.8.9`: letters, digits, `-`, `_` and `.`"),
    ("ignore: [{rule: EG302, reason: ok}]", 32, "ignore.0.reason: is too short: 'ok'", "write at least 8 characters"),
    (f"namespace: {'a' * 64}", 12, "namespace: is too long: 64 characters", "write at most 63"),
    # What only the fields together tell.
    ("emqx: {version: 5.8.9, image: {}}", 31, "emqx.image: names no image", "give a repository, a tag or a digest"),
    ("storage: {type: nfs, server: a, size: 1Gi}", 10, "storage: does not say where data lies", "give server and path, or else class"),
    # Clusters.
    ("cluster: labb", 10, "there is no cluster 'labb'", "write `lab`"),
    ("cluster: [lab]", 10, "cluster: a list is not a DNS label", "write a DNS label: lower-case letters, digits and `-`"),
]  # fmt: skip

# Likewise, of a cluster in clusters.yaml.
CLUSTERS = [
    ("x", 8, "clusters.lab: 'x' is not a mapping", "write a mapping of fields such as `kubernetes`, `domain`, `nodePortRange`, `registry`, `provider` and `ref`"),
    ("{kubernetes: 1.30}", 21, "clusters.lab.kubernetes: 1.3 is not a minor version of Kubernetes", "write a minor version of Kubernetes such as `1.33`, in quotes"),
    ('{kubernetes: "1.20"}', 8, "clusters.lab: Kubernetes 1.20 is not supported", "write 1.29 to 1.37"),
    ("{nodePortRange: 32767-30000}", 8, "clusters.lab: nodePortRange 32767-30000 is no range", "write the lower port first"),
    ("{flux: true}", 15, "clusters.lab.flux: true is not a mapping", "write a mapping of fields such as `source`, `path`, `namespace`, `interval`, `serviceAccount` and `decryption`"),
    ("{defualts: {}}", 9, "clusters.lab has no field `defualts`", "did you mean `defaults`?"),
    ("{defaults: {cluster: lab}}", 8, "clusters.lab: defaults name a cluster", "remove it there: they are those of this cluster"),
    ("{defaults: {emqx: {replica: 3}}}", 27, "emqx has no field `replica`", "did you mean `replicas`?"),
    ("{defaults: {emqx: {replicas: 99}}}", 37, "emqx.replicas: 99 is not a whole number from 1 to 31", "write a whole number from 1 to 31"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "column", "message", "fix"), ENVIRONMENTS)
def test_mistake_in_environment(line: str, column: int, message: str, fix: str) -> None:
    """A mistake is named in one sentence at its line and column, with the way out."""
    field = line.partition(":")[0]
    lines = [*(text for name, text in LEAST.items() if name != field), line]

    (finding,) = refused("\n".join(lines))

    where = finding.where
    assert (where.file, where.line, where.column) == (FILE, len(lines), column)
    assert (finding.message, finding.fix) == (message, fix)


@pytest.mark.parametrize(("cluster", "column", "message", "fix"), CLUSTERS)
def test_mistake_in_clusters(cluster: str, column: int, message: str, fix: str) -> None:
    """A mistake in clusters.yaml, defaults of environments included, is named there."""
    text = "\n".join([*LEAST.values(), "cluster: lab"]).replace(", replicas: 1", "")

    (finding,) = refused(text, clusters=f"clusters:\n  lab: {cluster}\n")

    where = finding.where
    assert (where.file, where.line, where.column) == ("overlays/clusters.yaml", 2, column)
    assert (finding.message, finding.fix, where.environment) == (message, fix, "")


def test_all_at_once() -> None:
    """All mistakes of a file are told together, in the order of the file."""
    found = refused(
        "emqx: {version: x, replicas: many}\nstorage: {type: z}\nexposure: {}\nspec: 1\n"
    )

    assert [(each.where.line, each.where.column) for each in found] == [
        (1, 17),
        (1, 30),
        (2, 17),
        (3, 11),
        (4, 1),
    ]


def test_unknown_cluster_hides_nothing_else() -> None:
    """Beside an unknown cluster other mistakes are told, but not what its defaults may hold."""
    found = refused("cluster: x\nemqx: {replica: 1}\nspec: 1\n")

    assert [each.message for each in found] == [
        "there is no cluster 'x'",
        "emqx has no field `replica`",
        "an environment has no field `spec`",
    ]


def test_block_style_points_at_the_line() -> None:
    """In block style each mistake has a line of its own."""
    text = (
        "emqx:\n  version: 5.8.9\n  listeners:\n    mqtt:\n      port: 0\nstorage:\n  type: nfs\n"
    )

    found = refused(text)

    assert [(f.where.line, f.where.column, f.where.path) for f in found] == [
        (5, 13, "emqx.listeners.mqtt.port"),
        (7, 3, "storage"),
    ]


def refused(text: str, *, clusters: str = "clusters: {lab: {}, default: {}}\n") -> list[Finding]:
    """Return what is wrong with an environment or the clusters, which must be something."""
    with pytest.raises(Refused) as caught:
        loaded(text, clusters)
    return list(caught.value.findings)


def loaded(text: str, clusters: str) -> Loaded:
    """Return the environment in *text*."""
    known, places = load_clusters(clusters.encode())
    return load("demo", read(text.encode(), FILE, "demo"), FILE, known, places)
