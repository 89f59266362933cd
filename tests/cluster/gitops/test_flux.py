"""
The shipped environments from the first sync to the last, by Flux.

Each fixture is a commit, or something that a person does, and what the cluster was before and
after; it goes on from where the one before it ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from emqx_gitops.manifests import ResourceId, read_stream, to_yaml
from tests.cluster import custom
from tests.cluster.client import wait_for
from tests.cluster.conftest import Record
from tests.cluster.gitops import proof
from tests.cluster.gitops.alike import same_objects
from tests.cluster.gitops.conftest import Rig
from tests.cluster.gitops.followed import ENTRY, Followed, until
from tests.cluster.gitops.state import State
from tests.repository import SMALL, new

ROOT = Path(__file__).resolve().parents[3]
SETTING = "  settings: {EMQX_LOG__CONSOLE__LEVEL: debug}\n"
BENCH = SMALL + "workload: {kind: pod}\n"
"""A bare Pod, beside the shipped environments."""


class Step(NamedTuple):
    """One thing that happened."""

    before: State
    after: State
    commit: str


@pytest.fixture(scope="module")
def shipped(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The shipped environments in a repository that is at the address of the rig."""
    files = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "overlays").glob("*/environment.yaml")
    }
    repository = new(tmp_path_factory.mktemp("shipped") / "root", files)
    repository.write("overlays/bench/environment.yaml", BENCH)
    (clusters,) = read_stream((ROOT / "overlays/clusters.yaml").read_bytes())
    flux = clusters["clusters"]["fra-1"]["flux"]
    # Both clusters are this one, and may not share the names of their Flux objects.
    flux["namespace"] = "flux-fra-1"
    flux["source"]["url"] = rig.address("shipped")
    repository.write("overlays/clusters.yaml", to_yaml(clusters))
    custom.define(rig.plane.client)
    rig.plane.client.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": flux["source"]["secretName"], "namespace": "flux-system"},
            "stringData": {"username": "git", "password": "unused"},
        }
    )
    return rig.follow("shipped", repository)


@pytest.fixture(scope="module")
def synced(shipped: Followed) -> Step:
    """The first sync: the entries are applied by hand, once."""
    before = shipped.state()
    commit = shipped.bootstrap()
    shipped.settle(commit, seconds=240)
    return Step(before, shipped.state(), commit)


def change(followed: Followed, name: str, old: str, new: str) -> None:
    """Change the text of a file that people write."""
    text = followed.repository.read(name)
    assert old in text
    followed.repository.write(name, text.replace(old, new, 1))


@pytest.fixture(scope="module")
def changed(shipped: Followed, synced: Step) -> Step:
    """One setting of staging, three nodes with stable names, is another."""
    change(
        shipped, "overlays/staging/environment.yaml", "  replicas: 3\n", f"  replicas: 3\n{SETTING}"
    )
    shipped.synth()
    commit = shipped.commit("Log more in staging")
    shipped.settle(commit, seconds=300)
    return Step(synced.after, shipped.state(), commit)


@pytest.fixture(scope="module")
def replaced(shipped: Followed, changed: Step) -> Step:
    """One setting of the bare Pod is another."""
    old = "emqx: {version: 5.8.9, replicas: 1}\n"
    new = f"emqx:\n  version: 5.8.9\n  replicas: 1\n{SETTING}"
    change(shipped, "overlays/bench/environment.yaml", old, new)
    shipped.synth()
    commit = shipped.commit("Log more in bench")
    shipped.settle(commit)
    return Step(changed.after, shipped.state(), commit)


DRIFT = {
    ResourceId("apps", "StatefulSet", "emqx-prod", "emqx"): ("prod", "fra-1"),
    ResourceId("networking.k8s.io", "NetworkPolicy", "emqx-staging", "emqx"): ("staging", "lab"),
    ResourceId("", "Service", "emqx-dev", "emqx"): ("dev", "lab"),
}
"""What is changed by hand, and whose it is."""


@pytest.fixture(scope="module")
def drifted(shipped: Followed, replaced: Step) -> Step:
    """Someone scales, deletes and patches with kubectl, and Flux compares."""
    shipped.kubectl("scale", "statefulset/emqx", "--namespace=emqx-prod", "--replicas=3")
    shipped.kubectl("delete", "networkpolicy/emqx", "--namespace=emqx-staging")
    port = '[{"op": "replace", "path": "/spec/ports/0/targetPort", "value": 1884}]'
    shipped.kubectl(
        "patch", "service/emqx", "--namespace=emqx-dev", "--type=json", f"--patch={port}"
    )
    amiss = shipped.state()
    assert all([*proof.put_back(replaced.after, amiss, each)] for each in DRIFT)
    for name, cluster in DRIFT.values():
        shipped.flux.reconcile(f"emqx-{name}", shipped.entries[cluster][0])

    last: list[State] = []

    def amiss_yet() -> list[str]:
        last[:] = [shipped.state()]
        told = [text for each in DRIFT for text in proof.put_back(replaced.after, last[0], each)]
        return [*told, *proof.healthy(last[0], "emqx-prod")]

    until(amiss_yet)
    return Step(replaced.after, last[0], replaced.commit)


BROKEN = {
    "dist/rendered/dev/deployment-emqx.yaml": ("replicas: 3\n", "replicas: three\n"),
    "dist/rendered/staging/service-emqx.yaml": ("kind: Service\n", "kind: [Service\n"),
    "dist/rendered/prod/statefulset-emqx.yaml": ("serviceName: emqx", "serviceName: other"),
}
"""A wrong type, no YAML at all, and a field that cannot be changed: by hand, past the compiler."""

TOLD = {
    ("emqx-dev", "lab"): "replicas",
    ("emqx-staging", "lab"): "service-emqx.yaml",
    ("emqx-prod", "fra-1"): "are forbidden",
}


@pytest.fixture(scope="module")
def broken(shipped: Followed, drifted: Step) -> Step:
    """A commit that three environments cannot take."""
    for name, texts in BROKEN.items():
        change(shipped, name, *texts)
    commit = shipped.commit("Break three environments")
    shipped.settle(commit, failing=TOLD)
    return Step(drifted.after, shipped.state(), commit)


@pytest.fixture(scope="module")
def mended(shipped: Followed, broken: Step) -> Step:
    """That commit is taken back; then one breaks the list of the environments."""
    shipped.settle(shipped.revert())
    folder = "dist/delivery/flux/lab/environments"
    change(shipped, f"{folder}/kustomization.yaml", "emqx-dev.yaml", "emqx-gone.yaml")
    commit = shipped.commit("Name a file that is not there")
    shipped.settle(commit, failing={(ENTRY, "lab"): "emqx-gone.yaml"})
    after = shipped.state()
    shipped.settle(shipped.revert())
    return Step(broken.after, after, commit)


@pytest.fixture(scope="module")
def switched(shipped: Followed, mended: Step) -> Step:
    """Both clusters have Flux build the overlays, where they had it read what is rendered."""
    (clusters,) = read_stream(shipped.repository.read("overlays/clusters.yaml"))
    for cluster in clusters["clusters"].values():
        cluster["flux"]["path"] = "overlay"
    shipped.repository.write("overlays/clusters.yaml", to_yaml(clusters))
    shipped.synth()
    commit = shipped.commit("Build overlays in the cluster")
    shipped.settle(commit)
    return Step(mended.after, shipped.state(), commit)


@pytest.fixture(scope="module")
def by_hand(shipped: Followed, switched: Step) -> Step:
    """A person applies production with kubectl, over what Flux applied."""
    shipped.kubectl("apply", "-k", "overlays/prod")
    return Step(switched.after, shipped.state(), switched.commit)


@pytest.fixture(scope="module")
def left(shipped: Followed, by_hand: Step) -> Step:
    """Staging, which is protected, and dev, which is not, leave Git."""
    for name in ("staging", "dev"):
        shipped.repository.path(f"overlays/{name}/environment.yaml").unlink()
    shipped.synth()
    commit = shipped.commit("Remove staging and dev")
    shipped.settle(commit)

    def after() -> State | None:
        state = shipped.state()
        gone = not state.of("Pod", namespace="emqx-staging")
        return state if gone and "emqx-dev" not in state.namespaces else None

    return Step(by_hand.after, wait_for(after, "both are gone"), commit)


def test_first_sync_ends_ready(shipped: Followed, synced: Step, record: Record) -> None:
    """Flux applies every environment, waits for its nodes and claims, and then says Ready."""
    assert not synced.before.objects
    assert len(shipped.namespaces) == 4
    for namespace in shipped.namespaces:
        assert [*proof.healthy(synced.after, namespace)] == []
    record("reconciled", "environments from nothing to Ready", len(shipped.namespaces))


def test_a_setting_rolls_one_environment(changed: Step, record: Record) -> None:
    """All pods of that environment are new, and every other environment's are the same."""
    assert [*proof.rolled_alone(changed.before, changed.after, "emqx-staging")] == []
    assert [*proof.healthy(changed.after, "emqx-staging")] == []
    record("reconciled", "commits that rolled one environment alone", 1)


def test_the_map_from_before_stays(changed: Step) -> None:
    """A pod that restarts in the middle of the roll finds its old settings."""
    assert [*proof.maps_kept(changed.before, changed.after, "emqx-staging")] == []


def test_a_bare_pod_is_replaced(replaced: Step, record: Record) -> None:
    """A Pod cannot be changed, and Flux replaces it where nothing else is ever forced."""
    assert [*proof.rolled_alone(replaced.before, replaced.after, "emqx-bench")] == []
    assert [*proof.maps_kept(replaced.before, replaced.after, "emqx-bench")] == []
    record("reconciled", "commits that rolled one environment alone", 1)


def test_drift_is_put_back(drifted: Step, record: Record) -> None:
    """What was scaled, deleted and patched by hand is as Git has it, and claims are the same."""
    for each in DRIFT:
        assert [*proof.put_back(drifted.before, drifted.after, each)] == []
    kinds = ("PersistentVolumeClaim", "PersistentVolume")
    for namespace in ("emqx-prod", "emqx-staging"):
        assert drifted.before.uids(*kinds, namespace=namespace) == drifted.after.uids(
            *kinds, namespace=namespace
        )
    record("reconciled", "changes by hand that were put back", len(DRIFT))


def test_a_broken_commit_changes_nothing(broken: Step, record: Record) -> None:
    """Flux tells which environments it could not apply, and why; all that ran goes on as it was."""
    assert [*proof.untouched(broken.before, broken.after)] == []
    record("reconciled", "ways to break a commit, told of and without effect", len(BROKEN))


def test_a_broken_list_of_environments_changes_nothing(mended: Step, record: Record) -> None:
    """The entry tells it; no environment is removed, and each goes on following Git."""
    assert [*proof.untouched(mended.before, mended.after)] == []
    record("reconciled", "ways to break a commit, told of and without effect", 1)


def test_rendered_and_overlay_are_the_same(
    shipped: Followed, switched: Step, record: Record
) -> None:
    """The switch writes to no object at all."""
    path = shipped.kustomization("emqx-prod", "fra-1")["spec"]["path"]
    assert path == "./overlays/prod"
    assert [*proof.unwritten(switched.before, switched.after)] == []
    record("reconciled", "switches to the overlay that wrote to no object", len(shipped.entries))


def test_kubectl_applies_what_flux_applies(
    shipped: Followed, switched: Step, record: Record
) -> None:
    """The same objects with the same fields and values."""
    assert switched.commit
    flux = shipped.inventory("emqx-prod", "fra-1")
    other = shipped.would_apply("overlays/prod", "someone")
    assert [*same_objects(flux, other, "someone")] == []
    assert len(flux) == 20
    record("reconciled", "objects that kubectl and Flux apply alike", len(flux))


def test_kubectl_over_flux_changes_nothing(by_hand: Step) -> None:
    """`kubectl apply -k overlays/prod` restarts nothing and changes no value."""
    assert [*proof.untouched(by_hand.before, by_hand.after)] == []


def test_a_removed_environment_leaves_its_data(left: Step, record: Record) -> None:
    """Workload, Services and rights go; namespace, claims, volumes and maps stay as they are."""
    assert [*proof.removed(left.before, left.after, "emqx-staging")] == []
    for namespace in ("emqx-prod", "emqx-bench"):
        assert left.before.uids("Pod", namespace=namespace) == left.after.uids(
            "Pod", namespace=namespace
        )
    record("reconciled", "environments removed, with their data kept", 1)


def test_a_throw_away_environment_goes_as_a_whole(left: Step) -> None:
    """With `protect: false` the namespace goes too."""
    assert "emqx-dev" in left.before.namespaces
    assert "emqx-dev" not in left.after.namespaces
