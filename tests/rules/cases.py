"""
For each rule the shortest environment that breaks it, and the same one mended.

`§` stands before the value or key that the finding must point to. An environment that says nothing
of EMQX or storage gets the usual ones at its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MARK = "§"


class Case(NamedTuple):
    """An environment that breaks one rule."""

    code: str
    wrong: str
    mended: str
    others: Mapping[str, str] = {}
    """Other environments beside it, by name; they come first."""
    name: str = "prod"
    mended_name: str = "prod"

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the mark; zeros where there is none."""
        before, mark, _ = self.wrong.partition(MARK)
        line = before.rpartition("\n")[2]
        return (before.count("\n") + 1, len(line) + 1) if mark else (0, 0)


def complete(text: str) -> str:
    """Return *text* without its mark, with what an environment must say."""
    text = text.replace(MARK, "")
    for field, usual in (("emqx", "{version: 5.8.9}"), ("storage", "{type: ephemeral}")):
        if f"{field}:" not in text:
            text += f"\n{field}: {usual}"
    return f"{text}\n"


def setting(text: str, version: str = "5.8.9", more: str = "") -> str:
    """Return an environment with one setting."""
    return f"emqx:\n  version: {version}\n  settings:\n    {text}\n{more}"


def listening(options: str, more: str = "", version: str = "5.8.9") -> str:
    """Return an environment with listeners."""
    return f"emqx:\n  version: {version}\n  listeners: {options}\n{more}"


def node_ports(fixed: str) -> str:
    """Return an exposure with fixed node ports."""
    return f"exposure: {{type: nodePort, nodePorts: {{{fixed}}}}}"


def ended(place: str) -> str:
    """Return an exposure where TLS ends at *place*."""
    return f"exposure: {{type: nodePort, tls: {{terminateAt: {place}}}}}"


def mutual(place: str) -> str:
    """Return an exposure where TLS ends at *place*, and clients show certificates."""
    return (
        f"exposure: {{type: nodePort, tls: {{terminateAt: {place}, clientCA: {{secretName: ca}}}}}}"
    )


V4 = "4.4.19"
OUTSIDE = "exposure: {type: nodePort}"
BALANCED = "type: loadBalancer, provider: aws"
CLOUD = "terminateAt: cloud, certificate: arn"
HEADERLESS = f"exposure: {{{BALANCED}, proxyProtocol: false, tls: {{{CLOUD}}}}}"

FORM = (
    Case("EG101", "cluster: default\n§cluster: default", "cluster: default"),
    Case(
        "EG102",
        "storage: {type: storageClass, §storageClass: nfs, size: 10Gi}",
        "storage: {type: storageClass, class: nfs, size: 10Gi}",
    ),
    Case("EG103", "emqx: §{replicas: 1}", "emqx: {version: 5.8.9, replicas: 1}"),
    Case("EG104", "emqx: {version: §5.8}", "emqx: {version: 5.8.9}"),
    Case("EG105", "cluster: §fra-1", "cluster: default"),
    Case("EG106", "", "", name="Prod_1", mended_name="prod-1"),
    Case("EG107", "ignore: [{rule: §EG308, reason: no longer}]", "ignore: []"),
    Case("EG108", "ignore: [{rule: §EG207, reason: it is fine}]", "ignore: []"),
    Case("EG109", "ignore: [{rule: §EG399, reason: it is fine}]", "ignore: []"),
)

COMBINATIONS = (
    Case(
        "EG201",
        "emqx: {version: 5.8.9, replicas: 3}\nworkload: {kind: §pod}",
        "emqx: {version: 5.8.9, replicas: 1}\nworkload: {kind: pod}",
    ),
    Case(
        "EG202",
        "emqx: {version: 5.8.9, replicas: 3}\ndiscovery: {strategy: §singleton}",
        "emqx: {version: 5.8.9, replicas: 3}\ndiscovery: {strategy: dns}",
    ),
    Case(
        "EG203",
        "workload: {kind: deployment}\ndiscovery: {strategy: k8s, addressType: §hostname}",
        "workload: {kind: deployment}\ndiscovery: {strategy: k8s, addressType: ip}",
    ),
    Case(
        "EG204",
        "discovery: {strategy: k8s, addressType: ip}\nstorage: {type: §storageClass, size: 9Gi}",
        "discovery: {strategy: k8s}\nstorage: {type: storageClass, size: 9Gi}",
    ),
    Case(
        "EG205",
        "exposure: {type: nodePort, tls: {terminateAt: §cloud, certificate: arn}}",
        f"exposure: {{{BALANCED}, tls: {{{CLOUD}}}}}",
    ),
    Case(
        "EG206",
        f"exposure: {{{BALANCED}, tls: {{{CLOUD}, clientCA: §{{secretName: ca}}}}}}",
        f"exposure: {{{BALANCED}, tls: {{terminateAt: haproxy, clientCA: {{secretName: ca}}}}}}",
    ),
    Case(
        "EG207",
        "storage: {type: existingClaim, claimName: §data}",
        "emqx: {version: 5.8.9, replicas: 1}\nstorage: {type: existingClaim, claimName: data}",
    ),
    Case(
        "EG208",
        "workload: {kind: deployment}\nstorage: {type: §storageClass, size: 10Gi}",
        "workload: {kind: statefulset}\nstorage: {type: storageClass, size: 10Gi}",
    ),
    Case("EG209", "emqx: {version: §5.9.3}", "emqx: {version: 5.9.3, license: {}}"),
    Case("EG210", "emqx: {version: §5.8.99}", "emqx: {version: 5.8.9}"),
    Case(
        "EG210",
        "emqx: {version: 5.10.4, edition: §opensource, replicas: 1}",
        "emqx: {version: 5.10.4, edition: enterprise, replicas: 1}",
    ),
    Case(
        "EG211",
        "emqx: {version: 5.8.9, license: §{secretName: emqx-license}}",
        "emqx: {version: 5.8.9, edition: enterprise, license: {secretName: emqx-license}}",
    ),
    Case(
        "EG212",
        "emqx: {version: 4.4.19}\nmetrics: {serviceMonitor: §true}",
        "emqx: {version: 4.4.19}\nmetrics: {serviceMonitor: false}",
    ),
    Case(
        "EG213",
        "workload: {kind: pod}\ncredentials: {reload: §true}",
        "workload: {kind: statefulset}\ncredentials: {reload: true}",
    ),
    Case(
        "EG214",
        listening("{dashboard: false}", "metrics: {serviceMonitor: §true}"),
        "metrics: {serviceMonitor: true}",
    ),
)

SETTINGS = (
    Case(
        "EG301",
        setting("§EMQX_LOG__CONSOLE__LEVLE: debug"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case(
        "EG302",
        setting("§EMQX_RULE_ENGINE__IGNORE_SYS_MESSAGE: 'true'"),
        setting("EMQX_MQTT__MAX_QOS_ALLOWED: '1'"),
    ),
    Case(
        "EG303",
        setting("§EMQX_LISTENER__TCP__EXTERNAL__ACCEPTORS: '64'"),
        setting("EMQX_LISTENERS__TCP__DEFAULT__ACCEPTORS: '64'"),
    ),
    Case(
        "EG304",
        setting("§EMQX_LICENSE__CONNECTION_LOW_WATERMARK: 75%"),
        setting("EMQX_LICENSE__CONNECTION_LOW_WATERMARK: 75%", "5.10.4\n  replicas: 1"),
    ),
    Case(
        "EG305",
        setting("EMQX_MQTT__IDLE_TIMEOUT: §fifteen"),
        setting("EMQX_MQTT__IDLE_TIMEOUT: 15s"),
    ),
    Case(
        "EG306",
        setting("EMQX_LOG__CONSOLE__LEVEL: §loud"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case(
        "EG307", setting("EMQX_CLUSTER__NAME: §'0123'"), setting("EMQX_CLUSTER__NAME: '\"0123\"'")
    ),
    Case("EG308", "emqx: {version: 5.8.9, replicas: §2}", "emqx: {version: 5.8.9, replicas: 3}"),
    Case(
        "EG309",
        "exposure: {type: §nodePort}",
        setting(
            "EMQX_AUTHENTICATION: '[{mechanism = password_based, backend = built_in_database}]'",
            more=OUTSIDE,
        ),
    ),
    Case(
        "EG309",
        "emqx: {version: 4.4.19}\nexposure: {type: §nodePort}",
        setting("EMQX_ALLOW_ANONYMOUS: 'false'", V4, OUTSIDE),
    ),
    Case(
        "EG310",
        "exposure: {type: §nodePort}",
        ended("listener"),
    ),
    Case(
        "EG310",
        listening("{mqtt: §{public: true}}", ended("listener")),
        ended("listener"),
    ),
    Case(
        "EG311",
        setting("§EMQX_LOG__CONSOLE_HANDLER__LEVEL: debug"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case(
        "EG312",
        setting("§EMQX_DASHBOARD__BOOTSTRAP_USERS_FILE: users"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case(
        "EG313",
        setting("§emqx_log__console__level: debug"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case("EG313", setting("§log.console.level: debug"), setting("EMQX_LOG__CONSOLE__LEVEL: debug")),
    Case(
        "EG314",
        setting("EMQX_AUTHENTICATION__1__PASSWORD: §public"),
        setting("EMQX_AUTHENTICATION__1__PASSWORD: {secretName: db, key: password}"),
    ),
    Case(
        "EG315",
        setting("EMQX_AUTHENTICATION__1__PASSWORD: §hunter2"),
        setting("EMQX_AUTHENTICATION__1__PASSWORD: {secretName: db, key: password}"),
    ),
    Case("EG316", setting("§EMQX_CLUSTER__DISCOVERY_STRATEGY: k8s"), "discovery: {strategy: k8s}"),
    Case(
        "EG317",
        setting("EMQX_NODE__DATA_DIR: §/data"),
        setting("EMQX_NODE__DATA_DIR: /opt/emqx/data"),
    ),
    Case(
        "EG318",
        setting("EMQX_CLUSTER__PROTO_DIST: §inet_tls"),
        setting("EMQX_CLUSTER__PROTO_DIST: inet_tcp"),
    ),
    Case(
        "EG319", setting('EMQX_CLUSTER__NAME: §"a\\nEMQX_NAME=b"'), setting("EMQX_CLUSTER__NAME: a")
    ),
    Case("EG320", setting("§HOME: /tmp"), setting("TZ: UTC")),
    Case(
        "EG321",
        setting("EMQX_BROKER__ROUTE_BATCH_CLEAN: §'false'", V4),
        setting("EMQX_BROKER__ROUTE_BATCH_CLEAN: 'off'", V4),
    ),
    Case(
        "EG322",
        setting("§EMQX_log__console__level: debug"),
        setting("EMQX_LOG__CONSOLE__LEVEL: debug"),
    ),
    Case(
        "EG331",
        "emqx: {version: 5.8.9, image: {tag: §5.7.1}}",
        "emqx: {version: 5.8.9, image: {tag: 5.8.9-elixir}}",
    ),
    Case(
        "EG332",
        "emqx: {version: 5.8.9, image: {tag: §latest}}",
        "emqx: {version: 5.8.9, image: {tag: 5.8.9}}",
    ),
)

NETWORK = (
    Case("EG401", node_ports("mqtt: §1883"), node_ports("mqtt: 31883")),
    Case(
        "EG402",
        node_ports("mqtt: §32596"),
        node_ports("mqtt: 32597"),
        {"dev": node_ports("mqtt: 32596")},
    ),
    Case(
        "EG402",
        node_ports("mqtt: 32596, dashboard: §32596"),
        node_ports("mqtt: 32596, dashboard: 32717"),
    ),
    Case("EG403", node_ports("dashboard: §32717"), OUTSIDE),
    Case(
        "EG403",
        "exposure: {type: loadBalancer, dashboard: §true}",
        "exposure: {type: loadBalancer, dashboard: true, tls: {terminateAt: nginx}}",
    ),
    Case(
        "EG404",
        f"exposure: {{{BALANCED}, dashboard: §true, tls: {{{CLOUD}}}}}",
        f"exposure: {{{BALANCED}, tls: {{{CLOUD}}}}}",
    ),
    Case(
        "EG405",
        "exposure: {type: loadBalancer, provider: gcp, tls: {terminateAt: §cloud, certificate: a}}",
        f"exposure: {{{BALANCED}, tls: {{{CLOUD}}}}}",
    ),
    Case("EG406", listening("§{dashboard: false}", ended("haproxy")), ended("haproxy")),
    Case("EG406", listening("§{dashboard: false}", ended("nginx")), ended("nginx")),
    Case(
        "EG407",
        setting("EMQX_MQTT__PEER_CERT_AS_USERNAME: §cn", more=mutual("nginx")),
        setting("EMQX_MQTT__PEER_CERT_AS_USERNAME: cn", more=mutual("haproxy")),
    ),
    Case(
        "EG407",
        setting("EMQX_MQTT__PEER_CERT_AS_CLIENTID: §pem", more=mutual("haproxy")),
        setting("EMQX_MQTT__PEER_CERT_AS_CLIENTID: pem", more=mutual("listener")),
    ),
    Case(
        "EG407",
        setting("EMQX_MQTT__PEER_CERT_AS_USERNAME: §cn", more=ended("listener")),
        setting("EMQX_MQTT__PEER_CERT_AS_USERNAME: cn", more=mutual("listener")),
    ),
    Case(
        "EG407",
        setting("EMQX_LISTENER__SSL__EXTERNAL__PEER_CERT_AS_USERNAME: §cn", V4, mutual("haproxy")),
        setting("EMQX_LISTENER__TCP__PROXY__PEER_CERT_AS_USERNAME: cn", V4, mutual("haproxy")),
    ),
    Case("EG408", listening("{mqtts: §true}"), listening("{mqtts: true}", ended("listener"))),
    Case("EG409", listening("§{mqtt: false}"), listening("{mqtt: false, ws: true}")),
    Case("EG409", listening("§{mqtt: {public: false}}"), listening("{mqtt: {public: true}}")),
    Case("EG410", listening("{ws: §1883}"), listening("{ws: 8083}")),
    Case("EG410", listening("{mqtt: {port: §4370}}"), listening("{mqtt: {port: 1884}}")),
    Case("EG410", listening("{mqtt: §11883}", version=V4), listening("{mqtt: 11883}")),
    Case(
        "EG410",
        listening("{mqtt: §8083, wss: true}", HEADERLESS),
        listening("{mqtt: 1883, wss: true}", HEADERLESS),
    ),
    Case(
        "EG411",
        listening("§{mqtt: false, dashboard: false}", HEADERLESS),
        listening("{mqtt: false}", HEADERLESS),
    ),
    Case("EG412", listening("{management: §8081}"), listening("{management: 8081}", version=V4)),
    Case(
        "EG413",
        "exposure: {type: loadBalancer, externalTrafficPolicy: §Cluster}",
        "exposure: {type: loadBalancer, externalTrafficPolicy: Local}",
    ),
    Case("EG414", node_ports("ws: §30083"), listening("{ws: true}", node_ports("ws: 30083"))),
    Case(
        "EG414",
        listening("{dashboard: {public: false}}", node_ports("dashboard: §32717")),
        node_ports("dashboard: 32717"),
    ),
    Case(
        "EG414",
        listening("{dashboard: false}", "exposure: {type: nodePort, dashboard: §true}"),
        "exposure: {type: nodePort, dashboard: true}",
    ),
    Case("EG415", listening("{mqtts: false}", ended("§haproxy")), ended("haproxy")),
    Case(
        "EG416",
        "exposure: {type: loadBalancer, provider: metallb, internal: §true}",
        "exposure: {type: loadBalancer, provider: gcp, internal: true}",
    ),
    Case(
        "EG417",
        "metrics: {serviceMonitor: §true}",
        "metrics: {serviceMonitor: true}\nnetwork: {metricsFrom: [monitoring]}",
    ),
)

NFS = "type: nfs, server: nfs.example.com, size: 10Gi"
LOCAL = "storage: {{type: local, path: /data, size: 10Gi, nodes: {}}}"

STORAGE = (
    Case("EG501", "namespace: §emqx-dev", "namespace: emqx-prod", {"dev": ""}),
    Case(
        "EG502",
        f"namespace: emqx-dev-too\nstorage: §{{{NFS}, path: /srv/emqx-dev/emqx-0}}",
        f"namespace: emqx-dev-too\nstorage: {{{NFS}, path: /srv/other}}",
        {"dev": f"storage: {{{NFS}, path: /srv}}"},
    ),
    Case("EG503", LOCAL.format("§[a, b]"), LOCAL.format("[a, b, c]")),
    Case("EG504", LOCAL.format("§[a, b, a]"), LOCAL.format("[a, b, c]")),
    Case(
        "EG505",
        "storage: {type: storageClass, size: §20Mi}",
        "storage: {type: storageClass, size: 10Gi}",
    ),
)

CASES = (*FORM, *COMBINATIONS, *SETTINGS, *NETWORK, *STORAGE)
