"""Rules on patches: what they hit, and what they do to lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emqx_gitops.emqx.slips import nearest
from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest, unhashed
from emqx_gitops.rules.assembly import Step
from emqx_gitops.rules.kustomizations import Files, Kustomization, manifests_in
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import TEMPLATES
from emqx_gitops.rules.targets import WORKLOADS, Known, hits, is_literal

HITS_NOTHING = Rule(
    code="EG601",
    name="patch-hits-nothing",
    severity=Severity.ERROR,
    what="The target of a patch matches no object, or a group of patches more workloads than one.",
    why=(
        "Kustomize leaves such a patch out without a word. Patches that differ only in the kind of "
        "their target are one change to a workload, whichever kind it is."
    ),
    fix="Name an object that the kustomization has when it begins to patch.",
    source="kubernetes-sigs/kustomize#4379; measured with 5.0.3 and 5.8.2",
)

REORDERS_LIST = Rule(
    code="EG610",
    name="patch-reorders-list",
    severity=Severity.WARNING,
    what="A strategic merge patch writes to a list whose order matters.",
    why=(
        "Kustomize puts what the patch adds first: a variable then stands before those that it "
        "uses, and a sidecar becomes the first container. A list of claim templates is replaced "
        "as a whole."
    ),
    fix="Write a JSON 6902 patch: `add` at `/-`, or `replace` at the exact path.",
    source="kubernetes-sigs/kustomize#5904; kubernetes/kubernetes#74819; measured with 5.8.2",
)

RULES = (HITS_NOTHING, REORDERS_LIST)

_SELECTORS = frozenset({"annotationSelector", "labelSelector"})


def check_patches(step: Step, environment: str, manifests: Iterable[Manifest]) -> Iterator[Finding]:
    """Yield the patches of one kustomization that do not hit what they must."""
    here, known = step.kustomization, list(step.known)
    groups: dict[object, list[tuple[int, Manifest]]] = {}
    for index, patch in enumerate(entries(here.data.get("patches"))):
        target = mapping(patch.get("target"))
        if not target:
            continue
        # Only workloads come in kinds that stand for each other.
        rest = {key: value for key, value in target.items() if key != "kind"}
        alone = not _is_workload(target)
        key = (index,) if alone else tuple(sorted((k, str(v)) for k, v in rest.items()))
        groups.setdefault(key, []).append((index, target))
    # Labels may come from `labels` further down, which is not followed.
    final = [_final(each) for each in manifests]
    for group in groups.values():
        blurred = not step.complete or any(_SELECTORS & target.keys() for _, target in group)
        yield from _group(here, environment, group, [*known, *final] if blurred else known)


def check_order(
    files: Files, here: Kustomization, environment: str, objects: Objects
) -> Iterator[Finding]:
    """Yield the strategic merge patches of *here* that write to ordered lists."""
    for key in ("patches", "patchesStrategicMerge"):
        for index, content in _contents(files, here, key):
            for body in manifests_in(content):
                lists = {} if "$patch" in body else dict.fromkeys(_reordered(body, objects))
                if lists:
                    message = f"the patch writes to {' and '.join(lists)}"
                    yield here.at(REORDERS_LIST, environment, (key, index), message)


def _group(
    here: Kustomization,
    environment: str,
    group: list[tuple[int, Manifest]],
    known: list[Known],
) -> Iterator[Finding]:
    found = {id(each): each for _, target in group for each in known if hits(target, each)}
    index, target = group[0]
    path = ("patches", index, "target")
    if not found:
        message = f"the target {_said(group)} matches nothing"
        fix = HITS_NOTHING.fix + _guess(target, known)
        yield here.at(HITS_NOTHING, environment, path, message, fix)
    elif len(found) > 1 and _is_one_change(group):
        names = " and ".join(f"{each.kind} {each.now}" for each in found.values())
        message = f"the targets {_said(group)} match {names}"
        yield here.at(HITS_NOTHING, environment, path, message, "Patch one of them.")


def _is_one_change(group: list[tuple[int, Manifest]]) -> bool:
    """Tell whether a group is meant for one workload, of whichever kind it is."""
    kinds = [kind for _, target in group for kind in text(target.get("kind")).split("|")]
    return len(set(kinds)) > 1 and is_literal(text(group[0][1].get("name")))


def _final(manifest: Manifest) -> Known:
    known = Known.of(manifest)
    if known.kind in {"ConfigMap", "Secret"}:
        return known._replace(name=unhashed(known.name))
    return known


def _is_workload(target: Manifest) -> bool:
    kinds = text(target.get("kind")).split("|")
    return all(kind in WORKLOADS for kind in kinds)


def _said(group: list[tuple[int, Manifest]]) -> str:
    """Return a target as it is written, the kinds of a group side by side."""
    target = dict(group[0][1])
    if len(group) > 1:
        target["kind"] = "|".join(dict.fromkeys(text(each.get("kind")) for _, each in group))
    return ", ".join(f"{key} {value}" for key, value in target.items())


def _guess(target: Manifest, known: list[Known]) -> str:
    """Return what may have been meant: another kind of that name, or another name of that kind."""
    kind, name = text(target.get("kind")), text(target.get("name"))
    kin = [each for each in known if each.kind in WORKLOADS] if kind in WORKLOADS else known
    same_name = [each for each in kin if name and each.now == name]
    same_kind = [each for each in known if hits({"kind": kind}, each)]
    if same_name:
        near = nearest(kind, [each.kind for each in same_name])
        return f" Did you mean `{near or same_name[0].kind} {name}`?"
    near = nearest(name, [each.now for each in same_kind])
    if near:
        return f" Did you mean `{near}`?"
    some = sorted({f"{each.kind} {each.now}" for each in same_kind or known})[:5]
    return f" There are: {', '.join(some)}." if some else ""


def _contents(files: Files, here: Kustomization, key: str) -> Iterator[tuple[int, bytes]]:
    """Yield the text of each patch, with its place in the list."""
    value = here.data.get(key)
    for index, each in enumerate(value if type(value) is list else ()):
        written = text(each) if key == "patchesStrategicMerge" else text(mapping(each).get("path"))
        inline = text(mapping(each).get("patch"))
        if inline:
            yield index, inline.encode()
        elif "\n" in written:
            yield index, written.encode()
        elif written:
            yield index, files.get(here.beside(written), b"")


def _reordered(body: Manifest, objects: Objects) -> Iterator[str]:
    """Yield the ordered lists that a strategic merge patch writes to."""
    kind = text(body.get("kind"))
    if mapping(body.get("spec")).get("volumeClaimTemplates"):
        yield "volumeClaimTemplates"
    if kind not in TEMPLATES:
        return
    template = body
    for key in TEMPLATES[kind]:
        template = mapping(template.get(key))
    spec = mapping(template.get("spec"))
    name = text(mapping(body.get("metadata")).get("name"))
    # A patch with a target need not name its object.
    pods = sorted((p for p in objects.pods if p.kind == kind), key=lambda p: p.name != name)
    for field in ("initContainers", "containers"):
        patched = entries(spec.get(field))
        named = _names(patched)
        if patched and pods and set(_names(pods[0].spec.get(field))) - set(named):
            yield field
        if any(each.get("env") for each in patched):
            yield "env"


def _names(containers: object) -> list[str]:
    return [text(each.get("name")) for each in entries(containers)]
