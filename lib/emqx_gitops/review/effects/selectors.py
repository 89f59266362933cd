"""Selectors against labels: who is found no more, and who is found by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.manifests import Manifest, ResourceId
from emqx_gitops.review.effects.differing import Both, both
from emqx_gitops.review.effects.pods import TEMPLATE, has_pods, pod_labels, template_path, title
from emqx_gitops.review.effects.reading import at, listed, mapping, path_of
from emqx_gitops.review.effects.selecting import matches, selected, selector_of
from emqx_gitops.review.model import Change, Effect, EffectRule, Outcome, Path, Surroundings

NOT_ITS_OWN = EffectRule(
    code="EG841",
    name="selector-does-not-match-template",
    outcome=Outcome.REFUSED,
    what="The labels of a workload's template do not match its own selector.",
    why="The workload would not find the pods that it makes.",
    fix="Keep the labels of the selector in the template.",
    source="pkg/apis/apps/validation, `selector` does not match template `labels`",
)

FINDS_NONE = EffectRule(
    code="EG860",
    name="service-finds-no-pods",
    outcome=Outcome.INTERRUPTION,
    what="A Service that had pods behind it has none any more.",
    why="Its endpoints go, and its clients are refused.",
    fix="Make the Service's selector match labels of the pods' template.",
    source="Kubernetes documentation, Services (selectors)",
)

FINDS_OTHERS = EffectRule(
    code="EG861",
    name="service-finds-other-pods",
    outcome=Outcome.INTERRUPTION,
    what="A Service has other pods behind it than before.",
    why="Clients get whatever those pods serve, at once and not as pods roll.",
    fix="Check that the pods serve the same ports and that they are meant.",
    source="Kubernetes documentation, Services (selectors)",
)

BUDGET_FINDS_NONE = EffectRule(
    code="EG862",
    name="budget-finds-no-pods",
    outcome=Outcome.INTERRUPTION,
    what="A PodDisruptionBudget does not select the pods any more that it guarded.",
    why="Drains of nodes may then evict all of them at once.",
    fix="Make the budget's selector match labels of the pods' template.",
    source="Kubernetes documentation, disruptions (pod disruption budgets)",
)

UNGUARDED = EffectRule(
    code="EG863",
    name="network-policy-finds-no-pods",
    outcome=Outcome.WIDENED,
    what="A NetworkPolicy does not select pods any more that it closed off.",
    why="A pod that no policy selects takes connections from everywhere.",
    fix="Make the policy's podSelector match labels of the pods' template.",
    source="Kubernetes documentation, network policies (default)",
)

RULES = (NOT_ITS_OWN, FINDS_NONE, FINDS_OTHERS, BUDGET_FINDS_NONE, UNGUARDED)

_SELECTING = ("Service", "PodDisruptionBudget", "NetworkPolicy")


def find(change: Change, surroundings: Surroundings) -> Iterator[Effect]:
    """Yield whom a changed selector, or changed labels of pods, leave behind."""
    sides = both(change)
    if sides is None:
        return
    if change.id.kind in _SELECTING and selector_of(sides.old) != selector_of(sides.new):
        where = {"Service": "selector", "NetworkPolicy": "podSelector"}.get(
            change.id.kind, "selector"
        )
        path = path_of(change, "spec", where)
        yield from _moved(path, sides.old, sides.new, surroundings)
    if has_pods(sides.new) and pod_labels(sides.old) != pod_labels(sides.new):
        yield from _relabelled(change, sides, surroundings)


def _moved(
    path: Path, old: Manifest, new: Manifest, surroundings: Surroundings
) -> Iterator[Effect]:
    before = selected(old, surroundings.old, empty=False)
    after = selected(new, surroundings.new, empty=False)
    lost = [title(before[key]) for key in before if key not in after]
    came = [title(after[key]) for key in after if key not in before]
    if selector_of(new) is None and new.get("kind") == "Service":
        return
    yield from _verdict(path, new, lost, came, left=bool(after))
    if before and not lost and not came:
        yield from _too_early(path, new, before)


def _verdict(
    path: Path, manifest: Manifest, lost: list[str], came: list[str], *, left: bool
) -> Iterator[Effect]:
    name = title(manifest)
    if manifest.get("kind") == "Service":
        if lost and not left:
            yield FINDS_NONE.on(path, f"{name} does not find the pods of {listed(lost)} any more")
        elif lost or came:
            words = [f"loses {listed(lost)}"] if lost else []
            words += [f"finds {listed(came)}"] if came else []
            yield FINDS_OTHERS.on(path, f"{name} {' and '.join(words)}")
    elif lost:
        rule = UNGUARDED if manifest.get("kind") == "NetworkPolicy" else BUDGET_FINDS_NONE
        yield rule.on(path, f"{name} does not select the pods of {listed(lost)} any more")


def _too_early(
    path: Path, service: Manifest, before: dict[ResourceId, Manifest]
) -> Iterator[Effect]:
    """Yield an effect where a Service looks for labels that only pods to come will have."""
    if service.get("kind") != "Service":
        return
    selector = selector_of(service)
    late = [title(each) for each in before.values() if not matches(selector, pod_labels(each))]
    if late:
        message = f"{title(service)} finds pods of {listed(late)} only after they have restarted"
        yield FINDS_NONE.on(path, message, "Add the label to the pods first, then select by it.")


def _relabelled(change: Change, sides: Both, surroundings: Surroundings) -> Iterator[Effect]:
    old, new = sides
    labels = (*template_path(new), "metadata", "labels")
    path = path_of(change, *labels)
    own = mapping(new, "spec", "selector")
    if template_path(new) == TEMPLATE and own and not matches(own, pod_labels(new)):
        message = f"the template of {title(new)} has labels that its selector does not match"
        yield NOT_ITS_OWN.on(path, message)
        return
    for kind in _SELECTING:
        for each in surroundings.find(surroundings.new, kind):
            if at(each, "metadata", "namespace") != at(new, "metadata", "namespace"):
                continue
            selector = selector_of(each)
            if selector is None or surroundings.old.get(ResourceId.of(each)) != each:
                continue
            if matches(selector, pod_labels(old)) and not matches(selector, pod_labels(new)):
                left = bool(selected(each, surroundings.new, empty=False))
                yield from _verdict(path, each, [title(new)], [], left=left)
            elif matches(selector, pod_labels(new)) and not matches(selector, pod_labels(old)):
                yield from _verdict(path, each, [], [title(new)], left=True)
