"""What we lean on in kustomize: one rule a test, with the oldest supported and the pinned one."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.kustomize.errors import BuildError
from emqx_gitops.manifests import Manifest
from tests.kustomize.conftest import Harness, component

DEPLOYMENT = """\
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: app}
    spec:
      selector: {matchLabels: {app: app}}
      template:
        metadata: {labels: {app: app}}
        spec:
          containers:
            - name: app
              image: example.com/app:1
              env: [{name: FIRST, value: a}]
              envFrom: [{configMapRef: {name: settings}}]
    """
BASE = {
    "base/kustomization.yaml": """\
        resources: [deployment.yaml]
        configMapGenerator:
          - name: settings
            envs: [settings.env]
            options: {annotations: {keep: "yes"}, labels: {mine: "yes"}}
        """,
    "base/settings.env": "LEVEL=info\n",
    "base/deployment.yaml": DEPLOYMENT,
    "overlay/kustomization.yaml": "resources: [../base]\n",
}


def overlay(*components: str, more: str = "") -> dict[str, str]:
    """Return the base and an overlay that lists *components*, folders beside it."""
    listed = ", ".join(f"../{each}" for each in components)
    text = f"resources: [../base]\ncomponents: [{listed}]\n{more}"
    return BASE | {"overlay/kustomization.yaml": text}


def by_kind(objects: list[Manifest]) -> dict[str, Manifest]:
    """Return objects by kind, of which there is one each."""
    return {each["kind"]: each for each in objects}


def container(objects: list[Manifest]) -> Any:
    """Return the Deployment's container."""
    return by_kind(objects)["Deployment"]["spec"]["template"]["spec"]["containers"][0]


def json_patch(operations: str, target: str = "kind: Deployment") -> str:
    """Return a component that makes RFC 6902 *operations* on *target*."""
    return component(f"patches: [{{target: {{{target}}}, patch: '{operations}'}}]")


ADD_ENV = '[{"op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": %s}]'


def test_appending_keeps_the_order(kustomize: Harness) -> None:
    """`/-` appends, component by component: a variable stands after those that it expands."""
    files = overlay("one", "two")
    for name in ("one", "two"):
        value = f'{{"name": "{name}", "value": "$(FIRST)"}}'
        files[f"{name}/kustomization.yaml"] = json_patch(ADD_ENV % value)

    names = [each["name"] for each in container(kustomize(files))["env"]]

    assert names == ["FIRST", "one", "two"]


def test_strategic_merge_prepends(kustomize: Harness) -> None:
    """Components never merge lists: the new variable would stand first and expand nothing."""
    env = "env: [{name: LAST, value: $(FIRST)}]"
    body = f"spec: {{template: {{spec: {{containers: [{{name: app, {env}}}]}}}}}}"
    text = f"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: app}}, {body}}}"
    files = overlay("one") | {
        "one/kustomization.yaml": component(f"patches: [{{patch: '{text}'}}]")
    }

    names = [each["name"] for each in container(kustomize(files))["env"]]

    assert names == ["LAST", "FIRST"]


def test_hash_follows_what_components_merge(kustomize: Harness) -> None:
    """A setting of a component changes the map's name, and the reference with it."""
    merge = component("configMapGenerator: [{name: settings, behavior: merge, envs: [more.env]}]")
    files = overlay("one") | {"one/kustomization.yaml": merge, "one/more.env": "MORE=1\n"}

    before, after = kustomize(BASE), kustomize(files)

    names = [by_kind(each)["ConfigMap"]["metadata"]["name"] for each in (before, after)]
    assert names[0] != names[1]
    for objects, name in zip((before, after), names, strict=True):
        assert container(objects)["envFrom"] == [{"configMapRef": {"name": name}}]
    assert by_kind(after)["ConfigMap"]["data"] == {"LEVEL": "info", "MORE": "1"}


def test_annotations_survive_merging(kustomize: Harness) -> None:
    """What the base's generator says about its map stays when others merge into it."""
    merge = component("configMapGenerator: [{name: settings, behavior: merge, envs: [more.env]}]")
    files = overlay("one") | {"one/kustomization.yaml": merge, "one/more.env": "MORE=1\n"}

    meta = by_kind(kustomize(files))["ConfigMap"]["metadata"]

    assert (meta["annotations"], meta["labels"]) == ({"keep": "yes"}, {"mine": "yes"})


def test_the_last_component_wins(kustomize: Harness) -> None:
    """Components apply in the order listed; the environment's own is the last one."""
    files = overlay("one", "two")
    merge = component("configMapGenerator: [{name: settings, behavior: merge, envs: [more.env]}]")
    for name in ("one", "two"):
        files |= {f"{name}/kustomization.yaml": merge, f"{name}/more.env": f"LEVEL={name}\n"}

    assert by_kind(kustomize(files))["ConfigMap"]["data"] == {"LEVEL": "two"}


@pytest.mark.parametrize(
    ("target", "hit"),
    [
        ("kind: StatefulSet|Deployment", True),
        ("kind: StatefulSet|Deployment, name: app", True),
        ("kind: StatefulSet|Deployment, name: ap", False),
        ("kind: Deploy", False),
        ("kind: Pod", False),
    ],
)
def test_targets_are_anchored_expressions(kustomize: Harness, target: str, *, hit: bool) -> None:
    """One patch serves two kinds; a part of a name is no hit, and no hit is no error."""
    files = overlay("one")
    files["one/kustomization.yaml"] = json_patch(ADD_ENV % '{"name": "NEW"}', target)

    assert len(container(kustomize(files))["env"]) == (2 if hit else 1)


def test_images_and_replicas_work_in_components(kustomize: Harness) -> None:
    """The environment's component may set both; an image is found by its name without the tag."""
    files = overlay("one")
    files["one/kustomization.yaml"] = component(
        "images: [{name: example.com/app, newName: mirror:5000/app, newTag: '2'}]\n"
        "replicas: [{name: app, count: 5}]"
    )

    objects = kustomize(files)

    assert container(objects)["image"] == "mirror:5000/app:2"
    assert by_kind(objects)["Deployment"]["spec"]["replicas"] == 5


@pytest.mark.parametrize(
    ("entry", "image"),
    [
        ("digest: sha256:0f", "example.com/app@sha256:0f"),
        ("newTag: '2', digest: sha256:0f", "example.com/app:2@sha256:0f"),
    ],
)
def test_digest_replaces_the_tag(kustomize: Harness, entry: str, image: str) -> None:
    """A digest drops the base's tag, and stands behind a new one."""
    files = overlay("one")
    files["one/kustomization.yaml"] = component(f"images: [{{name: example.com/app, {entry}}}]")

    assert container(kustomize(files))["image"] == image


ACCOUNT = """\
    apiVersion: v1
    kind: ServiceAccount
    metadata: {name: app}
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: app}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: app}
    subjects: [{kind: ServiceAccount, name: app}]
    """


def test_namespace_reaches_subjects(kustomize: Harness) -> None:
    """A subject gets the namespace of the ServiceAccount that it names."""
    files = overlay("one", more="namespace: prod\n") | {
        "one/kustomization.yaml": component("resources: [account.yaml]"),
        "one/account.yaml": ACCOUNT,
    }

    (subject,) = by_kind(kustomize(files))["RoleBinding"]["subjects"]

    assert subject == {"kind": "ServiceAccount", "name": "app", "namespace": "prod"}


def test_namespace_moves_everything(kustomize: Harness) -> None:
    """Objects that name another namespace are moved, unknown cluster-scoped kinds get one, and the
    Namespace itself is renamed; volumes and what they are claimed by are left alone.
    """
    files = overlay("extra", more="namespace: prod\n") | {
        "extra/kustomization.yaml": component("resources: [all.yaml]"),
        "extra/all.yaml": """\
            {apiVersion: v1, kind: Secret, metadata: {name: a, namespace: other}}
            ---
            {apiVersion: example.com/v1, kind: ClusterThing, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: other}}
            ---
            {apiVersion: v1, kind: PersistentVolume, metadata: {name: a},
             spec: {claimRef: {name: a, namespace: other}}}
            """,
    }

    found = by_kind(kustomize(files))

    assert found["Secret"]["metadata"]["namespace"] == "prod"
    assert found["ClusterThing"]["metadata"]["namespace"] == "prod"
    assert found["Namespace"]["metadata"]["name"] == "prod"
    assert "namespace" not in found["PersistentVolume"]["metadata"]
    assert found["PersistentVolume"]["spec"]["claimRef"]["namespace"] == "other"


def test_files_outside_are_refused(kustomize: Harness) -> None:
    """Without options a folder may use other folders, but no files of theirs."""
    files = overlay("one") | {
        "one/kustomization.yaml": component("patches: [{path: ../shared/patch.yaml}]"),
        "shared/patch.yaml": "{apiVersion: apps/v1, kind: Deployment, metadata: {name: app}}",
    }

    with pytest.raises(BuildError, match=r"security; file '.*' is not in or below"):
        kustomize(files)


@pytest.mark.parametrize("engine", [0], indirect=True, ids=["pinned"])
def test_a_component_must_say_something(kustomize: Harness) -> None:
    """A choice without structure gets no folder: newer kustomizes refuse an empty one."""
    files = overlay("one") | {"one/kustomization.yaml": component("")}

    with pytest.raises(BuildError, match=r"kustomization.yaml is empty"):
        kustomize(files)


def test_env_files_keep_values(kustomize: Harness) -> None:
    """Values of an env file are texts as they stand, quotes, spaces and nothing at all included."""
    values = {
        "ZEROS": "0123",
        "QUOTED": '"0123"',
        "EMPTY": "",
        "LIST": "[a, b]",
        "MATH": "a=b=c",
        "HASH": "a # b",
        "SPACES": "  a  ",
        "DOLLAR": "$(FIRST) ${HOME} $HOME",
        "TEXT": "käse 日本",
    }
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    files = BASE | {"base/settings.env": f"# comment\n{lines}"}

    assert by_kind(kustomize(files))["ConfigMap"]["data"] == values


def test_literals_lose_quotes(kustomize: Harness) -> None:
    """Settings are never literals: a quoted number becomes another text."""
    generator = "configMapGenerator: [{name: settings, literals: ['A=\"0123\"']}]"
    files = BASE | {"base/kustomization.yaml": f"resources: [deployment.yaml]\n{generator}\n"}

    assert by_kind(kustomize(files))["ConfigMap"]["data"] == {"A": "0123"}


def test_merging_claim_templates_replaces_them(kustomize: Harness) -> None:
    """Claim templates are changed by exact paths: a merge drops those that it does not name."""
    claims = "[{metadata: {name: a}}, {metadata: {name: b}}]"
    head = "apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}"
    changed = f"{{{head}, spec: {{volumeClaimTemplates: [{{metadata: {{name: a}}}}]}}}}"
    files = {
        "overlay/kustomization.yaml": f"resources: [s.yaml]\npatches: [{{patch: '{changed}'}}]\n",
        "overlay/s.yaml": f"{{{head}, spec: {{volumeClaimTemplates: {claims}}}}}",
    }

    (found,) = kustomize(files)

    assert found["spec"]["volumeClaimTemplates"] == [{"metadata": {"name": "a"}}]


def test_one_process_keeps_overlays_apart(kustomize: Harness) -> None:
    """In one build of several overlays each reference finds the map of its own namespace."""
    files = dict(BASE)
    for name in ("a", "b"):
        files |= {
            f"{name}/kustomization.yaml": f"resources: [../base]\nnamespace: {name}\n"
            f"components: [../own-{name}]\n",
            f"own-{name}/kustomization.yaml": component(
                "configMapGenerator: [{name: settings, behavior: merge, envs: [more.env]}]"
            ),
            f"own-{name}/more.env": f"NAME={name}\n",
        }
    files["both/kustomization.yaml"] = "resources: [../a, ../b]\n"

    both = kustomize(files, "both")

    for name in ("a", "b"):
        alone = kustomize(files, name)
        assert [each for each in both if each["metadata"]["namespace"] == name] == alone
