"""What a review comes to: objects by outcome and by environment, pods that restart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.model import Change, Entry, Kind, Outcome, Review, worst
from emqx_gitops.review.reports.wording import counted, restart


@dataclass(frozen=True)
class Group:
    """Entries that have an outcome, beside others or alone."""

    outcome: Outcome
    entries: tuple[Entry, ...]

    @property
    def objects(self) -> int:
        """How many objects have it: one for each environment."""
        return sum(len(each.changes) for each in self.entries)

    @property
    def environments(self) -> tuple[str, ...]:
        """Names of the environments that it concerns, sorted."""
        return tuple(sorted({name for each in self.entries for name in each.environments}))


@dataclass(frozen=True)
class Row:
    """What happens in one environment, or in all where there are none."""

    environment: str
    total: int | None
    """Objects on the new side; None where nobody counted."""
    changes: tuple[tuple[Change, Entry], ...]

    @property
    def outcome(self) -> Outcome:
        """The worst that happens; ``none`` where nothing changes."""
        return worst(entry.outcome for _, entry in self.changes)

    @cached_property
    def restarts(self) -> tuple[tuple[str, int | None], ...]:
        """Workloads whose pods restart, each with their number; None where nodes decide it."""
        found = {
            change.id: replicas(change.object.manifest)
            for change, entry in self.changes
            if restarts(entry) and change.id.kind in _WORKLOADS
        }
        alike = Counter((each.kind, each.name) for each in found)

        def title(key: ResourceId) -> str:
            alone = alike[key.kind, key.name] == 1
            return f"{key.kind} {key.name}" if alone else f"{key.kind} {key.namespace}/{key.name}"

        pairs = ((title(key), number) for key, number in sorted(found.items(), key=itemgetter(0)))
        return tuple(sorted(pairs, key=itemgetter(0)))

    @property
    def pods(self) -> int:
        """How many pods restart, as far as manifests say."""
        return sum(number or 0 for _, number in self.restarts)

    def count(self, *kinds: Kind) -> int:
        """Return how many objects came, went or changed so."""
        return sum(change.kind in kinds for change, _ in self.changes)


_WORKLOADS = frozenset({"DaemonSet", "Deployment", "Pod", "ReplicaSet", "StatefulSet"})


@dataclass(frozen=True)
class Summary:
    """A review in numbers."""

    review: Review

    @property
    def objects(self) -> int:
        """How many objects change, in all environments together."""
        return sum(len(each.changes) for each in self.review.entries)

    @property
    def headline(self) -> str:
        """All of it in a few words: ``14 objects changed in 3 environments, 7 pods restart``."""
        if not self.review.entries:
            return "no changes"
        text = f"{counted(self.objects, 'object')} changed"
        if any(row.environment for row in self.changed):
            text += f" in {counted(len(self.changed), 'environment')}"
        return f"{text}, {restart(self.pods)}" if self.pods else text

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Entries by outcome, worst first; one that has several stands in several."""
        found: dict[Outcome, list[Entry]] = {}
        for entry in self.review.entries:
            for outcome in {each.outcome for each in entry.effects} or {Outcome.NONE}:
                found.setdefault(outcome, []).append(entry)
        return tuple(Group(each, tuple(found[each])) for each in Outcome if each in found)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Environments, worst first and then by name; those without changes last."""
        found: dict[str, list[tuple[Change, Entry]]] = {
            name: [] for name in self.review.environments
        }
        for entry in self.review.entries:
            for change in entry.changes:
                found.setdefault(change.environment, []).append((change, entry))
        totals = self.review.environments
        rows = (Row(name, totals.get(name), tuple(each)) for name, each in found.items())
        return tuple(
            sorted(rows, key=lambda row: (not row.changes, row.outcome.rank, row.environment))
        )

    @property
    def changed(self) -> tuple[Row, ...]:
        """Environments in which something changes."""
        return tuple(row for row in self.rows if row.changes)

    @property
    def pods(self) -> int:
        """How many pods restart, as far as manifests say."""
        return sum(row.pods for row in self.rows)


def restarts(entry: Entry) -> bool:
    """Tell whether pods restart: not where the API server refuses the object as a whole."""
    outcomes = {each.outcome for each in entry.effects}
    return Outcome.ROLLING_RESTART in outcomes and Outcome.REFUSED not in outcomes


def replicas(manifest: Manifest) -> int | None:
    """Return how many pods a workload asks for; None for a DaemonSet, and for what is no number."""
    if manifest.get("kind") == "Pod":
        return 1
    if manifest.get("kind") == "DaemonSet":
        return None
    spec = manifest.get("spec")
    number = spec.get("replicas", 1) if isinstance(spec, dict) else 1
    return number if isinstance(number, int) else None
