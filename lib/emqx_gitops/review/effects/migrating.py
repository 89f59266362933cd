"""How a StatefulSet is replaced while its pods go on."""

from __future__ import annotations

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.effects.differing import Both
from emqx_gitops.review.effects.pods import command, count, ordinal_names
from emqx_gitops.review.effects.reading import at, mappings

_TEMPLATES = "volumeClaimTemplates"


def replacing(sides: Both, key: str) -> str:
    """Return how to come to another value of *key* below a StatefulSet's spec, as commands."""
    first = command(sides.old, "delete", "--cascade=orphan")
    if key == "selector":
        text = "Pods that the new selector does not match are left behind: delete them one by one."
        return f"{text}\n{first}\n  # apply, then delete each old pod when a new one is ready"
    if key == "volumeClaimTemplates":
        grown = _grown(sides)
        if grown and _static(sides.new):
            text = "Claims without a class cannot grow; only new ones follow the template. Make "
            return f"{text}larger volumes and copy the data, node by node:\n{first}\n  # then apply"
        if grown:
            text = "Claims do not follow their template. Grow them, then replace the StatefulSet:"
            return "\n".join((text, *grown, first, "  # then apply"))
        text = "Claims that exist keep what they are; only new ones follow the template."
        return f"{text}\n{first}\n  # then apply"
    text = "Pods go on without it, and the new one takes them over"
    note = "; their DNS names change when they restart" if key == "serviceName" else ""
    return f"{text}{note}:\n{first}\n  # then apply"


def _static(manifest: Manifest) -> bool:
    templates = mappings(manifest, "spec", _TEMPLATES)
    return any(at(each, "spec", "storageClassName") == "" for each in templates)


def _grown(sides: Both) -> list[str]:
    """Return a command for each claim whose template asks for another size."""
    old, new = (_sizes(side) for side in sides)
    lines = []
    for name, size in new.items():
        if name in old and size and size != old[name]:
            lines += [_patch(sides.new, f"{name}-{pod}", size) for pod in _existing(sides)]
    return lines


def _sizes(manifest: Manifest) -> dict[str, str]:
    return {
        str(at(each, "metadata", "name")): str(
            at(each, "spec", "resources", "requests", "storage") or ""
        )
        for each in mappings(manifest, "spec", _TEMPLATES)
    }


def _existing(sides: Both) -> list[str]:
    return ordinal_names(sides.old) if count(sides.old) else []


def _patch(manifest: Manifest, claim: str, size: str) -> str:
    namespace = at(manifest, "metadata", "namespace")
    patch = f'{{"spec":{{"resources":{{"requests":{{"storage":"{size}"}}}}}}}}'
    where = f"-n {namespace} " if namespace else ""
    return f"  kubectl {where}patch persistentvolumeclaim {claim} --patch '{patch}'"
