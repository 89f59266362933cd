"""Rules on volumes that exist before their claims do: whether the two find each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emqx_gitops.components.choice import to_bytes
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kinds import namespace_of
from emqx_gitops.rules.lenient import mapping, text, texts
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import Pod, claim_names, claim_templates
from emqx_gitops.rules.references import DANGLING, UNSEEN

UNBOUND_CLAIM = Rule(
    code="EG710",
    name="claim-stays-pending",
    severity=Severity.ERROR,
    what="A claim and the volume that is meant for it do not fit, or do not name each other.",
    why="They never bind: the claim stays Pending, and so does the pod.",
    fix="Give both the same access and volume mode, and the volume at least the claim's size.",
    source=(
        "kubernetes/kubernetes, FindMatchingVolume in "
        "staging/src/k8s.io/component-helpers/storage/volume/pv_helpers.go"
    ),
)

OTHER_CLASS = Rule(
    code="EG720",
    name="claim-of-another-class",
    severity=Severity.WARNING,
    what="A claim and the volume that is meant for it are of different storage classes.",
    why=(
        "If the claim is there first, the provisioner of its class makes another volume for it, "
        "and the one that was meant stays unused."
    ),
    fix='Write one storageClassName in both; "" keeps provisioners away.',
    source="Kubernetes documentation, Persistent Volumes, Reserving a PersistentVolume",
)

RULES = (UNBOUND_CLAIM, OTHER_CLASS)

Name = tuple[str, str]
"""Namespace and name of a claim."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim or a template of claims, and where it stands."""

    owner: Manifest
    path: str
    spec: Manifest


def check_bindings(objects: Objects) -> Iterator[Finding]:
    """Yield volumes that their claims will not get."""
    volumes = objects.of("PersistentVolume")
    if not volumes:
        return
    claims = {
        (namespace_of(each), text(mapping(each.get("metadata")).get("name"))): Claim(
            each, "", mapping(each.get("spec"))
        )
        for each in objects.of("PersistentVolumeClaim")
    }
    families: dict[Name, Claim] = {}
    bound: set[Name] = set()
    for pod in objects.pods:
        for index, template in enumerate(claim_templates(pod)):
            claim = Claim(
                pod.owner, f"spec.volumeClaimTemplates[{index}].", mapping(template.get("spec"))
            )
            for name in claim_names(pod, template):
                claims[pod.namespace, name] = claim
                families[pod.namespace, name.rpartition("-")[0]] = claim
    for volume in volumes:
        spec = mapping(volume.get("spec"))
        ref = mapping(spec.get("claimRef"))
        key = text(ref.get("namespace")), text(ref.get("name"))
        if not key[1]:
            continue
        bound.add(key)
        stem, _, ordinal = key[1].rpartition("-")
        # A volume for an ordinal to come is no mistake.
        found = claims.get(key) or (families.get((key[0], stem)) if ordinal.isdigit() else None)
        if found:
            yield from _misfits(objects, volume, found)
        else:
            yield from _strayed(objects, volume, key, claims)
    for pod in objects.pods:
        yield from _incomplete(objects, pod, bound)


def _incomplete(objects: Objects, pod: Pod, bound: set[Name]) -> Iterator[Finding]:
    """Yield the claims of a StatefulSet that have no volume, where others of it have one."""
    for index, template in enumerate(claim_templates(pod)):
        names = claim_names(pod, template)
        missing = [name for name in names if (pod.namespace, name) not in bound]
        if missing and len(missing) < len(names):
            message = f"no PersistentVolume is meant for {', '.join(missing)}, as for the others"
            fix = "Add the volumes, or use fewer replicas."
            path = f"spec.volumeClaimTemplates[{index}]"
            yield objects.at(UNBOUND_CLAIM, pod.owner, path, message, fix)


def _strayed(
    objects: Objects, volume: Manifest, key: Name, claims: Mapping[Name, Claim]
) -> Iterator[Finding]:
    namespace, name = key
    if ("PersistentVolumeClaim", name) in objects.rendered.external:
        return
    elsewhere = next((ns for ns, other in claims if other == name), None)
    here = sorted(other for ns, other in claims if ns == namespace)
    if elsewhere is not None:
        message = f"claimRef names {namespace}/{name}, and the claim is {elsewhere}/{name}"
        fix = f"Write namespace {elsewhere}: Kustomize does not move it along."
        yield objects.at(UNBOUND_CLAIM, volume, "spec.claimRef", message, fix)
    elif here:
        message = f"claimRef names the claim {name}, which is not among the rendered objects"
        fix = f"Write the name of a claim, such as {', '.join(here[:3])}."
        rule = UNSEEN if objects.rendered.foreign else DANGLING
        yield objects.at(rule, volume, "spec.claimRef", message, fix)


def _misfits(objects: Objects, volume: Manifest, claim: Claim) -> Iterator[Finding]:
    """Compare what the controller compares before it binds."""
    wanted, offered = claim.spec, mapping(volume.get("spec"))
    name = text(mapping(volume.get("metadata")).get("name"))

    def finding(field: str, message: str, rule: Rule = UNBOUND_CLAIM) -> Finding:
        return objects.at(rule, claim.owner, f"{claim.path}spec.{field}", message)

    mine, theirs = wanted.get("storageClassName"), text(offered.get("storageClassName"))
    if mine is None or text(mine) != theirs:
        said = "the default class" if mine is None else f'class "{text(mine)}"'
        message = f'the claim is of {said}, and the volume {name} of class "{theirs}"'
        # A claim that names its volume waits for it; one that the volume names does not.
        rule = UNBOUND_CLAIM if wanted.get("volumeName") == name else OTHER_CLASS
        yield finding("storageClassName", message, rule)
    given = texts(offered.get("accessModes"))
    lacking = [mode for mode in texts(wanted.get("accessModes")) if mode not in given]
    if lacking:
        yield finding("accessModes", f"the volume {name} does not offer {', '.join(lacking)}")
    if wanted.get("volumeMode", "Filesystem") != offered.get("volumeMode", "Filesystem"):
        yield finding("volumeMode", f"the volume {name} has another volume mode")
    size = text(mapping(mapping(wanted.get("resources")).get("requests")).get("storage"))
    room = text(mapping(offered.get("capacity")).get("storage"))
    if size != room and _bytes(size) > _bytes(room) > 0:
        yield finding("resources.requests.storage", f"{size} is asked for, and {name} has {room}")


def _bytes(quantity: str) -> int:
    try:
        return to_bytes(quantity)
    except (ValueError, ArithmeticError, KeyError):
        return 0
