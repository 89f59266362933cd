"""Kustomize documents as values, and the files they become."""

from __future__ import annotations

import pytest

from emqx_gitops.kustomize.documents import (
    HEADER,
    ConfigMapGenerator,
    Image,
    Kustomization,
    Patch,
    Target,
    Tree,
    add,
    file_names,
    is_generated,
    pointer,
)
from emqx_gitops.manifests import Manifest, read_document


def folder(kustomization: Kustomization) -> Tree:
    """Return the files of a kustomization by their names."""
    return {path.partition("/")[2]: text for path, text in kustomization.tree("a").items()}


def document(kustomization: Kustomization) -> Manifest:
    """Return the kustomization as it is read from its file."""
    data: Manifest = read_document(kustomization.tree("a")["a/kustomization.yaml"].encode()).data
    return data


def test_what_is_not_said_is_not_written() -> None:
    """A kustomization that says nothing has a version and a kind."""
    assert document(Kustomization(kind="Component")) == {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
    }


def test_fields_stand_as_kustomize_orders_them() -> None:
    """The order is that of `kustomize edit`, so that no tool moves lines about."""
    patch = Patch(file="p.yaml", target=Target(kind="A", name="b"), operations=(add("/c", 1),))
    found = document(
        Kustomization(
            resources=("../base",),
            namespace="n",
            patches=(patch,),
            generators=(ConfigMapGenerator(name="m", settings={"A": "1"}),),
            images=(Image(name="i", new_name="j", new_tag="2"),),
            replicas={"r": 2},
            components=("../c",),
        )
    )

    assert list(found)[2:] == [
        "resources",
        "namespace",
        "patches",
        "configMapGenerator",
        "images",
        "replicas",
        "components",
    ]


def test_generated_files_say_so_where_they_can() -> None:
    """Files whose format has comments open with ours; a script keeps its first line; others stay
    what they are, for a comment would spoil them.
    """
    files = {"run.sh": "#!/bin/sh\ntrue\n", "a.conf": "a\n", "a.json": "{}", "motd": "hello\n"}
    generator = ConfigMapGenerator(name="m", settings={"A": "1"}, files=files)

    tree = folder(Kustomization(generators=(generator,), source="here.yaml"))
    del tree["kustomization.yaml"]

    assert tree["m.env"] == f"# {HEADER}\n# Source: here.yaml\nA=1\n"
    # Their content is hashed, and would change with the place of the source.
    assert tree["run.sh"] == f"#!/bin/sh\n# {HEADER}\ntrue\n"
    assert tree["a.conf"] == f"# {HEADER}\na\n"
    assert [is_generated(tree[name].encode()) for name in sorted(tree)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert (tree["a.json"], tree["motd"]) == ("{}", "hello\n")


def test_settings_are_sorted_lines() -> None:
    """An env file has one setting a line, in order, whatever the order of the mapping."""
    generator = ConfigMapGenerator(name="m", settings={"B": "", "A": "x=y"})

    lines = folder(Kustomization(generators=(generator,)))["m.env"].splitlines()

    assert lines[1:] == ["A=x=y", "B="]


def test_two_files_of_one_name_are_refused() -> None:
    """Two generators of a folder may not fill one file with different texts."""
    generators = tuple(
        ConfigMapGenerator(name=name, files={"a.conf": text}) for name, text in ("xy", "zy", "z!")
    )

    assert Kustomization(generators=generators[:2]).tree("a")
    with pytest.raises(ValueError, match=r"two different documents claim a/a\.conf"):
        Kustomization(generators=generators).tree("a")


def named(kind: str, name: str, group: str = "", namespace: str = "") -> Manifest:
    """Return an object with nothing but an identity."""
    version = f"{group}/v1" if group else "v1"
    meta = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": meta}


def test_file_names_are_short_where_they_can_be() -> None:
    """Kind and name do, unless two objects share them; no file name has a colon."""
    objects = (
        named("Service", "a"),
        named("Service", "b", "serving.knative.dev"),
        named("Service", "b"),
        named("Role", "c", "rbac.authorization.k8s.io", "one"),
        named("Role", "c", "rbac.authorization.k8s.io", "two"),
        named("ClusterRole", "system:d", "rbac.authorization.k8s.io"),
    )

    assert file_names(objects) == (
        "service-a.yaml",
        "service.serving.knative.dev-b.yaml",
        "service-b.yaml",
        "role.rbac.authorization.k8s.io-one-c.yaml",
        "role.rbac.authorization.k8s.io-two-c.yaml",
        "clusterrole-system-d.yaml",
    )


def test_pointers_escape_keys() -> None:
    """Slashes and tildes in keys do not separate (RFC 6901)."""
    assert pointer("a/b~c") == "a~1b~0c"
