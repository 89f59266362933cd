"""What one namespace of a cluster holds at one time, to be looked at without asking again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emqx_gitops.manifests import Manifest


@dataclass(frozen=True)
class Snapshot:
    """The objects of one namespace, and the volumes that its claims are bound to."""

    namespace: str
    objects: Mapping[tuple[str, str], Manifest]
    """By kind and name."""

    def find(self, kind: str, name: str) -> Manifest | None:
        """Return an object, or None."""
        return self.objects.get((kind, name))

    def of(self, kind: str) -> list[Manifest]:
        """Return all objects of a kind."""
        return [each for (found, _), each in self.objects.items() if found == kind]

    def selected(self, labels: Mapping[str, str]) -> list[Manifest]:
        """Return the pods that carry all of *labels* and are not about to go."""
        return [
            pod
            for pod in self.of("Pod")
            if labels.items() <= pod["metadata"].get("labels", {}).items()
            and "deletionTimestamp" not in pod["metadata"]
        ]


def snapshots(objects: Iterable[Manifest], namespaces: Iterable[str]) -> dict[str, Snapshot]:
    """Sort *objects* by namespace; a volume belongs to the namespace of its claim."""
    found: dict[str, dict[tuple[str, str], Manifest]] = {name: {} for name in namespaces}
    for each in objects:
        meta: Mapping[str, Any] = each["metadata"]
        home = meta.get("namespace") or each.get("spec", {}).get("claimRef", {}).get("namespace")
        if home in found:
            found[home][each["kind"], meta["name"]] = each
    return {name: Snapshot(name, held) for name, held in found.items()}


def containers_of(pod: Manifest) -> Iterator[Manifest]:
    """Yield a pod's containers, those that only prepare it included."""
    yield from pod["spec"].get("initContainers", ())
    yield from pod["spec"]["containers"]


def condition(manifest: Manifest, kind: str) -> bool:
    """Whether the status of an object says that a condition holds."""
    given = manifest.get("status", {}).get("conditions") or ()
    return any(each["type"] == kind and each["status"] == "True" for each in given)
