"""Whether applying once more would change something, as `kubectl diff` and controllers find out."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from tests.cluster.settled.applied import Applied, Key, in_parallel, key

_ROUNDS = 4


def moving(made: Applied) -> set[Key]:
    """Return the objects that get another resourceVersion each time they are applied."""
    still = _changed(_there(made), made.apply())
    # Controllers write to a status now and then; what applying itself moves, it moves each time.
    for _ in range(_ROUNDS):
        if not still:
            break
        still = _changed(made.apply(still), made.apply(still))
    return still


def differences(made: Applied) -> list[str]:
    """Return the objects that applying would change."""
    wanted = made.apply(dry_run=True)
    there = _there(made)
    return [
        f"{kind} {name} in {namespace}"
        for (namespace, kind, name), body in wanted.items()
        if _content(there[namespace, kind, name]) != _content(body)
    ]


def _there(made: Applied) -> dict[Key, Manifest]:
    """Return the objects of all environments as they are now."""
    objects = [each for asked in made.environments for each in asked.objects]
    kinds = sorted({(each["apiVersion"], each["kind"]) for each in objects})
    lists = in_parallel(lambda kind: made.client.list(*kind), kinds)
    ours = {key(each) for each in objects}
    return {key(each): each for found in lists for each in found if key(each) in ours}


def _changed(before: dict[Key, Manifest], after: dict[Key, Manifest]) -> set[Key]:
    return {each for each in after if _version(before[each]) != _version(after[each])}


def _version(body: Manifest) -> str:
    return str(body["metadata"]["resourceVersion"])


def _content(body: Manifest) -> Manifest:
    """Return an object without what no user writes."""
    bookkeeping = {"managedFields", "resourceVersion"}
    meta = {name: value for name, value in body["metadata"].items() if name not in bookkeeping}
    return {name: value for name, value in body.items() if name != "status"} | {"metadata": meta}
