"""Rules on images."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.findings import Finding, Rule, Severity
from emqx_gitops.rules.objects import Objects

FLOATING_IMAGE = Rule(
    code="EG704",
    name="floating-image",
    severity=Severity.WARNING,
    what="An image has no tag and no digest, or the tag `latest`.",
    why=(
        "A pod that moves to another node may get another version than its peers; nodes of two "
        "EMQX versions in one cluster, without anybody having asked for an upgrade."
    ),
    fix="Write a full version as the tag, or a digest.",
    source="Kubernetes documentation, Images",
)

RULES = (FLOATING_IMAGE,)


def check_images(objects: Objects) -> Iterator[Finding]:
    """Yield images whose content may change under their name."""
    for pod in objects.pods:
        for container in pod.containers:
            if container.image and "@" not in container.image:
                _, _, tag = container.image.rpartition("/")[2].partition(":")
                if tag in {"", "latest"}:
                    message = f"the image {container.image} may be another one tomorrow"
                    path = f"{container.path}.image"
                    yield objects.at(FLOATING_IMAGE, pod.owner, path, message)
