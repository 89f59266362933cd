"""Commands that several rules advise, with the names of the case."""

from __future__ import annotations

from emqx_gitops.review.effects.emqx.cluster import Cluster
from emqx_gitops.review.effects.emqx.variables import POD, first_pod


def workload(cluster: Cluster) -> str:
    """Return the workload as kubectl takes it: ``statefulset/emqx``."""
    return f"{cluster.kind.lower()}/{cluster.name}"


def ctl(cluster: Cluster, command: str, node: str = "") -> str:
    """Return a command line that runs ``emqx ctl`` on *node*, else on any."""
    program = "emqx_ctl" if cluster.line.is_v4 else "emqx ctl"
    where = node or workload(cluster)
    return f"  kubectl -n {cluster.namespace} exec {where} -- {program} {command}"


def backup(cluster: Cluster) -> str:
    """Return how to save what the cluster knows."""
    return ctl(cluster, "data export", _first(cluster))


def stop_all(old: Cluster) -> str:
    """Return how to change something that no two nodes may differ in."""
    return "\n".join(
        (
            "Stop all nodes first, then apply; clients are without service in between:",
            "  flux suspend kustomization NAME  # Argo CD: turn automated sync off",
            f"  kubectl -n {old.namespace} scale {workload(old)} --replicas=0",
            f"  kubectl -n {old.namespace} wait --for=delete pod --timeout=300s -l {_labels(old)}",
            "  flux resume kustomization NAME",
        )
    )


def beside(old: Cluster) -> str:
    """Return how to move to nodes of other names without losing what the old ones know."""
    return "\n".join(
        (
            "Build the new cluster beside the old one; move the data, then the clients:",
            backup(old),
            f"  kubectl -n {old.namespace} cp {_first(old) or 'POD'}:data/backup/EXPORT EXPORT",
            "  # in the new cluster: emqx ctl data import EXPORT",
        )
    )


def _first(cluster: Cluster) -> str:
    """Return the first pod's name, empty where the controller makes it up."""
    name = first_pod(cluster.pod)
    return "" if name == POD else name


def _labels(cluster: Cluster) -> str:
    labels = cluster.pod.labels
    usual = [
        key for key in labels if key in {"app.kubernetes.io/name", "app.kubernetes.io/instance"}
    ]
    return ",".join(f"{key}={labels[key]}" for key in usual or labels)
