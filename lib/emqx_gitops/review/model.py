"""The words of a review: object, change, effect, entry. Plain values, made once and passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from emqx_gitops.manifests import Manifest, ResourceId, base_name


class Item(NamedTuple):
    """A step into a list whose items have keys: ``[name=emqx]``, ``[containerPort=1883,...]``."""

    keys: tuple[tuple[str, str | int], ...]

    def __str__(self) -> str:
        """Return it as paths show it."""
        return "[" + ",".join(f"{key}={value}" for key, value in self.keys) + "]"


Step = str | int | Item
Path = tuple[Step, ...]
"""Leads to a value: keys of mappings, places in plain lists, keys of items in keyed lists."""


def path_text(path: Path) -> str:
    """Return *path* for people: ``spec.template.spec.containers[name=emqx].image``."""
    text = ""
    for step in path:
        if isinstance(step, Item):
            text += str(step)
        elif isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("-", "").replace("_", "").isalnum():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


class How(StrEnum):
    """What happened to a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    ORDER = "order"
    """A list has the same items in another order; old and new are lists of their keys."""


@dataclass(frozen=True)
class Hidden:
    """What stands for a value that must not be shown: its length is all that is known of it."""

    length: int
    """Bytes of the value: decoded where it is base64 in a Secret's data."""

    def __str__(self) -> str:
        """Return it as reports show it."""
        return f"*** ({self.length} bytes)"


@dataclass(frozen=True)
class Field:
    """One changed value; secrets are `Hidden` from the moment it is made."""

    path: Path
    how: How
    old: Any = None
    """None where it was not there."""
    new: Any = None
    """None where it is not there."""


@dataclass(frozen=True)
class Object:
    """A Kubernetes object and where it was read."""

    manifest: Manifest
    file: str = ""
    """Path as the user knows it: relative to the repository where there is one."""
    line: int = 1
    """Line of *file* at which the object's document begins."""
    text: str = ""
    """The document as it stands in the file; for finding the lines of fields, never for showing."""

    @cached_property
    def id(self) -> ResourceId:
        """What makes it the same resource as another."""
        return ResourceId.of(self.manifest)


class Kind(StrEnum):
    """What happened to an object."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    """Or moved to another namespace: found again by likeness."""
    REPLACED = "replaced"
    """Its kind was swapped: a Deployment became a StatefulSet, or the other way round."""


@dataclass(frozen=True)
class Change:
    """One object before and after, and the fields that differ."""

    old: Object | None
    new: Object | None
    fields: tuple[Field, ...] = ()
    """Empty for an object that came or went; sorted by path as the object has them."""
    environment: str = ""
    """Of our own trees: the folder below ``dist/rendered``; else empty."""

    @property
    def object(self) -> Object:
        """The new object, or the old where it went."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a change of nothing")
        return found

    @property
    def id(self) -> ResourceId:
        """Identity of the new object, or of the old where it went."""
        return self.object.id

    @cached_property
    def kind(self) -> Kind:
        """What happened to it. A new hash at the end of a generated name is no new name."""
        if self.old is None:
            return Kind.ADDED
        if self.new is None:
            return Kind.REMOVED
        old, new = self.old, self.new
        if (old.id.group, old.id.kind) != (new.id.group, new.id.kind):
            return Kind.REPLACED
        same = old.id.namespace == new.id.namespace and (
            base_name(old.manifest) == base_name(new.manifest)
        )
        return Kind.CHANGED if same else Kind.RENAMED


class Outcome(StrEnum):
    """What a change does; the words of every machine-readable output, worst first."""

    DATA_LOSS = "data-loss"
    CLUSTER_SPLIT = "cluster-split"
    """Nodes that do not find each other any more, or lose their identity."""
    REFUSED = "refused"
    """By the API server: nothing of the object changes."""
    INTERRUPTION = "interruption"
    """Of clients, dashboards or metrics; the effect says whose."""
    WIDENED = "widened"
    """Exposure or privilege."""
    ROLLING_RESTART = "rolling-restart"
    UNKNOWN = "unknown"
    IN_PLACE = "in-place"
    NONE = "none"

    @property
    def rank(self) -> int:
        """Its place among outcomes, 0 for the worst."""
        return _RANKS[self]


_RANKS = {outcome: place for place, outcome in enumerate(Outcome)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of *outcomes*; ``none`` where there are none."""
    return min(outcomes, key=lambda each: each.rank, default=Outcome.NONE)


SEVERE = frozenset(
    {Outcome.DATA_LOSS, Outcome.CLUSTER_SPLIT, Outcome.REFUSED, Outcome.INTERRUPTION}
)
"""Outcomes that a reviewer must not miss."""


@dataclass(frozen=True)
class EffectRule:
    """Something that changes do, and all there is to say about it: a literal, as `Rule` is."""

    code: str
    """``EG8..`` for Kubernetes and delivery, ``EG9..`` for EMQX; never used again for another."""
    name: str
    """A phrase in kebab-case."""
    outcome: Outcome
    what: str
    """One sentence: the change that the rule finds."""
    why: str
    """One sentence: the reason in Kubernetes or EMQX."""
    fix: str
    """What to do first, or instead; commands where there are any."""
    source: str
    """Where the fact can be checked."""

    def on(self, path: Path, message: str, advice: str | None = None) -> Effect:
        """Return an effect of this rule; its advice is the rule's fix where none is given."""
        return Effect(self, path, message, self.fix if advice is None else advice)


@dataclass(frozen=True)
class Effect:
    """What one change of one object does."""

    rule: EffectRule
    path: Path
    """The field that does it; empty for the object as a whole."""
    message: str
    """One sentence, with the names and numbers of this case."""
    advice: str
    """What to do; commands stand on lines of their own, indented by two blanks."""

    @property
    def outcome(self) -> Outcome:
        """What it does, in one word."""
        return self.rule.outcome


class Apply(StrEnum):
    """How objects are applied: the same change can be taken by one way and refused by another."""

    FLUX = "flux"
    """Server-side, under kustomize-controller's own field manager."""
    ARGOCD = "argocd"
    """Client-side, unless told otherwise."""
    KUBECTL = "kubectl"
    """Client-side: ``kubectl apply``."""
    KUBECTL_SERVER = "kubectl-server-side"


def ids_of(
    side: Mapping[ResourceId, Manifest], kind: str, namespace: str | None = None
) -> Sequence[ResourceId]:
    """
    Return the keys of *kind* on one side; of one namespace where it is given, ``""`` for none.

    Of a side with thousands of objects this looks at a few, where ``items()`` reads all.
    """
    own: Callable[[str, str | None], Sequence[ResourceId]] | None = getattr(side, "ids_of", None)
    if own is not None:
        return own(kind, namespace)
    return [key for key in side if key.kind == kind and namespace in {None, key.namespace}]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """
    What a rule may look at beside the change: both sides of its environment, and the way.

    One for all changes of an environment: finders keep by it what they worked out.
    """

    old: Mapping[ResourceId, Manifest]
    """All objects before; of our trees those of the change's environment."""
    new: Mapping[ResourceId, Manifest]
    apply: frozenset[Apply]
    """Ways that are asked about; all where the user did not say."""
    touched: frozenset[str] | None = None
    """Namespaces in which anything changes; None where that is not known."""

    def find(self, side: Mapping[ResourceId, Manifest], kind: str) -> Iterator[Manifest]:
        """Yield the objects of *kind* on one side; no others are read where it is lazy."""
        return (side[key] for key in ids_of(side, kind))


EffectFinder = Callable[[Change, Surroundings], Iterable[Effect]]
"""Finds what one change does, from its own point of view; several finders look at each change."""


@dataclass(frozen=True)
class Entry:
    """A change as it is reported: once, however many environments have it."""

    changes: tuple[Change, ...]
    """At least one; the first speaks for all."""
    effects: tuple[Effect, ...]
    """At least one, worst first; ``none`` stands alone."""

    @property
    def change(self) -> Change:
        """The change that speaks for all."""
        return self.changes[0]

    @property
    def environments(self) -> tuple[str, ...]:
        """Names of the environments, sorted; empty outside our own trees."""
        return tuple(sorted({each.environment for each in self.changes if each.environment}))

    @cached_property
    def outcome(self) -> Outcome:
        """The worst that it does."""
        return worst(each.outcome for each in self.effects)


@dataclass(frozen=True)
class Review:
    """All that changes between two sides, worst first."""

    old: str
    """What the old side is called: ``main``, a folder, a file."""
    new: str
    entries: tuple[Entry, ...]
    unchanged: int = 0
    """Objects that are the same on both sides."""
    warnings: tuple[str, ...] = field(default=())
    """What could not be read or paired, a sentence each."""
    environments: Mapping[str, int] = field(default_factory=dict)
    """Objects of each environment on the new side; empty outside our own trees."""
