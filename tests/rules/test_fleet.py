"""What environments take from each other."""

from __future__ import annotations

from tests.rules.checked import check_files

NFS = "namespace: emqx\nstorage: {type: nfs, server: nfs.example.com, path: /srv, size: 10Gi}"
LOCAL = "namespace: emqx\nstorage: {type: local, nodes: [a, b, c], path: /srv, size: 10Gi}"
PORTS = "exposure: {type: nodePort, nodePorts: {mqtt: 32596}}"
CLUSTERS = "apiVersion: emqx-gitops/v1\nkind: Clusters\nclusters: {one: {}, two: {}}"


def fleet(first: str, second: str, clusters: str = CLUSTERS) -> list[str]:
    """Return the findings about two environments of two clusters."""
    texts = {"a": f"cluster: one\n{first}", "b": f"cluster: two\n{second}"}
    return [
        f"{each.rule.code} {each.message}"
        for each in check_files(texts, clusters)
        if each.rule.code in {"EG402", "EG501", "EG502"}
    ]


def test_clusters_have_node_ports_of_their_own() -> None:
    """The same port in another cluster is another port."""
    assert fleet(PORTS, PORTS) == []


def test_clusters_have_machines_of_their_own() -> None:
    """The same folder on a machine of the same name in another cluster is another folder."""
    assert fleet(LOCAL, LOCAL) == []


def test_an_nfs_folder_is_the_same_from_everywhere() -> None:
    """Two clusters with one server, path and namespace would write to the same files."""
    assert fleet(NFS, NFS.replace("nfs.example.com", "NFS.example.com.")) == [
        "EG502 data lies in a folder of environment a (overlays/a/environment.yaml:3)"
    ]


def test_neighbouring_folders_are_fine() -> None:
    """Folders with a common beginning of their names are different folders."""
    assert fleet(NFS, NFS.replace("/srv", "/srv-2")) == []


def test_a_default_of_the_cluster_is_shown_in_its_file() -> None:
    """A namespace that both take from clusters.yaml is wrong there."""
    clusters = (
        "apiVersion: emqx-gitops/v1\nkind: Clusters\nclusters:\n"
        "  one:\n    defaults:\n      namespace: emqx\n"
    )
    texts = {"a": "cluster: one", "b": "cluster: one"}
    (finding,) = check_files(texts, clusters)

    assert finding.rule.code == "EG501"
    assert (finding.where.file, finding.where.line) == ("overlays/clusters.yaml", 6)
    assert "overlays/clusters.yaml:6" in finding.message
