"""The committed shapes of Kubernetes objects, against those of another program."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path

import pytest

from emqx_gitops.manifests import Manifest, read_stream
from emqx_gitops.rules.shapes import misfits
from tests.strict import strict_errors

ROOT = Path(__file__).parents[2]
CLUSTER = read_stream((Path(__file__).parent / "cluster.yaml").read_bytes())
STATEFUL_SET = next(each for each in CLUSTER if each["kind"] == "StatefulSet")


def with_field(path: str, value: object) -> Manifest:
    """Return the StatefulSet with one field of its pod's specification set."""
    changed = copy.deepcopy(STATEFUL_SET)
    changed["spec"]["template"]["spec"][path] = value
    return changed


@pytest.mark.parametrize("minor", range(29, 38))
def test_every_supported_version_knows_the_usual_kinds(minor: int) -> None:
    """What is right has no misfits, in any of them."""
    assert [misfits(each, minor) for each in CLUSTER] == [[]] * len(CLUSTER)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hostNames", []),
        ("containers", {}),
        ("containers", [{"image": "a"}]),
        ("terminationGracePeriodSeconds", "30"),
        ("hostnameOverride", "a"),
        ("resources", {"limits": {"cpu": 1}}),
        ("priority", 3),
        ("nodeSelector", {"a": True}),
        ("hostAliases", [{"ip": "10.0.0.1", "hostnames": ["a"]}]),
    ],
)
@pytest.mark.parametrize("minor", [29, 33, 37])
def test_both_checks_agree(field: str, value: object, minor: int) -> None:
    """Where the committed shapes find something, kubernetes-validate does, and nowhere else."""
    manifest = with_field(field, value)

    assert bool(misfits(manifest, minor)) == bool(strict_errors(manifest, f"1.{minor}"))


def test_a_misfit_says_where_and_what() -> None:
    """An unknown field comes with what may have been meant."""
    (found,) = misfits(with_field("tolerationz", []), 33)

    assert found.path == "spec.template.spec.tolerationz"
    assert found.message == "the field tolerationz is unknown"
    assert "`tolerations`" in found.hint


def test_the_shapes_are_those_of_the_schemas() -> None:
    """The committed file is what the script writes."""
    script = ROOT / "scripts" / "kubernetes_schemas.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False, cwd=ROOT)

    assert done.returncode == 0
