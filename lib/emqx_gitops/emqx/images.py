"""Which image runs which version; registries and mirrors are the caller's business."""

from __future__ import annotations

from emqx_gitops.emqx.versions import V5, Edition, Version


def image(version: Version, edition: Edition) -> tuple[str, str]:
    """
    Name the repository, without a registry, and the tag of *version* in *edition*.

    Source: the image jobs of emqx/emqx at v4.4.19, v5.7.1, e5.8.11, e5.10.4 and 6.2.2. Tags are git
    tags without their letter. From 5.9 on emqx/emqx mirrors emqx/emqx-enterprise; the latter is
    where it is built. Suffixes (``-elixir``, ``-sf``) are never used.
    """
    if edition is Edition.EDGE:
        return "emqx/emqx-edge", str(version)
    if edition is Edition.OPENSOURCE:
        return "emqx/emqx", str(version)
    return ("emqx/emqx-ee" if version < V5 else "emqx/emqx-enterprise"), str(version)
