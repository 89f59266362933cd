"""The three ways to run brokers: StatefulSet, Deployment, bare Pod."""

from __future__ import annotations

from constructs import Construct

from emqx_gitops.constructs import names, pod
from emqx_gitops.kustomize.constructs import Resource
from emqx_gitops.manifests import Manifest

BUDGET: Manifest = {
    "maxUnavailable": 1,
    "selector": {"matchLabels": names.selector(names.CORE)},
    # A broker that never became ready must not block the drain of its node (Kubernetes 1.27+).
    "unhealthyPodEvictionPolicy": "AlwaysAllow",
}


class StatefulSet(Construct):
    """Brokers with stable names, started together and replaced one at a time."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Add the StatefulSet and its disruption budget to *scope*."""
        super().__init__(scope, id)
        spec: Manifest = {
            "replicas": 3,
            "serviceName": names.HEADLESS,
            # With OrderedReady, nodes that all went down wait for each other for ever
            # (emqx/emqx#6201).
            "podManagementPolicy": "Parallel",
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "updateStrategy": {"type": "RollingUpdate"},
        }
        _controller(self, "StatefulSet", spec)


class Deployment(Construct):
    """Brokers without an identity of their own; a new one is ready before an old one goes."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Add the Deployment and its disruption budget to *scope*."""
        super().__init__(scope, id)
        spec: Manifest = {
            "replicas": 3,
            "progressDeadlineSeconds": pod.STARTUP_SECONDS + 300,
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
            },
        }
        _controller(self, "Deployment", spec)


class Pod(Construct):
    """One broker without a controller: for trying things out."""

    def __init__(self, scope: Construct, id: str) -> None:
        """Add the Pod to *scope*."""
        super().__init__(scope, id)
        meta = pod.pod_metadata()
        # Almost nothing of a Pod can change in place: both controllers are told to replace it.
        meta["annotations"] |= {
            "argocd.argoproj.io/sync-options": "Replace=true,Force=true",
            "kustomize.toolkit.fluxcd.io/force": "enabled",
        }
        # Hostname and subdomain give the pod the DNS name that a StatefulSet's pod would have.
        spec = pod.pod_spec() | {"hostname": names.BROKER, "subdomain": names.HEADLESS}
        # Flux asks the API server of all objects before it makes any, and a Pod is refused while
        # its account is not there; for the namespace's own account the API server waits.
        del spec["serviceAccountName"]
        Resource(
            self,
            "Pod",
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": names.BROKER} | meta,
                "spec": spec,
            },
        )


def _controller(scope: Construct, kind: str, spec: Manifest) -> None:
    shared: Manifest = {
        "minReadySeconds": pod.MIN_READY_SECONDS,
        "revisionHistoryLimit": 3,
        "selector": {"matchLabels": names.selector(names.CORE)},
        "template": {"metadata": pod.pod_metadata(), "spec": pod.pod_spec()},
    }
    Resource(
        scope,
        kind,
        {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": names.metadata(names.BROKER),
            "spec": spec | shared,
        },
    )
    Resource(
        scope,
        "Budget",
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": names.metadata(names.BROKER),
            "spec": BUDGET,
        },
    )
