"""What we say that a change does, against what a real control plane does with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from emqx_gitops.review.compare import compare
from emqx_gitops.review.effects.registry import effects_of
from emqx_gitops.review.effects.workloads import ALL_AT_ONCE
from emqx_gitops.review.model import Change, Effect, Object, Outcome, Surroundings
from tests.builds import Builder
from tests.cluster.control_plane import ControlPlane
from tests.cluster.corpus.cases import cases
from tests.cluster.corpus.measure import Observed, Plane, Trial, by_id, observe, trials
from tests.cluster.results import MEASURED

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


class Score(NamedTuple):
    """Predictions of one outcome, against what happened."""

    name: str
    said: set[str]
    true: set[str]
    trials: int

    def __str__(self) -> str:
        both = len(self.said & self.true)
        precision = both / len(self.said) if self.said else 1.0
        recall = both / len(self.true) if self.true else 1.0
        counted = f"{self.name}: {len(self.true)} of {self.trials} changes"
        return f"{counted}, precision {precision:.2f}, recall {recall:.2f}"

    @property
    def misses(self) -> list[str]:
        """What was predicted wrongly, by name."""
        wrongly = sorted(self.said - self.true)
        unseen = sorted(self.true - self.said)
        return [
            *(f"{self.name} predicted, did not happen: {each}" for each in wrongly),
            *(f"{self.name} happened, not predicted: {each}" for each in unseen),
        ]


def scores(observed: Mapping[Trial, Observed]) -> list[Score]:
    """Return how well refusals, restarts and changes that do nothing were predicted."""
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
        Score(
            "refused",
            titles({trial for trial in observed if Outcome.REFUSED in outcomes[trial]}),
            titles({trial for trial, seen in observed.items() if seen.refused}),
            count,
        ),
        Score(
            "restart",
            titles(restarting),
            titles({trial for trial, seen in observed.items() if seen.restarted}),
            count,
        ),
        Score(
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
def test_predictions_hold(
    control_plane: ControlPlane,
    built: Builder,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Refusals, restarts and changes that do nothing are predicted: none too many, none too few."""
    program = shutil.which("kubectl")
    assert program, "kubectl is missing: client-side apply cannot be measured"
    corpus = list(cases(built))
    assert len(corpus) >= LEAST
    assert len({each.name for each in corpus}) == len(corpus)
    kubectl = (program, f"--kubeconfig={control_plane.kubeconfig}")

    observed = observe(Plane(control_plane.client, kubectl), tmp_path, trials(corpus))

    found = scores(observed)
    for each in found:
        record_property(MEASURED, str(each))
    wrong = [line for each in found for line in each.misses]
    assert not wrong, "\n".join(wrong)
