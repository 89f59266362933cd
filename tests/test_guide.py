"""
The guide's table, one test for each row: what people do, what went wrong, and what we owe.

Each goes through the whole pipeline, with the real Kustomize.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from emqx_gitops.components.addition import Addition
from emqx_gitops.environment.layout import Layout
from emqx_gitops.findings import Severity
from emqx_gitops.fleet.cache import Cache
from emqx_gitops.fleet.compile import compile_fleet
from emqx_gitops.fleet.sources import EnvironmentSource, Sources
from emqx_gitops.fleet.unit import Compiled
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import read_stream, to_yaml
from tests.builds import Built, environment_of

EPHEMERAL = "storage: {type: ephemeral}"

Files = Mapping[str, str]


class Outcome:
    """What a compile said and made."""

    def __init__(self, compiled: Compiled) -> None:
        """Look at *compiled*."""
        self._compiled = compiled

    @property
    def errors(self) -> dict[str, str]:
        """Message and fix of each error, by code."""
        return self._found(Severity.ERROR)

    @property
    def warnings(self) -> dict[str, str]:
        """Message and fix of each warning, by code."""
        return self._found(Severity.WARNING)

    def _found(self, severity: Severity) -> dict[str, str]:
        return {
            each.rule.code: f"{each.where.file}:{each.where.line} {each.message}; {each.fix}"
            for each in self._compiled.findings
            if each.rule.severity is severity
        }

    def built(self, name: str = "prod") -> Built:
        """Return the objects that were rendered for an environment; fail if it was refused."""
        assert self.errors == {}
        folder = f"dist/rendered/{name}/"
        texts = (text for path, text in self._compiled.tree.items() if path.startswith(folder))
        objects = tuple(each for text in texts for each in read_stream(text))
        return Built(objects, Layout(folders=(), components=(), own=Addition()))


Compile = Callable[..., Outcome]


@pytest.fixture(scope="module")
def compiled(engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compile environments: the text of `prod`, that of others by name, and files of extra/."""
    cache = Cache(tmp_path_factory.mktemp("cache"))

    def run(text: str, *, extra: Files | None = None, **others: str) -> Outcome:
        files = {f"overlays/prod/extra/{n}": t.encode() for n, t in (extra or {}).items()}
        environments = tuple(
            EnvironmentSource(
                name=name,
                file=f"overlays/{name}/environment.yaml",
                text=content.encode(),
                extra=files if name == "prod" else {},
            )
            for name, content in sorted({"prod": text, **others}.items())
        )
        return Outcome(
            compile_fleet(
                Sources(clusters=None, environments=environments, overlays=()),
                cache=cache,
                find_engine=lambda: engines[0],
                workspace=tmp_path_factory.mktemp("workspace"),
                timeout=60.0,
            )
        )

    return run


def test_row_01_the_charts_cluster_comes_from_one_short_file(compiled: Compile) -> None:
    """Three nodes of 5.7.1, a headless Service, node ports, and every port of the chart."""
    text = f"""\
emqx: {{version: 5.7.1, listeners: {{mqtts: true, ws: true, wss: true}}}}
discovery: {{strategy: k8s, addressType: hostname}}
exposure:
  type: nodePort
  tls: {{terminateAt: listener}}
  nodePorts: {{mqtt: 31883, ws: 30083, dashboard: 32717}}
{EPHEMERAL}
"""
    built = compiled(text).built()

    spec = built.one("StatefulSet", "emqx")["spec"]
    headless = built.one("Service", "emqx-headless")["spec"]
    ports = {name: port for name, (port, _) in built.ports().items()}
    wanted = {"mqtt": 1883, "mqtts": 8883, "ws": 8083, "wss": 8084, "dashboard": 18083}
    assert len(text.splitlines()) <= 8
    assert (spec["replicas"], spec["serviceName"]) == (3, "emqx-headless")
    assert built.broker["image"] == "emqx/emqx:5.7.1"
    assert (headless["clusterIP"], headless["publishNotReadyAddresses"]) == ("None", True)
    assert built.ports("emqx-headless")["ekka"] == (4370, "ekka")
    assert built.one("Service", "emqx")["spec"]["type"] == "NodePort"
    assert ports == wanted


def test_row_01_the_management_port_of_4_is_there(compiled: Compile) -> None:
    """EMQX 4.4 serves its API and `/status` on 8081."""
    built = compiled(f"emqx: {{version: 4.4.19}}\n{EPHEMERAL}").built()

    assert built.ports("emqx-internal")["management"] == (8081, "management")
    assert built.broker["livenessProbe"]["httpGet"] == {"path": "/status", "port": "management"}


def test_row_02_a_wrong_storage_key_is_refused_with_the_right_one(compiled: Compile) -> None:
    """The chart ignores `storageClass` and keeps nothing; here it is an error with a suggestion."""
    wrong = compiled(
        "emqx: {version: 5.7.1}\nstorage: {type: storageClass, storageClass: nfs, size: 10Gi}"
    )

    assert wrong.errors == {
        "EG102": "overlays/prod/environment.yaml:2 storage has no field `storageClass`; "
        "did you mean `class`?"
    }


@pytest.mark.parametrize("version", ["4.4.19", "5.7.1", "5.8.9"])
def test_row_02_data_is_kept_and_protected_from_pruning(compiled: Compile, version: str) -> None:
    """A claim for each node, on the folder where all lines keep their data, which outlives all."""
    built = compiled(
        f"emqx: {{version: {version}}}\nstorage: {{type: storageClass, class: nfs, size: 10Gi}}"
    ).built()

    spec = built.one("StatefulSet", "emqx")["spec"]
    (template,) = spec["volumeClaimTemplates"]
    mounts = {each["name"]: each["mountPath"] for each in built.broker["volumeMounts"]}
    retention = {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert mounts[template["metadata"]["name"]] == "/opt/emqx/data"
    assert template["spec"]["storageClassName"] == "nfs"
    assert template["metadata"]["annotations"] == {
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }
    assert spec["persistentVolumeClaimRetentionPolicy"] == retention


def test_row_02_an_existing_claim_is_mounted(compiled: Compile) -> None:
    """One node may use a claim that somebody else made."""
    built = compiled(
        "emqx: {version: 5.8.9, replicas: 1}\nstorage: {type: existingClaim, claimName: old}"
    ).built()

    volumes = {each["name"]: each for each in built.pod["volumes"]}
    assert volumes["data"]["persistentVolumeClaim"] == {"claimName": "old"}


FIXED = "exposure: {type: nodePort, nodePorts: {mqtt: 32596, dashboard: 32717}}"


def test_row_03_fixed_node_ports_are_given(compiled: Compile) -> None:
    """The guide's two ports, and nothing of the rest is left open."""
    built = compiled(f"emqx: {{version: 5.7.1}}\n{FIXED}\n{EPHEMERAL}").built()

    ports = built.one("Service", "emqx")["spec"]["ports"]
    fixed = {each["name"]: each["nodePort"] for each in ports}
    assert fixed == {"mqtt": 32596, "dashboard": 32717}


def test_row_03_ports_out_of_range_or_taken_are_refused(compiled: Compile) -> None:
    """What the API server would refuse at the first sync is refused before the commit."""
    wrong = compiled(
        f"emqx: {{version: 5.7.1}}\nexposure: {{type: nodePort, nodePorts: {{mqtt: 1883}}}}\n"
        f"{EPHEMERAL}"
    )
    both = f"emqx: {{version: 5.7.1}}\n{FIXED}\n{EPHEMERAL}"
    taken = compiled(both, dev=both)

    assert "node port 1883 of mqtt is not in 30000-32767" in wrong.errors["EG401"]
    assert "environment dev (overlays/dev/environment.yaml:2)" in taken.errors["EG402"]


@pytest.mark.parametrize(
    ("proxy", "file", "sends"),
    [("haproxy", "haproxy.cfg", "send-proxy-v2"), ("nginx", "nginx.conf", "proxy_protocol on")],
)
def test_row_04_a_proxy_ends_tls_and_keeps_the_clients_address(
    compiled: Compile, proxy: str, file: str, sends: str
) -> None:
    """Clients speak TLS to the proxy, which tells a listener of its own who they are."""
    built = compiled(
        f"emqx: {{version: 5.8.9}}\n"
        f"exposure: {{type: loadBalancer, provider: metallb, tls: {{terminateAt: {proxy}}}}}\n"
        f"{EPHEMERAL}"
    ).built()

    service = built.one("Service", "emqx")["spec"]
    config = built.one("ConfigMap", "emqx-proxy")["data"][file]
    assert service["selector"]["app.kubernetes.io/name"] == "emqx-proxy"
    assert service["externalTrafficPolicy"] == "Local"
    assert built.ports() == {"mqtts": (8883, "mqtts")}
    assert sends in config
    assert "/etc/proxy/tls" in config
    assert built.settings["EMQX_LISTENERS__TCP__PROXY__PROXY_PROTOCOL"] == "true"
    assert built.settings["EMQX_LISTENERS__TCP__DEFAULT__BIND"] == "1883"


def test_row_05_five_nodes_are_fine_and_even_numbers_are_explained(compiled: Compile) -> None:
    """Scaling to 5 says nothing; 2 and 4 say why an odd number is better."""
    five, four, two = (
        compiled(f"emqx: {{version: 5.7.1, replicas: {count}}}\n{EPHEMERAL}") for count in (5, 4, 2)
    )

    assert five.built().workload["spec"]["replicas"] == 5
    assert five.warnings == {}
    assert "4 nodes split into halves without a majority; write 3 or 5" in four.warnings["EG308"]
    assert "write 3" in two.warnings["EG308"]


@pytest.mark.parametrize(
    ("asked", "image"),
    [
        ("version: 5.7.1", "emqx/emqx:5.7.1"),
        ("version: 4.4.19, edition: edge", "emqx/emqx-edge:4.4.19"),
        ("version: 4.4.19, edition: enterprise", "emqx/emqx-ee:4.4.19"),
        ("version: 5.8.9, edition: enterprise", "emqx/emqx-enterprise:5.8.9"),
        ("version: 5.10.4, replicas: 1", "emqx/emqx-enterprise:5.10.4"),
    ],
)
def test_row_06_each_edition_runs_its_own_image(compiled: Compile, asked: str, image: str) -> None:
    """The image follows from version and edition."""
    assert compiled(f"emqx: {{{asked}}}\n{EPHEMERAL}").built().broker["image"] == image


@pytest.mark.parametrize(
    ("version", "setting", "value"),
    [
        ("4.4.19", "EMQX_LICENSE__FILE", "/etc/emqx/license/emqx.lic"),
        ("5.9.3", "EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic"),
        ("6.2.2", "EMQX_LICENSE__KEY", "file:///etc/emqx/license/emqx.lic"),
    ],
)
def test_row_06_a_licence_reaches_each_line_its_own_way(
    compiled: Compile, version: str, setting: str, value: str
) -> None:
    """The Secret is mounted as a folder, and the line's own setting names the file."""
    built = compiled(
        f"emqx: {{version: {version}, edition: enterprise, license: {{secretName: lic}}}}\n"
        f"{EPHEMERAL}"
    ).built()

    volumes = {each["name"]: each for each in built.pod["volumes"]}
    assert volumes["license"]["secret"]["secretName"] == "lic"
    assert not any("subPath" in each for each in built.broker["volumeMounts"])
    assert built.settings[setting] == value


def test_row_06_a_cluster_of_5_9_without_licence_is_refused(compiled: Compile) -> None:
    """Its second node would not start; one node does."""
    three = compiled(f"emqx: {{version: 5.9.3}}\n{EPHEMERAL}")
    one = compiled(f"emqx: {{version: 5.9.3, replicas: 1}}\n{EPHEMERAL}")

    assert "EMQX 5.9.3 with 3 nodes and no licence" in three.errors["EG209"]
    assert one.errors == {}


@pytest.mark.parametrize(("kind", "nodes"), [("Pod", 1), ("Deployment", 3), ("StatefulSet", 3)])
def test_row_07_every_workload_comes_with_its_service(
    compiled: Compile, kind: str, nodes: int
) -> None:
    """A bare Pod, a Deployment and a StatefulSet are reached through the same Service."""
    built = compiled(
        f"emqx: {{version: 5.7.1}}\nworkload: {{kind: {kind.lower()}}}\n{EPHEMERAL}"
    ).built()

    workload = built.workload
    selector = built.one("Service", "emqx")["spec"]["selector"]
    assert workload["kind"] == kind
    assert workload["spec"].get("replicas", 1) == nodes
    assert selector.items() <= built.template["metadata"]["labels"].items()


@pytest.mark.parametrize(
    ("version", "strategy", "more"),
    [
        ("4.4.19", "EMQX_CLUSTER__DISCOVERY", {"EMQX_CLUSTER__K8S__APP_NAME": "emqx"}),
        ("5.7.1", "EMQX_CLUSTER__DISCOVERY_STRATEGY", {}),
        ("6.2.2", "EMQX_CLUSTER__DISCOVERY_STRATEGY", {}),
    ],
)
def test_row_08_each_line_gets_its_own_discovery_keys(
    compiled: Compile, version: str, strategy: str, more: dict[str, str]
) -> None:
    """The strategy is `k8s`, under the line's own key, with all that the API is asked for."""
    built = compiled(
        f"emqx: {{version: {version}, edition: enterprise, license: {{}}}}\n"
        f"discovery: {{strategy: k8s, addressType: hostname}}\n{EPHEMERAL}"
    ).built()

    found = {key: value for key, value in built.settings.items() if "CLUSTER" in key}
    variables = environment_of(built.broker)
    assert found == more | {
        strategy: "k8s",
        "EMQX_CLUSTER__K8S__APISERVER": "https://kubernetes.default.svc:443",
        "EMQX_CLUSTER__K8S__SERVICE_NAME": "emqx-headless",
        "EMQX_CLUSTER__K8S__ADDRESS_TYPE": "hostname",
    }
    assert variables["EMQX_CLUSTER__K8S__SUFFIX"] == "svc.$(CLUSTER_DOMAIN)"
    assert variables["EMQX_CLUSTER__K8S__NAMESPACE"] == "$(POD_NAMESPACE)"


@pytest.mark.parametrize(
    ("version", "key", "code", "said"),
    [
        ("5.7.1", "EMQX_CLUSTER__DISCOVERY", "EG303", "EMQX_CLUSTER__DISCOVERY_STRATEGY"),
        ("4.4.19", "EMQX_CLUSTER__DISCOVERY_STRATEGY", "EG303", "EMQX_CLUSTER__DISCOVERY"),
        ("5.7.1", "EMQX_CLUSTER_DISCOVERY_STRATEGY", "EG301", "EMQX_CLUSTER__DISCOVERY_STRATEGY"),
        ("5.7.1", "EMQX_CLUSTER__K8S__SERVICENAME", "EG301", "EMQX_CLUSTER__K8S__SERVICE_NAME"),
        ("5.7.1", "EMQX_CLUSTER__DISCOVERY_STRATEGY", "EG316", "`discovery.strategy`"),
    ],
)
def test_row_08_misspelled_discovery_key_is_refused_with_a_suggestion(
    compiled: Compile, version: str, key: str, code: str, said: str
) -> None:
    """EMQX would ignore it and its nodes stay alone; the message names the key and the field."""
    wrong = compiled(f"emqx: {{version: {version}, settings: {{{key}: k8s}}}}\n{EPHEMERAL}")

    assert set(wrong.errors) == {code}
    assert key in wrong.errors[code]
    assert said in wrong.errors[code]


def test_row_08_kubernetes_is_spelled_k8s(compiled: Compile) -> None:
    """The word that people write first is answered with the word that EMQX reads."""
    wrong = compiled(f"emqx: {{version: 4.4.19}}\ndiscovery: {{strategy: kubernetes}}\n{EPHEMERAL}")

    assert wrong.errors["EG104"].endswith("did you mean `k8s`?")


def test_row_09_rights_are_given_where_the_api_is_asked(compiled: Compile) -> None:
    """A Role with `get` on one Endpoints object, in v1, for the account that the pods have."""
    built = compiled(f"emqx: {{version: 5.7.1}}\ndiscovery: {{strategy: k8s}}\n{EPHEMERAL}").built()

    role = built.one("Role", "emqx-discovery")
    binding = built.one("RoleBinding", "emqx-discovery")
    assert {role["apiVersion"], binding["apiVersion"]} == {"rbac.authorization.k8s.io/v1"}
    assert [(r["resources"], r["verbs"]) for r in role["rules"]] == [(["endpoints"], ["get"])]
    assert binding["subjects"][0]["name"] == built.pod["serviceAccountName"] == "emqx"
    assert built.pod["automountServiceAccountToken"] is True


def test_row_09_elsewhere_no_token_is_mounted(compiled: Compile) -> None:
    """Discovery through DNS needs no right at all."""
    built = compiled(f"emqx: {{version: 5.7.1}}\n{EPHEMERAL}").built()

    assert built.of("Role") == []
    assert built.pod["automountServiceAccountToken"] is False


def test_row_09_a_removed_api_version_is_refused(compiled: Compile) -> None:
    """`v1beta1` of RBAC went with Kubernetes 1.22."""
    role = "apiVersion: rbac.authorization.k8s.io/v1beta1\nkind: Role\nmetadata: {name: own}\n"
    wrong = compiled(
        f"emqx: {{version: 5.7.1}}\n{EPHEMERAL}", extra=component("role.yaml", f"{role}rules: []\n")
    )

    assert "rbac.authorization.k8s.io/v1" in wrong.errors["EG706"]


def test_row_10_a_changed_setting_rolls_the_pods(compiled: Compile) -> None:
    """The ConfigMap's name follows from its content, and the pod template names it."""
    names = []
    for level in ("warning", "debug"):
        settings = f"settings: {{EMQX_LOG__CONSOLE__LEVEL: {level}}}"
        built = compiled(f"emqx: {{version: 5.7.1, {settings}}}\n{EPHEMERAL}").built()
        name = built.one("ConfigMap", "emqx-env")["metadata"]["name"]
        assert built.broker["envFrom"] == [{"configMapRef": {"name": name}}]
        names.append(name)

    assert len(set(names)) == 2


def test_row_11_a_node_is_called_what_the_others_find(compiled: Compile) -> None:
    """`name-0.service.namespace.svc.cluster.local`, from the pod's own name."""
    built = compiled(
        f"emqx: {{version: 5.7.1}}\ndiscovery: {{strategy: k8s, addressType: hostname}}\n"
        f"{EPHEMERAL}"
    ).built()

    host = environment_of(built.broker)["EMQX_HOST"]
    wanted = "$(POD_NAME).emqx-headless.$(POD_NAMESPACE).svc.$(CLUSTER_DOMAIN)"
    assert host == wanted
    assert built.one("StatefulSet", "emqx")["spec"]["serviceName"] == "emqx-headless"


def test_row_11_a_deployment_with_host_names_is_refused(compiled: Compile) -> None:
    """Its pods have none, and the refusal says what would do."""
    wrong = compiled(
        "emqx: {version: 5.7.1}\nworkload: {kind: deployment}\n"
        f"discovery: {{strategy: k8s, addressType: hostname}}\n{EPHEMERAL}"
    )

    assert "addressType `ip` or `dns`" in wrong.errors["EG203"]


def test_row_11_a_foreign_pod_under_our_selector_is_refused(compiled: Compile) -> None:
    """One pod without a host name would break discovery for all (`badkey, hostname`)."""
    built = compiled(f"emqx: {{version: 5.7.1}}\n{EPHEMERAL}").built()
    labels = built.one("Service", "emqx-headless")["spec"]["selector"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe", "labels": labels},
        "spec": {"containers": [{"name": "probe", "image": "busybox:1.37.0"}]},
    }
    wrong = compiled(
        f"emqx: {{version: 5.7.1}}\n{EPHEMERAL}", extra=component("pod.yaml", to_yaml(pod))
    )

    assert "EG703" in wrong.errors


def test_row_12_addresses_do_for_a_deployment_that_keeps_nothing(compiled: Compile) -> None:
    """Discovery by IP works; data under a name that holds an address is refused, with the why."""
    text = "emqx: {version: 5.7.1}\ndiscovery: {strategy: k8s, addressType: ip}\n"
    fine = compiled(f"{text}workload: {{kind: deployment}}\n{EPHEMERAL}").built()
    wrong = compiled(f"{text}storage: {{type: storageClass, size: 10Gi}}")

    assert fine.settings["EMQX_CLUSTER__K8S__ADDRESS_TYPE"] == "ip"
    assert "EMQX_HOST" not in environment_of(fine.broker)
    assert "node names hold pod IPs" in wrong.errors["EG204"]


STATIC = {
    "nfs": "{type: nfs, server: nfs.example.com, path: /srv/emqx, size: 10Gi}",
    "local": "{type: local, nodes: [w1, w2, w3], path: /srv/emqx, size: 10Gi}",
}


@pytest.mark.parametrize("kind", sorted(STATIC))
def test_row_13_each_node_is_bound_to_a_volume_of_its_own(compiled: Compile, kind: str) -> None:
    """Both sides name each other and no class, so that no claim stays Pending."""
    built = compiled(f"emqx: {{version: 5.7.1}}\nstorage: {STATIC[kind]}").built()

    volumes = {each["metadata"]["name"]: each["spec"] for each in built.of("PersistentVolume")}
    (template,) = built.one("StatefulSet", "emqx")["spec"]["volumeClaimTemplates"]
    assert set(volumes) == {f"emqx-prod-emqx-{ordinal}" for ordinal in range(3)}
    assert template["spec"]["storageClassName"] == ""
    for ordinal in range(3):
        spec = volumes[f"emqx-prod-emqx-{ordinal}"]
        assert spec["claimRef"]["name"] == f"data-emqx-{ordinal}"
        assert spec["claimRef"]["namespace"] == "emqx-prod"
        assert spec["storageClassName"] == ""
        assert spec[kind]["path"] == f"/srv/emqx/emqx-prod/emqx-{ordinal}"


def test_row_13_one_claim_or_folder_for_several_nodes_is_refused(compiled: Compile) -> None:
    """Replicas that share one claim, and environments that share a folder, corrupt each other."""
    shared = compiled("emqx: {version: 5.7.1}\nstorage: {type: existingClaim, claimName: a}")
    text = f"emqx: {{version: 5.7.1}}\nnamespace: emqx\nstorage: {STATIC['nfs']}"
    folder = compiled(text, dev=text)

    assert "claim a for 3 nodes" in shared.errors["EG207"]
    assert "data lies in a folder of environment dev" in folder.errors["EG502"]


def test_row_13_the_old_class_annotation_is_refused(compiled: Compile) -> None:
    """Kubernetes reads `storageClassName` only; the claim would get another class, or none."""
    claim = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: own
  annotations: {volume.alpha.kubernetes.io/storage-class: fast}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
"""
    wrong = compiled(f"emqx: {{version: 5.7.1}}\n{EPHEMERAL}", extra=component("claim.yaml", claim))

    assert "EG709" in wrong.errors


def component(file: str, text: str) -> Files:
    """Return the files of an extra/ with one object."""
    kustomization = (
        f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [{file}]\n"
    )
    return {"kustomization.yaml": kustomization, file: text}
