"""Which images run, where they are pulled from, and with what."""

from __future__ import annotations

import pytest

from tests.builds import Builder

DIGEST = "sha256:" + "ab" * 32
PROXIES = ("haproxy", "nginx")


def tls(proxy: str, more: str = "") -> str:
    """Return an environment whose TLS ends at *proxy*."""
    return f"exposure: {{type: clusterIp, tls: {{terminateAt: {proxy}{more}}}}}"


def image_of(pod: dict[str, list[dict[str, str]]]) -> str:
    """Return the image of a pod's only container."""
    (container,) = pod["containers"]
    return container["image"]


@pytest.mark.parametrize(
    ("emqx", "image"),
    [
        ("version: 5.8.9", "emqx/emqx:5.8.9"),
        ("version: 5.7.1", "emqx/emqx:5.7.1"),
        ("version: 4.4.19", "emqx/emqx:4.4.19"),
        ("version: 4.4.19, edition: edge", "emqx/emqx-edge:4.4.19"),
        ("version: 4.4.19, edition: enterprise", "emqx/emqx-ee:4.4.19"),
        ("version: 5.8.9, edition: enterprise", "emqx/emqx-enterprise:5.8.9"),
        ("version: 6.2.2, replicas: 1", "emqx/emqx-enterprise:6.2.2"),
    ],
)
def test_version_and_edition_choose_the_image(built: Builder, emqx: str, image: str) -> None:
    """Each edition of each line has its repository; the tag is the version."""
    assert image_of(built(f"emqx: {{{emqx}}}").pod) == image


@pytest.mark.parametrize(
    ("proxy", "image"),
    [("haproxy", "library/haproxy"), ("nginx", "nginxinc/nginx-unprivileged")],
)
def test_registry_goes_before_every_image(built: Builder, proxy: str, image: str) -> None:
    """Brokers and proxies come from the mirror, under the path they have on Docker Hub."""
    mirror = "registry.example.com:5000/mirror"
    result = built(f"{tls(proxy)}\nimages: {{registry: {mirror}}}")

    assert image_of(result.pod) == f"{mirror}/emqx/emqx:5.8.9"
    assert image_of(result.proxy).rpartition(":")[0] == f"{mirror}/{image}"


def test_cluster_registry_holds_unless_the_environment_names_one(built: Builder) -> None:
    """A registry of the cluster is for all its environments."""
    clusters = "clusters: {default: {registry: mirror.example.com}}"

    near = built(tls("nginx"), clusters=clusters)
    own = built(f"{tls('nginx')}\nimages: {{registry: own.example.com}}", clusters=clusters)

    assert image_of(near.proxy).startswith("mirror.example.com/nginxinc/")
    assert image_of(own.proxy).startswith("own.example.com/nginxinc/")
    assert image_of(own.pod) == "own.example.com/emqx/emqx:5.8.9"


@pytest.mark.parametrize("proxy", PROXIES)
def test_own_image_decides(built: Builder, proxy: str) -> None:
    """A repository of one's own needs no registry; a digest needs no tag."""
    result = built(
        f"{tls(proxy, f', image: {{repository: a.example.com/p, digest: {DIGEST!r}}}')}\n"
        "images: {registry: mirror.example.com}\n"
        f"emqx: {{image: {{repository: b.example.com/e, tag: 5.8.9-1, digest: {DIGEST!r}}}}}"
    )

    assert image_of(result.proxy) == f"a.example.com/p@{DIGEST}"
    assert image_of(result.pod) == f"b.example.com/e:5.8.9-1@{DIGEST}"


def test_digest_replaces_the_tag(built: Builder) -> None:
    """A digest alone leaves no tag behind that could contradict it."""
    result = built(f"emqx: {{image: {{digest: {DIGEST!r}}}}}")

    assert image_of(result.pod) == f"emqx/emqx@{DIGEST}"


@pytest.mark.parametrize("proxy", PROXIES)
def test_every_pod_pulls_with_the_secrets(built: Builder, proxy: str) -> None:
    """Brokers and proxies get the same pull secrets."""
    result = built(f"{tls(proxy)}\nimages: {{pullSecrets: [one, two]}}")

    expected = [{"name": "one"}, {"name": "two"}]
    assert result.pod["imagePullSecrets"] == result.proxy["imagePullSecrets"] == expected
