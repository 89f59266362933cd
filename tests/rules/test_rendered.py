"""Every rule on rendered objects, broken in one place and nearly broken."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from emqx_gitops.findings import Finding
from emqx_gitops.manifests import Manifest, read_stream
from emqx_gitops.rules.rendered import check_rendered
from emqx_gitops.rules.subjects import Rendered
from tests.rules.faults import CASES, GONE, Fault, Fine
from tests.rules.odd import ODD, changed, places

CLUSTER = read_stream((Path(__file__).parent / "cluster.yaml").read_bytes())
FAULTS = [each for each in CASES if isinstance(each, Fault)]
FINE = [each for each in CASES if isinstance(each, Fine)]
IDENTITY = frozenset({"apiVersion", "kind", "metadata"})
CREDENTIALS = ("Secret", "emqx-credentials")


def check(case: Fault | Fine) -> list[Finding]:
    """Return what is wrong with the cluster after the edits of *case*."""
    objects = copy.deepcopy(CLUSTER)
    for place, value in case.edits.items():
        edit(objects, place, value)
    external = case.external if isinstance(case, Fine) else ()
    rendered = Rendered(
        name="prod",
        file="overlays/prod/environment.yaml",
        namespace="prod",
        manifests=(*objects, *read_stream(case.more)),
        external=frozenset({CREDENTIALS, *external}),
        foreign=case.foreign,
    )
    return list(check_rendered(rendered))


def edit(objects: Iterable[Manifest], place: str, value: object) -> None:
    """Change one value of one object."""
    identity, _, path = place.partition(": ")
    target: Any = next(
        each for each in objects if f"{each['kind']} {each['metadata']['name']}" == identity
    )
    *parents, last = keys(path)
    for key in parents:
        target = target[key] if isinstance(key, int) else target.setdefault(key, {})
    if value is GONE:
        del target[last]
    elif isinstance(last, int) and last == len(target):
        target.append(value)
    else:
        target[last] = value


def keys(path: str) -> list[str | int]:
    """Return the parts of ``spec.ports[0].name``."""
    parts = re.findall(r"[^.\[\]]+", path)
    return [int(part) if part.isdigit() else part for part in parts]


def expected_path(case: Fault) -> str:
    """Return the path that a finding must name."""
    return (case.at or next(iter(case.edits))).partition(": ")[2] or case.at


def names(found: str, expected: str) -> bool:
    """Tell whether a path is the one expected, or one right above or below it; ``*`` is any."""
    return expected == "*" or found.startswith(expected) or expected.startswith(found)


def test_a_sound_cluster_has_no_findings() -> None:
    """Neither generated nor written by hand."""
    assert check(Fine()) == []
    assert check(Fine(foreign=True)) == []


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.code)
def test_a_fault_is_found_at_its_place(case: Fault) -> None:
    """A finding of the rule names the path of the value at fault, and how to mend it."""
    found = [each for each in check(case) if each.rule.code == case.code]

    assert found
    assert any(names(each.where.path, expected_path(case)) for each in found)
    assert all(each.fix and each.where.resource for each in found)


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.code)
def test_a_finding_reads_well_and_keeps_secrets(case: Fault) -> None:
    """Messages are short, end without a full stop, and never hold a secret's value."""
    for each in check(case):
        assert len(each.message) < 200
        assert not each.message.endswith(".")
        assert "hunter2" not in f"{each.message} {each.fix}"


@pytest.mark.parametrize("case", FINE, ids=lambda case: next(iter(case.edits), "more"))
def test_what_comes_close_is_no_fault(case: Fine) -> None:
    """Nothing is found."""
    assert [f"{each.rule.code} {each.message}" for each in check(case)] == []


@pytest.mark.parametrize("number", range(len(CLUSTER)))
def test_no_value_upsets_the_rules(number: int) -> None:
    """Whatever stands in an object, findings come out and no exception."""
    for path in list(places(CLUSTER[number], besides=IDENTITY)):
        for odd in ODD:
            objects = [*CLUSTER]
            objects[number] = changed(CLUSTER[number], path, odd)
            rendered = Rendered(
                name="a", file="b", namespace="prod", manifests=tuple(objects), foreign=odd == 3
            )
            assert isinstance(list(check_rendered(rendered)), list)
