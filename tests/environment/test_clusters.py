"""clusters.yaml: what it takes, and what it says where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from emqx_gitops.environment.loader import Refused, load_clusters

ROOT = Path(__file__).parents[2]
GIT = "https://git.example.com/emqx.git"


def said(cluster: str) -> tuple[str, str]:
    """Return the one message, without its path, and the fix for a cluster ``lab``."""
    with pytest.raises(Refused) as refused:
        load_clusters(f"clusters:\n  lab: {cluster}\n".encode())
    (finding,) = refused.value.findings
    assert (finding.where.file, finding.where.line) == ("overlays/clusters.yaml", 2)
    return finding.message.removeprefix("clusters.lab"), finding.fix


@pytest.mark.parametrize(
    ("cluster", "message", "fix"),
    [
        ('{kuberntes: "1.33"}', " has no field `kuberntes`", "did you mean `kubernetes`?"),
        ("{flux: {source: {nam: x}}}", ".flux.source has no field `nam`", "did you mean `name`?"),
        ("{ref: {tagg: v1}, argocd: {repoURL: x}}", ".ref has no field `tagg`", "`tag`"),
        ("{flux: {interval: 10}}", ".flux.interval: 10 is not a duration", "`10m`"),
        ("{provider: gpc}", ".provider: 'gpc' is none of", "did you mean `gcp`?"),
        ("{argocd: {}}", ".argocd.repoURL is missing", "write `repoURL`: Address"),
    ],
)
def test_a_slip_is_named_with_its_mend(cluster: str, message: str, fix: str) -> None:
    """Fields of clusters are known by name, like those of environments."""
    what, mend = said(cluster)

    assert what.startswith(message)
    assert fix in mend


@pytest.mark.parametrize("text", ["v1.2.0", "1.2", '"1.2.3-rc.1"'])
def test_a_version_is_no_branch(text: str) -> None:
    """Flux would wait for a branch of that name for ever."""
    message, fix = said(f"{{ref: {text}, argocd: {{repoURL: x}}}}")

    assert "reads like a tag" in message
    assert "write `{tag: " in fix


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        ("{ref: main, flux: {}}", "ref says nothing to GitRepository flux-system, which exists"),
        ("{ref: main}", "nothing follows ref"),
        (
            "{flux: {source: {secretName: git}}}",
            "secretName means nothing for a source that exists",
        ),
        (f"{{flux: {{source: {{url: '{GIT}', kind: Bucket}}}}}}", "no Bucket is written here"),
        (
            f"{{flux: {{source: {{url: '{GIT}', name: flux-system}}}}}}",
            "belongs to `flux bootstrap`",
        ),
    ],
)
def test_what_would_have_no_effect_is_refused(cluster: str, message: str) -> None:
    """A field that nothing reads is worse than none."""
    assert message in said(cluster)[0]


@pytest.mark.parametrize(
    "cluster",
    [
        "{flux: {source: {url: 'https://me:hunter2@git.example.com/emqx.git'}}}",
        "{argocd: {repoURL: 'https://me:hunter2@git.example.com/emqx.git'}}",
    ],
)
def test_a_password_in_an_address_is_refused(cluster: str) -> None:
    """No secret enters the repository, and none is repeated in a message."""
    message, _ = said(cluster)

    assert "holds a password" in message
    assert "hunter2" not in message


def test_flux_takes_no_short_ssh_addresses() -> None:
    """Its schema refuses `git@host:path`."""
    message, _ = said("{flux: {source: {url: 'git@git.example.com:emqx.git'}}}")

    assert "begins with `https://` or `ssh://`" in message


def test_a_name_is_at_fault_where_it_stands() -> None:
    """A cluster's name is quoted, with its place, not the place of what it names."""
    with pytest.raises(Refused) as refused:
        load_clusters(b"clusters:\n  Lab: {}\n")
    (finding,) = refused.value.findings

    assert "'Lab' is not a DNS label" in finding.message
    assert finding.where.column == 3


def test_the_shipped_clusters_load() -> None:
    """The file that new users copy is accepted, and shows both controllers."""
    clusters, _ = load_clusters((ROOT / "overlays/clusters.yaml").read_bytes())

    assert list(clusters.clusters) == ["lab", "fra-1"]
    assert clusters.clusters["lab"].flux
    assert clusters.clusters["fra-1"].argocd
