"""Which images run, and where they are pulled from."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from emqx_gitops.components.choice import Choice, Fields, ObjectName
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
            msg = "names no image; give a repository, a tag or a digest"
            raise ValueError(msg)
        return self


class PodImages(Choice):
    """
    How images are pulled.

    A registry has them at the paths of Docker Hub: `emqx/emqx`, `library/haproxy`.
    """

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
    # Docker Hub keeps its official images, written without a slash, in `library`.
    full = repository if "/" in repository else f"library/{repository}"
    return Image(
        name=base,
        new_name=given.repository or (f"{registry}/{full}" if registry else repository),
        new_tag="" if given.digest and not given.tag else given.tag or tag,
        digest=given.digest or "",
    )


def replaced(
    base: str,
    *,
    tag: str,
    usual: tuple[str, str] | None = None,
    registry: str | None,
    source: ImageSource | None,
) -> tuple[Image, ...]:
    """
    Return what replaces the image *base* with *tag*; nothing where it stays.

    *usual* is the repository and tag that run unless *source* says otherwise: those of the base
    where left out.
    """
    repository, usual_tag = usual or (base, tag)
    image = transform(base, repository=repository, tag=usual_tag, registry=registry, source=source)
    return () if image == Image(name=base, new_name=base, new_tag=tag) else (image,)


def pull_secrets(secrets: tuple[str, ...], pod: str = "/spec") -> tuple[Operation, ...]:
    """Return the operation that has the images of a pod, whose spec is at *pod*, pulled so."""
    if not secrets:
        return ()
    return (add(f"{pod}/imagePullSecrets", [{"name": name} for name in secrets]),)
