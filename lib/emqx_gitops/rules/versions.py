"""Rules on the version, edition and image of the brokers, and on the licence that they need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emqx_gitops.components.images import ImageSource
from emqx_gitops.components.tls.proxy import Proxied
from emqx_gitops.emqx import Line, editions_of, nearest_versions, needs_licence
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Rule, Severity, Where

CLUSTER_NEEDS_LICENCE = Rule(
    code="EG209",
    name="cluster-needs-licence",
    severity=Severity.ERROR,
    what="Several nodes of EMQX 5.9 or later are asked for, and no licence is given.",
    why=(
        "The built-in licence is for one node: the second refuses to start with "
        "SINGLE_NODE_LICENSE. Education and non-profits get a licence for clusters from EMQ."
    ),
    fix="Give emqx.license: {secretName: …}, set emqx.replicas to 1, or use EMQX 5.8.",
    source="apps/emqx_license/src/emqx_license_checker.erl, EMQX e5.9.3; emqx/emqx#15226",
)

UNKNOWN_VERSION = Rule(
    code="EG210",
    name="unknown-version",
    severity=Severity.ERROR,
    what="EMQX was not released in this version or edition, or its line is not supported.",
    why="There is no such image, or nobody knows here which settings it would read.",
    fix="Write a version and an edition that were released together.",
    source="Tags of emqx/emqx: v* up to 5.8.9, e*, and plain ones from 6.0 on",
)

IMAGE_OF_ANOTHER_VERSION = Rule(
    code="EG331",
    name="image-of-another-version",
    severity=Severity.WARNING,
    what="The tag of the image does not begin with emqx.version.",
    why="Settings, ports and probes are those of emqx.version; another image may not know them.",
    fix="Let the tag begin with emqx.version, or correct emqx.version.",
    source="emqx-gitops reference, emqx.image",
)

IMAGE_LATEST = Rule(
    code="EG332",
    name="image-latest",
    severity=Severity.ERROR,
    what="An image has the tag `latest`.",
    why="Whoever restarts a pod would upgrade it, to a version that nobody reviewed.",
    fix="Write the version as the tag, or give a digest.",
    source="Kubernetes documentation, Configuration Best Practices",
)

RULES = (CLUSTER_NEEDS_LICENCE, UNKNOWN_VERSION, IMAGE_OF_ANOTHER_VERSION, IMAGE_LATEST)


def check_version(resolved: Resolved) -> Iterator[Finding]:
    """Refuse a version that was never released, or not in its edition."""
    version, edition = resolved.version, resolved.edition
    released = editions_of(version)
    if edition in released and resolved.line is not None:
        return
    if not released:
        where = Where(environment=resolved.name, path="emqx.version")
        near = nearest_versions(str(version))
        fix = f"write {', '.join(near)}" if near else "write one of another line"
        fix += f"; lines that are supported: {', '.join(Line)}"
        yield UNKNOWN_VERSION.at(where, f"EMQX {version} is no release that we know", fix)
        return
    where = Where(environment=resolved.name, path="emqx.edition")
    fix = f"write `edition: {' or '.join(released)}`, or another version"
    yield UNKNOWN_VERSION.at(where, f"EMQX {version} has no {edition} edition", fix)


def check(resolved: Resolved) -> Iterator[Finding]:
    """Refuse a cluster without a licence, and images that say nothing of their version."""
    emqx = resolved.asked.emqx
    needs = needs_licence(resolved.version, resolved.edition, resolved.replicas)
    if needs and emqx.license is None:
        where = Where(environment=resolved.name, path="emqx.version")
        message = f"EMQX {resolved.version} with {resolved.replicas} nodes and no licence"
        yield CLUSTER_NEEDS_LICENCE.at(where, message)
    for path, source in _images(resolved):
        where = Where(environment=resolved.name, path=f"{path}.tag")
        if source.tag is None:
            continue
        if re.fullmatch(r"latest(\W.*)?", source.tag) and source.digest is None:
            yield IMAGE_LATEST.at(where, f"{path} has the tag {source.tag}")
        elif path == "emqx.image" and not _is_of(source.tag, str(resolved.version)):
            message = f"image tag {source.tag} is not of EMQX {resolved.version}"
            yield IMAGE_OF_ANOTHER_VERSION.at(where, message)


def _images(resolved: Resolved) -> Iterator[tuple[str, ImageSource]]:
    tls = resolved.exposure.tls
    if resolved.asked.emqx.image is not None:
        yield "emqx.image", resolved.asked.emqx.image
    if isinstance(tls, Proxied) and tls.image_source is not None:
        yield "exposure.tls.image", tls.image_source


def _is_of(tag: str, version: str) -> bool:
    """Tell whether *tag* is *version*, or *version* and a suffix."""
    return tag.startswith(version) and not tag[len(version) :][:1].isdigit()
