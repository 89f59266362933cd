"""What a review comes to."""

from __future__ import annotations

from typing import Any

import pytest

from emqx_gitops.review.model import Entry, Outcome
from emqx_gitops.review.reports import Options, render
from emqx_gitops.review.reports.summary import Summary, replicas
from tests.review.reports import examples


def test_outcomes_are_counted_by_object() -> None:
    """An object counts for each of its outcomes, a change in three environments for three."""
    groups = {each.outcome: each.objects for each in Summary(examples.realistic()).groups}

    assert list(groups) == list(Outcome)
    assert (groups[Outcome.REFUSED], groups[Outcome.ROLLING_RESTART]) == (1, 8)


def test_environments_stand_worst_first() -> None:
    """Those without changes come last, and are none of the changed."""
    summary = Summary(examples.realistic())

    assert [row.environment for row in summary.rows] == ["prod", "dev", "staging", "lab"]
    assert [row.environment for row in summary.changed] == ["prod", "dev", "staging"]
    assert [row.pods for row in summary.rows] == [0, 3, 4, 0]


def test_a_refused_workload_restarts_nothing() -> None:
    """What the API server refuses as a whole does not reach the pods."""
    assert Summary(examples.review(examples.refused())).pods == 0


def test_pods_of_a_daemon_set_are_not_guessed() -> None:
    """How many nodes there are stands in no manifest; that there are some is said."""
    daemon = examples.manifest("DaemonSet", "agent")
    change = examples.changed("prod", daemon, daemon)
    review = examples.review(Entry((change,), (examples.ROLLS.on((), "all pods restart"),)))

    assert Summary(review).pods == 0
    assert "+  agent" in render("stat", review, Options())


def test_workloads_of_one_name_restart_each_for_itself() -> None:
    """Clusters in several namespaces have the same names."""
    entries = []
    for namespace in ("blue", "green"):
        workload = examples.workload(namespace=namespace)
        change = examples.changed("", workload, workload)
        entries.append(Entry((change,), (examples.ROLLS.on((), "pods restart"),)))

    (row,) = Summary(examples.review(*entries)).rows

    assert row.pods == 6
    assert row.restarts == (("StatefulSet blue/emqx", 3), ("StatefulSet green/emqx", 3))


def test_workloads_of_one_name_in_two_groups() -> None:
    """Custom resources may have the kinds of Kubernetes."""
    entries = []
    for group, replicas_ in (("apps/v1", 3), ("apps.kruise.io/v1beta1", "many")):
        workload = {**examples.workload(replicas=replicas_), "apiVersion": group}
        change = examples.changed("", workload, workload)
        entries.append(Entry((change,), (examples.ROLLS.on((), "pods restart"),)))

    (row,) = Summary(examples.review(*entries)).rows

    assert [number for _, number in row.restarts] == [3, None]


@pytest.mark.parametrize(
    ("kind", "spec", "number"),
    [
        ("StatefulSet", {"replicas": 3}, 3),
        ("Deployment", {}, 1),
        ("Deployment", None, 1),
        ("Pod", {}, 1),
        ("DaemonSet", {}, None),
        ("Deployment", {"replicas": "three"}, None),
    ],
)
def test_replicas_are_those_of_the_manifest(kind: str, spec: Any, number: int | None) -> None:
    """A workload that says nothing has one pod."""
    assert replicas({"kind": kind, "spec": spec}) == number


def test_no_environment_changed_is_one_line() -> None:
    """`--stat` of nothing says so."""
    assert render("stat", examples.review(unchanged=2), Options()) == (
        "no changes, 2 objects unchanged\n"
    )


def test_reviews_outside_our_trees_have_one_row() -> None:
    """Without environments, the new side names the row."""
    change = examples.changed("", examples.workload(), examples.workload())
    review = examples.review(Entry((change,), (examples.ROLLS.on((), "pods restart"),)))

    lines = render("stat", review, Options()).splitlines()

    assert lines[1].startswith("grow-prod")
    assert " environments" not in render("terminal", review, Options())
