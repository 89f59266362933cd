"""What we say that a change does, against what a real control plane does with it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from emqx_gitops.review.compare import compare
from emqx_gitops.review.effects.registry import effects_of
from emqx_gitops.review.effects.workloads import ALL_AT_ONCE
from emqx_gitops.review.model import Change, Effect, Object, Outcome, Surroundings
from tests.builds import Builder
from tests.cluster.control_plane import ControlPlane
from tests.cluster.corpus.cases import cases
from tests.cluster.corpus.measure import Observed, Plane, Trial, by_id, observe, trials

LEAST = 150
"""Cases that the corpus must have."""


def predicted(trial: Trial) -> tuple[Effect, ...]:
    """Return the effects that a review would report of a case."""
    case = trial.case
    change = Change(Object(case.old), Object(case.new), compare(case.old, case.new))
    around = Surroundings(
        by_id((case.old, *case.beside)), by_id((case.new, *case.beside)), frozenset({trial.way})
    )
    return effects_of(change, around)


def score(name: str, said: set[str], true: set[str], measured: int) -> list[str]:
    """Print precision and recall, and return what was missed, by name."""
    both = len(said & true)
    precision = both / len(said) if said else 1.0
    recall = both / len(true) if true else 1.0
    print(  # noqa: T201
        f"{name}: {len(true)} of {measured}, precision {precision:.2f}, recall {recall:.2f}"
    )
    wrongly = [f"{name} predicted, did not happen: {each}" for each in sorted(said - true)]
    return wrongly + [f"{name} happened, not predicted: {each}" for each in sorted(true - said)]


def misses(observed: Mapping[Trial, Observed]) -> list[str]:
    """Return every prediction that was wrong, with a word on what happened."""
    effects = {trial: predicted(trial) for trial in observed}
    outcomes = {trial: {each.outcome for each in found} for trial, found in effects.items()}
    restarting = {
        trial
        for trial, found in effects.items()
        if any(
            each.outcome is Outcome.ROLLING_RESTART or each.rule is ALL_AT_ONCE for each in found
        )
    }

    def titles(chosen: object) -> set[str]:
        return {trial.title for trial in observed if trial in chosen}  # type: ignore[operator]

    count = len(observed)
    return [
        *score(
            "refused",
            titles({trial for trial in observed if Outcome.REFUSED in outcomes[trial]}),
            titles({trial for trial, seen in observed.items() if seen.refused}),
            count,
        ),
        *score(
            "restart",
            titles(restarting),
            titles({trial for trial, seen in observed.items() if seen.restarted}),
            count,
        ),
        *score(
            "none",
            titles({trial for trial in observed if outcomes[trial] == {Outcome.NONE}}),
            titles(
                {
                    trial
                    for trial, seen in observed.items()
                    if not (seen.refused or seen.changed or seen.restarted)
                }
            ),
            count,
        ),
    ]


@pytest.mark.slow
def test_predictions_hold(control_plane: ControlPlane, built: Builder, tmp_path: Path) -> None:
    """Refusals, restarts and changes that do nothing are predicted: none too many, none too few."""
    program = shutil.which("kubectl")
    assert program, "kubectl is missing: client-side apply cannot be measured"
    corpus = list(cases(built))
    assert len(corpus) >= LEAST
    assert len({each.name for each in corpus}) == len(corpus)
    kubectl = (program, f"--kubeconfig={control_plane.kubeconfig}")

    observed = observe(Plane(control_plane.client, kubectl), tmp_path, trials(corpus))

    wrong = misses(observed)
    assert not wrong, "\n".join(wrong)
