"""
Each proof fails where what it is about is broken.

Every environment here has a fault of its own, put into what was compiled before it is committed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from emqx_gitops.manifests import ResourceId
from tests.cluster.client import wait_for
from tests.cluster.conftest import Record
from tests.cluster.gitops import proof
from tests.cluster.gitops.alike import same_objects
from tests.cluster.gitops.conftest import Rig
from tests.cluster.gitops.followed import ENTRY, Followed, until
from tests.cluster.gitops.state import State
from tests.repository import HEAD, new

SETTING = "  settings: {EMQX_LOG__CONSOLE__LEVEL: debug}\n"
ONE = HEAD + "emqx:\n  version: 5.8.9\n  replicas: 1\n"
EPHEMERAL = ONE + "storage: {type: ephemeral}\n"
NFS = ONE + "storage: {type: nfs, server: nfs.example.com, path: /srv/emqx, size: 1Gi}\n"
ENVIRONMENTS = {
    "unguarded": NFS,
    "impatient": EPHEMERAL,
    "astray": EPHEMERAL,
    "aloof": EPHEMERAL,
    "first": EPHEMERAL,
    "second": EPHEMERAL,
    "forced": EPHEMERAL,
    "uneven": EPHEMERAL,
}
FLUX = "flux-seeded"
CLUSTERS = """\
apiVersion: emqx-gitops/v1
kind: Clusters
clusters:
  lab: {{flux: {{namespace: {namespace}, source: {{name: seeded, url: "{url}"}}}}}}
"""


class Seed(NamedTuple):
    """A fault: what is replaced in some files of what was compiled."""

    files: str
    pattern: str
    replacement: str

    def plant(self, followed: Followed) -> None:
        """Put the fault into the repository."""
        root = followed.repository.root
        paths = sorted(root.glob(self.files.format(flux="dist/delivery/flux/lab/environments")))
        hits = 0
        for path in paths:
            text, count = re.subn(self.pattern, self.replacement, path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8")
            hits += count
        assert hits, self


_STATEFULSET = "statefulset-emqx.yaml"
_HASTE = ("minReadySeconds: 30", "minReadySeconds: 1")
SEEDS = (
    # No faults: nodes need not be watched for as long as real ones.
    Seed(f"dist/rendered/*/{_STATEFULSET}", *_HASTE),
    Seed(f"dist/base/statefulset/{_STATEFULSET}", *_HASTE),
    # Guards dropped.
    Seed("dist/rendered/unguarded/*.yaml", r" +kustomize\.toolkit\.\S+/prune: disabled\n", ""),
    # No health checks, for a node that nobody schedules.
    Seed("{flux}/kustomization-emqx-impatient.yaml", r"  wait: true\n", ""),
    Seed(
        f"dist/rendered/impatient/{_STATEFULSET}",
        "      serviceAccountName:",
        "      schedulerName: nobody\n      serviceAccountName:",
    ),
    # A wrong path.
    Seed("{flux}/kustomization-emqx-astray.yaml", "rendered/astray", "rendered/nowhere"),
    # An object that Flux is told to make, and not to compare.
    Seed(
        "dist/rendered/aloof/service-emqx.yaml",
        "  labels:\n",
        "  annotations: {kustomize.toolkit.fluxcd.io/ssa: IfNotPresent}\n  labels:\n",
    ),
    # What cannot be changed is deleted and made anew.
    Seed("{flux}/kustomization-emqx-forced.yaml", "force: false", "force: true"),
    # An overlay that is not what was rendered.
    Seed(
        "overlays/uneven/kustomization.yaml",
        r"\Z",
        "labels:\n  - includeTemplates: true\n    pairs: {odd: one-out}\n",
    ),
)
LATER = (
    # The settings of the second environment change along with those of the first.
    *(
        Seed(f"dist/rendered/second/{name}", r"name: emqx-env-\w+", "name: emqx-env-other")
        for name in ("configmap-emqx-env.yaml", _STATEFULSET)
    ),
    Seed(f"dist/rendered/forced/{_STATEFULSET}", "Policy: Parallel", "Policy: OrderedReady"),
    Seed("{flux}/kustomization-emqx-uneven.yaml", "path: .*", "path: ./overlays/uneven"),
)


class Step(NamedTuple):
    """A commit, and the cluster before and after it."""

    before: State
    after: State
    commit: str


@pytest.fixture(scope="module")
def seeded(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """A repository of faults, compiled and spoilt."""
    files = {f"overlays/{name}/environment.yaml": text for name, text in ENVIRONMENTS.items()}
    text = CLUSTERS.format(namespace=FLUX, url=rig.address("seeded"))
    files["overlays/clusters.yaml"] = text
    repository = new(tmp_path_factory.mktemp("seeded") / "root", files)
    followed = rig.follow("seeded", repository)
    plant(followed, SEEDS)
    return followed


@pytest.fixture(autouse=True)
def _counted(record: Record) -> None:
    record("reconciled", "faults put in on purpose, and found", 1)


def plant(followed: Followed, seeds: tuple[Seed, ...]) -> None:
    """Put faults into the repository."""
    for seed in seeds:
        seed.plant(followed)


def arrived(followed: Followed, commit: str, but: tuple[str, ...]) -> None:
    """Wait until all environments but some have applied *commit*."""

    def missing() -> list[str]:
        names = [ENTRY, *(f"emqx-{name}" for name in ENVIRONMENTS if name not in but)]
        found = [followed.kustomization(name, "lab") for name in names]
        return [complaint for each in found for complaint in proof.applied(each, commit)]

    until(missing)


@pytest.fixture(scope="module")
def begun(seeded: Followed) -> Step:
    """The first sync, as far as it goes."""
    before = seeded.state()
    commit = seeded.bootstrap()
    until(lambda: proof.applied(seeded.kustomization("emqx-impatient", "lab"), commit))
    after = seeded.state()
    arrived(seeded, commit, but=("astray",))
    return Step(before, after, commit)


@pytest.fixture(scope="module")
def gone_on(seeded: Followed, begun: Step) -> Step:
    """A commit that changes settings, and a field that cannot be changed; two of them too many."""
    assert begun.commit
    before = seeded.state()
    for name in ("first", "unguarded"):
        text = seeded.repository.read(f"overlays/{name}/environment.yaml")
        text = text.replace("  replicas: 1\n", f"  replicas: 1\n{SETTING}")
        seeded.repository.write(f"overlays/{name}/environment.yaml", text)
    seeded.synth()
    plant(seeded, SEEDS + LATER)
    commit = seeded.commit("Change some settings")
    arrived(seeded, commit, but=("astray",))
    return Step(before, seeded.state(), commit)


def within(state: State, namespace: str) -> State:
    """Return what is there of one environment."""
    kept = {
        key: each
        for key, each in state.objects.items()
        if namespace in {key.namespace, key.name} or key.name.startswith(f"{namespace}-")
    }
    return State(kept)


def test_absent_health_checks_show(begun: Step) -> None:
    """Without `wait`, Flux says Ready of nodes that are not."""
    assert [*proof.healthy(begun.after, "emqx-impatient")]


def test_a_wrong_path_shows(seeded: Followed, begun: Step) -> None:
    """Flux says that it applied nothing, and nothing runs."""
    astray = seeded.kustomization("emqx-astray", "lab")

    assert len([*proof.applied(astray, begun.commit)]) == 2
    assert "path not found" in proof.condition(astray)["message"]
    assert [*proof.healthy(begun.after, "emqx-astray")]


def test_a_dropped_guard_shows(gone_on: Step) -> None:
    """The map from before the change is pruned."""
    complaints = [*proof.maps_kept(gone_on.before, gone_on.after, "emqx-unguarded")]

    assert len(complaints) == 1
    assert "is gone" in complaints[0]


def test_settings_that_leak_show(gone_on: Step) -> None:
    """A second environment rolled along."""
    complaints = [*proof.rolled_alone(gone_on.before, gone_on.after, "emqx-first")]

    assert "emqx-second: pods changed, which was not asked" in complaints


def test_a_setting_that_does_not_arrive_shows(gone_on: Step) -> None:
    """Pods that were not replaced are found too."""
    complaints = [*proof.rolled_alone(gone_on.before, gone_on.after, "emqx-aloof")]

    assert "emqx-aloof: 1 of 1 pods were not replaced" in complaints
    assert [*proof.maps_kept(gone_on.before, gone_on.after, "emqx-aloof")]


def test_force_shows(seeded: Followed, gone_on: Step) -> None:
    """What should have been refused was done: the workload is another one, and nothing is told."""
    states = [within(each, "emqx-forced") for each in (gone_on.before, gone_on.after)]
    forced = seeded.kustomization("emqx-forced", "lab")

    assert "apps/StatefulSet emqx-forced/emqx is not what it was" in [*proof.untouched(*states)]
    assert [*proof.reported(forced, gone_on.commit, "are forbidden")]


def test_an_uneven_overlay_shows(gone_on: Step) -> None:
    """The switch to it changes the workload, and so would kubectl."""
    states = [within(each, "emqx-uneven") for each in (gone_on.before, gone_on.after)]

    assert "apps/StatefulSet emqx-uneven/emqx is not what it was" in [*proof.untouched(*states)]
    assert [*proof.unwritten(*states)]


def test_what_kubectl_would_do_otherwise_shows(seeded: Followed, begun: Step) -> None:
    """An overlay that is not what was rendered gives other fields, and an object less is told."""
    assert begun.commit
    flux = seeded.inventory("emqx-first", "lab")
    other = seeded.would_apply("overlays/first", "someone")
    assert [*same_objects(flux, other, "someone")] == []
    lacking = dict(flux)
    lacking.pop(ResourceId("", "Service", "emqx-first", "emqx"))

    assert [*same_objects(lacking, other, "someone")]


def test_drift_that_stays_shows(seeded: Followed, gone_on: Step) -> None:
    """Flux compared, and left what was changed by hand."""
    service = ResourceId("", "Service", "emqx-aloof", "emqx")
    port = '[{"op": "replace", "path": "/spec/ports/0/targetPort", "value": 1884}]'
    seeded.kubectl(
        "patch", "service/emqx", "--namespace=emqx-aloof", "--type=json", f"--patch={port}"
    )
    asked = seeded.flux.reconcile("emqx-aloof", FLUX)
    wait_for(lambda: handled(seeded, "emqx-aloof") == asked, "Flux has compared")

    assert [*proof.put_back(gone_on.after, seeded.state(), service)]


def handled(followed: Followed, name: str) -> str:
    """Return the last wish to reconcile that Flux has fulfilled."""
    status: Mapping[str, str] = followed.kustomization(name, "lab")["status"]
    return status.get("lastHandledReconcileAt", "")


def test_data_that_is_not_kept_shows(seeded: Followed, gone_on: Step) -> None:
    """Without guards a removed environment takes namespace, volume and claim along."""
    seeded.repository.path("overlays/unguarded/environment.yaml").unlink()
    seeded.synth()
    seeded.commit("Remove an environment")
    wait_for(lambda: "emqx-unguarded" not in seeded.state().namespaces, "it is gone")
    complaints = [*proof.removed(gone_on.after, seeded.state(), "emqx-unguarded")]

    for lost in ("1 Namespace", "1 PersistentVolumeClaim", "1 PersistentVolume", "maps"):
        assert any(f"{lost} lost" in each for each in complaints), lost
