"""Which images run, and where they are pulled from."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from emqx_gitops.components.addition import Addition
from emqx_gitops.components.choice import Choice, Fields, ObjectName
from emqx_gitops.constructs import pod
from emqx_gitops.kustomize.documents import Image, Operation, add

Repository = Annotated[
    str,
    Field(pattern=r"^[a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?(:[0-9]+)?(/[a-z0-9][-._a-z0-9]*)*$"),
]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][-._A-Za-z0-9]{0,127}$")]
Digest = Annotated[str, Field(pattern=r"^sha256:[a-f0-9]{64}$")]


class ImageSource(Fields):
    """Another image than the usual one: a mirror's, or one of your own."""

    repository: Repository | None = None
    """Repository without a tag, registry included: `registry.example.com/mirror/emqx`."""

    tag: Tag | None = None
    """Tag; the version's own where left out."""

    digest: Digest | None = None
    """Digest; it decides, whatever the tag says."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.repository is None and self.tag is None and self.digest is None:
            msg = "give a repository, a tag or a digest"
            raise ValueError(msg)
        return self


class PodImages(Choice):
    """How images are pulled."""

    registry: Repository | None = None
    """Registry and path prefix for every image: `registry.example.com/mirror`."""

    pull_secrets: tuple[ObjectName, ...] = ()
    """Secrets of type `kubernetes.io/dockerconfigjson` in the environment's namespace."""


def transform(
    base: str, *, repository: str, tag: str, registry: str | None, source: ImageSource | None
) -> Image:
    """
    Return what replaces the image *base*.

    *repository* and *tag* are the usual ones, *registry* goes before the repository, and what
    *source* says goes before all.
    """
    given = source or ImageSource.model_construct()
    prefixed = f"{registry}/{repository}" if registry else repository
    return Image(
        name=base,
        new_name=given.repository or prefixed,
        new_tag="" if given.digest and not given.tag else given.tag or tag,
        digest=given.digest or "",
    )


def broker_image(
    repository: str, tag: str, *, registry: str | None, source: ImageSource | None
) -> Addition:
    """Return the image of the brokers; none where it is that of the base."""
    image = transform(pod.IMAGE, repository=repository, tag=tag, registry=registry, source=source)
    usual = Image(name=pod.IMAGE, new_name=pod.IMAGE, new_tag=pod.DEFAULT_TAG)
    return Addition(images=() if image == usual else (image,))


def pull_secrets(secrets: tuple[str, ...]) -> tuple[Operation, ...]:
    """Return the operation that has a pod's images pulled with *secrets*."""
    if not secrets:
        return ()
    return (add("/spec/imagePullSecrets", [{"name": name} for name in secrets]),)
