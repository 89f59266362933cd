"""Rules on the ``images`` of a kustomization."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.assembly import Step
from emqx_gitops.rules.lenient import entries, text
from emqx_gitops.rules.objects import Objects
from emqx_gitops.rules.pods import read_pod
from emqx_gitops.rules.spelling import did_you_mean

REPLACES_NOTHING = Rule(
    code="EG613",
    name="image-entry-hits-nothing",
    severity=Severity.WARNING,
    what="An entry of `images` names an image that no container has.",
    why="Kustomize leaves it out without a word, and pods keep running the version they have.",
    fix="Write the image's name as containers have it, without its tag.",
    source="kustomize 5.8.2, api/filters/imagetag; measured",
)

RULES = (REPLACES_NOTHING,)


def check_images(step: Step, environment: str, objects: Objects) -> Iterator[Finding]:
    """Yield the entries that change no image, neither here nor in what comes out in the end."""
    here = step.kustomization
    given = entries(here.data.get("images"))
    if not given:
        return
    pods = [pod for each in step.items if (pod := read_pod(each.manifest))]
    images = {
        _bare(container.image) for pod in (*pods, *objects.pods) for container in pod.containers
    }
    for index, entry in enumerate(given):
        name = text(entry.get("name"))
        if name not in images and text(entry.get("newName")) not in images:
            fix = REPLACES_NOTHING.fix + did_you_mean(name, images)
            message = f"no container has the image {name}"
            yield here.at(REPLACES_NOTHING, environment, ("images", index, "name"), message, fix)


def _bare(image: str) -> str:
    """Return an image's name without tag and digest; a registry may have a port."""
    path, slash, last = image.partition("@")[0].rpartition("/")
    return f"{path}{slash}{last.partition(':')[0]}"
