"""The committed tree, as others use it: Flux, `kubectl apply -k`, and Kustomizations elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from emqx_gitops.fleet.structure import structure_tree
from emqx_gitops.kustomize.build import Built, Job, build, build_all
from emqx_gitops.kustomize.documents import Kustomization, Tree
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import Manifest, ResourceId, read_stream, to_yaml
from tests.builds import Builder, write

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = sorted(each.parent.name for each in ROOT.glob("overlays/*/environment.yaml"))


@pytest.fixture(params=[0, 1], ids=["pinned", "oldest"])
def engine(engines: tuple[Engine, Engine], request: pytest.FixtureRequest) -> Engine:
    """Each supported end of kustomize in turn."""
    return engines[request.param]


def by_id(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Return objects by their identity, each of which is there once."""
    found = {str(ResourceId.of(each)): each for each in manifests}
    assert len(found) == len(manifests)
    return found


def objects_of(engine: Engine, folder: Path) -> dict[str, Manifest]:
    """Return the objects that a folder builds to, without a warning."""
    text, warnings = build(engine, folder)
    assert not warnings
    return by_id(read_stream(text))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_overlays_build_to_what_is_rendered(engine: Engine, environment: str) -> None:
    """What reviewers read is what `kubectl apply -k` applies, object for object."""
    rendered = [
        manifest
        for file in sorted((ROOT / "dist" / "rendered" / environment).glob("*.yaml"))
        for manifest in read_stream(file.read_bytes())
    ]

    assert objects_of(engine, ROOT / "overlays" / environment) == by_id(rendered)


def test_one_process_gives_what_many_give(engine: Engine, tmp_path: Path) -> None:
    """Environments that are built together come out as each of them alone."""
    for folder in ("overlays", "dist"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    together = [Job(f"overlays/{name}", f"emqx-{name}") for name in ENVIRONMENTS]
    alone = [Job(job.folder) for job in together]

    one, many = (
        {each.job.folder: by_id(list(each.manifests)) for each in build_all(engine, tmp_path, jobs)}
        for jobs in (together, alone)
    )

    assert (tmp_path / "batches").exists()
    assert one == many


CHOICES = {
    "plain": ("statefulset", ""),
    "haproxy": (
        "statefulset",
        "exposure: {type: loadBalancer, provider: metallb, tls: {terminateAt: haproxy}}",
    ),
    "nginx": (
        "statefulset",
        "discovery: {strategy: k8s}\nexposure: {type: nodePort, tls: {terminateAt: nginx}}",
    ),
    "deployment": ("deployment", "workload: {kind: deployment}\nexposure: {type: nodePort}"),
    "metrics": ("statefulset", "metrics: {serviceMonitor: true}"),
}
"""Environments without values of their own: a Kustomization elsewhere gives the same."""


@pytest.mark.parametrize("choice", CHOICES)
def test_a_kustomization_elsewhere_gives_the_same(
    built: Builder, tmp_path: Path, engine: Engine, choice: str
) -> None:
    """A copy of dist/ and default load restrictions are all it needs."""
    base, asked = CHOICES[choice]
    ours = built(f"{asked}\nnamespace: {{name: mine, create: false}}")
    folder = _elsewhere(tmp_path, base, ours.layout.components)

    assert objects_of(engine, folder) == by_id(list(ours.objects))


def test_kubectl_builds_it_too(built: Builder, tmp_path: Path) -> None:
    """`kubectl apply -k` has a kustomize of its own."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("there is no kubectl")
    base, asked = CHOICES["haproxy"]
    ours = built(f"{asked}\nnamespace: {{name: mine, create: false}}")
    folder = _elsewhere(tmp_path, base, ours.layout.components)

    command = [kubectl, "kustomize", "--kubeconfig=/dev/null", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True)

    assert not done.stderr
    assert by_id(read_stream(done.stdout)) == by_id(list(ours.objects))


def _elsewhere(root: Path, base: str, components: tuple[str, ...]) -> Path:
    """Write a Kustomization that somebody else might, and a copy of dist/; return its folder."""
    write(root / "vendor" / "emqx", _structure())
    dist = "../../vendor/emqx/dist"
    document = Kustomization(
        namespace="mine",
        resources=(f"{dist}/base/{base}",),
        components=tuple(f"{dist}/components/{each}" for each in components),
    )
    folder = root / "clusters" / "here"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text(to_yaml(document.manifest()))
    return folder


@cache
def _structure() -> Tree:
    return structure_tree()


BASES = ("statefulset", "deployment", "pod")


@pytest.mark.parametrize("engine", [0], indirect=True, ids=["pinned"])
def test_every_component_stands_alone_on_every_base(engine: Engine, tmp_path: Path) -> None:
    """Nobody needs to know which other components one leans on to have a build succeed."""
    tree = _structure()
    write(tmp_path, tree)
    prefix = "dist/components/"
    components = sorted(
        path.removeprefix(prefix).removesuffix("/kustomization.yaml")
        for path in tree
        if path.startswith(prefix) and path.endswith("/kustomization.yaml")
    )
    jobs = []
    for number, (base, component) in enumerate(
        (base, component) for base in BASES for component in (None, *components)
    ):
        document = Kustomization(
            namespace=f"n{number}",
            resources=(f"../dist/base/{base}",),
            components=(f"../{prefix}{component}",) if component else (),
        )
        folder = tmp_path / f"o{number}"
        folder.mkdir()
        (folder / "kustomization.yaml").write_text(to_yaml(document.manifest()))
        jobs.append(Job(f"o{number}", f"n{number}"))

    results = list(build_all(engine, tmp_path, jobs))

    assert len(results) == len(jobs) == len(BASES) * (len(components) + 1)
    assert not [each.warnings for each in results if each.warnings]
    _all_differ(results, len(components) + 1)


def _all_differ(results: list[Built], count: int) -> None:
    """Fail where a component left its base as it was: its patches would have hit nothing."""
    texts = {int(each.job.namespace[1:]): str(each.manifests) for each in results}
    for number, text in texts.items():
        base = number - number % count
        if number != base:
            assert text.replace(f"'n{number}'", "") != texts[base].replace(f"'n{base}'", ""), number
