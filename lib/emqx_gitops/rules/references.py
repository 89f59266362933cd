"""Rules on names that objects call each other by."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.manifests import Manifest, unhashed
from emqx_gitops.rules.kinds import group_of, namespace_of
from emqx_gitops.rules.lenient import entries, mapping, text
from emqx_gitops.rules.objects import Objects, mentioned
from emqx_gitops.rules.pod_references import Reference
from emqx_gitops.rules.pods import Container, Pod, claim_names, claim_templates
from emqx_gitops.rules.spelling import did_you_mean

DANGLING = Rule(
    code="EG701",
    name="dangling-reference",
    severity=Severity.ERROR,
    what="An object names another object, a key, a port or a volume that does not exist.",
    why=(
        "Kubernetes accepts the object and then waits: pods stay in CreateContainerConfigError or "
        "Pending, and Services and policies are without effect."
    ),
    fix="Write the name of something that exists.",
    source="Kubernetes documentation, ConfigMaps; Secrets; Service; Network Policies",
)

UNSEEN = Rule(
    code="EG714",
    name="unseen-reference",
    severity=Severity.WARNING,
    what=(
        "An object names or selects what is not rendered, in an environment or overlay with parts "
        "written by hand."
    ),
    why=(
        "Unless somebody else makes it in this namespace, pods wait for it for ever, and bindings "
        "and Services are without effect."
    ),
    fix="Mend the name, add the object, or accept this warning with the reason.",
    source="Kubernetes documentation, ConfigMaps; Secrets; Service; Using RBAC Authorization",
)

RULES = (DANGLING, UNSEEN)

CONSUMERS = "monitoring.coreos.com"
"""Group of custom resources that use objects by name and make none."""

_GIVEN = frozenset(
    {
        ("ServiceAccount", "default"),
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
    }
)
"""What Kubernetes puts into every namespace (OpenShift the last)."""

_DATA = ("data", "binaryData", "stringData")

_SCALABLE = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})


def check_references(objects: Objects) -> Iterator[Finding]:
    """Yield the names of objects, keys and volumes that lead nowhere."""
    for pod in objects.pods:
        yield from _pod(objects, pod)
    for owner in objects.of("StatefulSet"):
        service = text(mapping(owner.get("spec")).get("serviceName"))
        reference = Reference("Service", service, "spec.serviceName")
        yield from check_reference(objects, owner, reference)
    for binding in objects.of("RoleBinding"):
        for each in _of_binding(binding):
            yield from check_reference(objects, binding, each)
    for scaler in objects.of("HorizontalPodAutoscaler"):
        target = mapping(mapping(scaler.get("spec")).get("scaleTargetRef"))
        kind, name = text(target.get("kind")), text(target.get("name"))
        if kind in _SCALABLE:
            reference = Reference(kind, name, "spec.scaleTargetRef")
            yield from check_reference(objects, scaler, reference)


def _pod(objects: Objects, pod: Pod) -> Iterator[Finding]:
    missing: set[tuple[str, str]] = set()
    for each in pod.references:
        # A pod may take many keys of one Secret: that it is not there is said once.
        if (each.kind, each.name) not in missing:
            found = list(check_reference(objects, pod.owner, each))
            yield from found
            if found and objects.find(each.kind, pod.namespace, each.name) is None:
                missing.add((each.kind, each.name))
    yield from _volumes(objects, pod)
    for container in pod.containers:
        yield from _probes(objects, pod, container)


def check_reference(objects: Objects, owner: Manifest, reference: Reference) -> Iterator[Finding]:
    """Yield a finding where *owner* refers to an object, or key of it, that does not exist."""
    kind, name, path = reference.kind, reference.name, reference.path
    if not name:
        return
    namespace = namespace_of(owner)
    found = objects.find(kind, namespace, name)
    if found is None:
        if not _exists_elsewhere(objects, kind, namespace, name):
            yield from _missing(objects, owner, reference)
        return
    for key in reference.keys:
        known = {k for part in _DATA for k in mapping(found.get(part))}
        if key not in known:
            fix = DANGLING.fix + did_you_mean(key, known)
            yield objects.at(DANGLING, owner, path, f"{kind} {name} has no key {key}", fix)


def _exists_elsewhere(objects: Objects, kind: str, namespace: str, name: str) -> bool:
    """Tell whether an object is declared, given by Kubernetes, or made by a controller."""
    if (kind, name) in objects.rendered.external or (kind, name) in _GIVEN:
        return True
    if kind == "PersistentVolumeClaim":
        return any(
            name in claim_names(pod, template)
            for pod in objects.pods
            if pod.namespace == namespace
            for template in claim_templates(pod)
        )
    makers = [each for each in objects.custom if group_of(each) != CONSUMERS]
    return bool(makers) and name in mentioned(makers)


def _missing(objects: Objects, owner: Manifest, reference: Reference) -> Iterator[Finding]:
    rule = UNSEEN if objects.rendered.foreign else DANGLING
    kind, name = reference.kind, reference.name
    namespace = namespace_of(owner)
    here = {other for k, ns, other in objects.index if k == kind and ns == namespace}
    here |= {other for k, other in objects.rendered.external if k == kind}
    hashed = next((each for each in here if unhashed(each) == name), "")
    guess = did_you_mean(name, here)
    if kind == "Secret" and not objects.rendered.namespace and not (hashed or guess):
        # A Secret is rightly made elsewhere, and a hand-written overlay has no place to say so.
        return
    fix = rule.fix + guess
    if hashed:
        fix = (
            f"Kustomize named the {kind} {hashed} and takes this field for no reference: name it "
            "in a field that Kustomize knows, or set disableNameSuffixHash on its generator."
        )
    message = f"{kind} {name} is not among the rendered objects"
    yield objects.at(rule, owner, reference.path, message, fix)


def _volumes(objects: Objects, pod: Pod) -> Iterator[Finding]:
    known = {text(each.get("name")) for each in entries(pod.spec.get("volumes"))}
    known |= {text(mapping(each.get("metadata")).get("name")) for each in claim_templates(pod)}
    for container in pod.containers:
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(entries(container.body.get(field))):
                name = text(mount.get("name"))
                if name not in known:
                    path = f"{container.path}.{field}[{index}].name"
                    fix = DANGLING.fix + did_you_mean(name, known)
                    message = f"the pod has no volume {name}"
                    yield objects.at(DANGLING, pod.owner, path, message, fix)


def _probes(objects: Objects, pod: Pod, container: Container) -> Iterator[Finding]:
    for path, port in container.probes:
        if type(port) is str and port not in container.ports:
            fix = DANGLING.fix + did_you_mean(port, container.ports)
            yield objects.at(DANGLING, pod.owner, path, f"the container has no port {port}", fix)


def _of_binding(binding: Manifest) -> Iterator[Reference]:
    role = mapping(binding.get("roleRef"))
    if role.get("kind") == "Role":
        yield Reference("Role", text(role.get("name")), "roleRef")
    here = {"", namespace_of(binding)}
    for index, subject in enumerate(entries(binding.get("subjects"))):
        if subject.get("kind") == "ServiceAccount" and text(subject.get("namespace")) in here:
            yield Reference("ServiceAccount", text(subject.get("name")), f"subjects[{index}]")
