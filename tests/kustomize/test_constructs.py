"""Kustomize for people who write cdk8s themselves: nothing here is about EMQX."""

from __future__ import annotations

import textwrap
from typing import Any

import cdk8s
import constructs
import pytest

from emqx_gitops.kustomize import constructs as subject
from emqx_gitops.kustomize.constructs import (
    Base,
    Component,
    Folder,
    Overlay,
    Patch,
    Resource,
    Settings,
    synth,
)
from emqx_gitops.kustomize.documents import ConfigMapGenerator, Image, Target, add
from emqx_gitops.manifests import Manifest
from tests.kustomize.conftest import Harness


def config_map(name: str, **more: Any) -> Manifest:
    """Return a ConfigMap; *more* goes into its metadata."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **more}}


@pytest.fixture
def app() -> cdk8s.App:
    """Return an app without anything in it."""
    return cdk8s.App()


def test_the_documented_example_builds(kustomize: Harness) -> None:
    """What the module's documentation shows runs as it stands there."""
    _, _, rest = (subject.__doc__ or "").partition("::\n\n")
    code = textwrap.dedent(
        "\n".join(rest.splitlines()[: rest.splitlines().index("    tree = synth(app)") + 1])
    )
    names: dict[str, Any] = vars(subject) | {
        "cdk8s": cdk8s,
        "add": add,
        "ConfigMapGenerator": ConfigMapGenerator,
        "Target": Target,
    }

    exec(code, names)  # noqa: S102  (our own text)
    patched, generated = sorted(
        kustomize(names["tree"], "overlays/prod"), key=lambda each: each["metadata"]["name"]
    )

    assert patched["metadata"] == {"name": "a", "namespace": "prod"}
    assert patched["data"] == {"key": "value"}
    assert generated["data"] == {"LEVEL": "warning"}
    assert generated["metadata"]["name"].startswith("b-")


class Web(constructs.Construct):
    """A Deployment, as somebody's own construct that knows nothing of folders."""

    def __init__(self, scope: constructs.Construct, id: str) -> None:
        super().__init__(scope, id)
        container = {"name": "web", "image": "example.com/web:1", "envFrom": []}
        template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
        spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
        manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
        Resource(self, "Deployment", manifest | {"spec": spec})
        Settings(self, "Settings", ConfigMapGenerator(name="web", settings={"COLOUR": "red"}))


def test_a_small_app_builds(app: cdk8s.App, kustomize: Harness) -> None:
    """A base, a component and an overlay give what kustomize makes of them."""
    Web(Base(app, "base"), "Web")
    component = Component(app, "components/blue")
    merged = ConfigMapGenerator(name="web", settings={"COLOUR": "blue"}, behavior="merge")
    Settings(component, "Settings", merged)
    path = "/spec/template/spec/containers/0/envFrom/-"
    Patch(
        component,
        "EnvFrom",
        file="patch-deployment-web.yaml",
        target=Target(kind="Deployment", name="web"),
        operations=[add(path, {"configMapRef": {"name": "web"}})],
    )
    Overlay(
        app,
        "overlays/prod",
        namespace="prod",
        resources=["../../base"],
        components=["../../components/blue"],
        images=[Image(name="example.com/web", new_name="example.com/web", new_tag="2")],
        replicas={"web": 3},
    )

    settings, web = kustomize(synth(app), "overlays/prod")

    (container,) = web["spec"]["template"]["spec"]["containers"]
    assert settings["data"] == {"COLOUR": "blue"}
    assert container["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]
    assert (container["image"], web["spec"]["replicas"]) == ("example.com/web:2", 3)


def test_any_two_paths_are_two_folders(app: cdk8s.App) -> None:
    """No path is taken for another, however it is spelled."""
    paths = ["a/b", "a--b", "a~1b", "a-/-b"]
    for path in paths:
        Resource(Base(app, path), "Config", config_map("c"))

    assert {path.rpartition("/")[0] for path in synth(app)} == set(paths)


def test_folders_may_stand_in_constructs(app: cdk8s.App) -> None:
    """A construct of one's own may hold folders."""
    group = constructs.Construct(app, "Group")
    Resource(Base(group, "base"), "Config", config_map("c"))

    assert set(synth(app)) == {"base/kustomization.yaml", "base/configmap-c.yaml"}


def test_a_folder_in_a_folder_is_refused(app: cdk8s.App) -> None:
    """It could be meant as a path below the other, or beside it."""
    base = Base(app, "base")

    with pytest.raises(ValueError, match="folder inner stands in another folder"):
        Base(base, "inner")


def test_a_plain_chart_is_refused(app: cdk8s.App) -> None:
    """What is in it would be written nowhere."""
    cdk8s.Chart(app, "plain")

    with pytest.raises(ValueError, match="chart plain is no Base, Component or Overlay"):
        synth(app)


def test_a_patch_needs_a_folder(app: cdk8s.App) -> None:
    """A patch outside of all folders would be listed by none."""
    with pytest.raises(ValueError, match="stands in no folder"):
        Settings(app, "Lost", ConfigMapGenerator(name="a"))


def test_an_object_needs_a_name(app: cdk8s.App) -> None:
    """cdk8s would make one up, of a hash of the construct's path."""
    with pytest.raises(ValueError, match=r"base/Config has no metadata\.name"):
        Resource(Base(app, "base"), "Config", {"apiVersion": "v1", "kind": "ConfigMap"})


def objects_of(folder: Folder) -> tuple[Manifest, ...]:
    """Return the objects that a folder holds."""
    return folder.kustomization().objects


def test_null_is_dropped_and_emptiness_kept(app: cdk8s.App) -> None:
    """cdk8s drops keys whose value is null; empty maps, lists and texts mean something."""
    base = Base(app, "base")
    data: dict[str, Any] = {"none": None, "map": {}, "list": [], "text": "", "zero": 0, "no": False}
    Resource(base, "Config", config_map("c") | {"data": data})

    (manifest,) = objects_of(base)

    del data["none"]
    assert manifest["data"] == data


def test_one_name_in_two_namespaces(app: cdk8s.App, kustomize: Harness) -> None:
    """Objects that differ by namespace or API group alone get files of their own."""
    base = Base(app, "base")
    Resource(base, "One", config_map("c", namespace="one"))
    Resource(base, "Two", config_map("c", namespace="two"))
    Resource(base, "Core", {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}})
    other = {"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"}}
    Resource(base, "Group", other)

    tree = synth(app)

    assert set(tree) == {
        "base/kustomization.yaml",
        "base/configmap-one-c.yaml",
        "base/configmap-two-c.yaml",
        "base/event-e.yaml",
        "base/event.events.k8s.io-e.yaml",
    }
    assert len(kustomize(tree, "base")) == 4


def test_one_resource_twice_is_refused(app: cdk8s.App) -> None:
    """Kustomize would refuse it with a message about its own cache."""
    base = Base(app, "base")
    Resource(base, "One", config_map("c"))
    Resource(base, "Two", config_map("c"))

    with pytest.raises(ValueError, match="two objects are ConfigMap c"):
        synth(app)
