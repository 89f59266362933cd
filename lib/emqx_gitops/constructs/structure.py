"""
The part of the tree that is the same for all environments: bases and shared components.

Importing this module starts Node; a compile whose structure is unchanged does without.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdk8s import App

from emqx_gitops.constructs import names
from emqx_gitops.constructs.services import Account, IngressPolicy, Services
from emqx_gitops.constructs.workload import Deployment, Pod, StatefulSet
from emqx_gitops.kustomize.constructs import Base, Component, Folder, Patch, Resource, Settings
from emqx_gitops.kustomize.documents import ConfigMapGenerator, Kustomization

BASE = "dist/base"
COMPONENTS = "dist/components"

WORKLOADS = {"statefulset": StatefulSet, "deployment": Deployment, "pod": Pod}
"""Constructs by the folder of their base."""

BASE_SETTINGS = {
    # All nodes have one name before the @; its last character is no digit, or the distribution
    # port would be 4370 plus that number (ekka_dist.erl, ekka 0.19.3).
    "EMQX_NAME": names.BROKER,
    # The port that the headless Service and the network policy know, 5369.
    "EMQX_RPC__PORT_DISCOVERY": "manual",
}


def build(app: App, components: Mapping[str, Kustomization]) -> None:
    """Add the bases to *app*, and *components* by their path below ``dist/components``."""
    common = Base(app, f"{BASE}/common")
    Account(common, "Account", name=names.BROKER, component=names.CORE)
    Services(common, "Services")
    IngressPolicy(common, "Policy")
    generator = ConfigMapGenerator(
        name=names.SETTINGS,
        settings=BASE_SETTINGS,
        annotations=names.SETTINGS_GUARDS,
        labels=names.labels(names.CORE),
    )
    Settings(common, "Settings", generator)
    for folder, construct in WORKLOADS.items():
        construct(Base(app, f"{BASE}/{folder}", resources=["../common"]), "Brokers")
    for path, content in components.items():
        fill(Component(app, f"{COMPONENTS}/{path}"), content)


def fill(folder: Folder, content: Kustomization) -> None:
    """Add a construct to *folder* for everything in *content*."""
    for item in content.objects:
        Resource(folder, f"{item['kind']}-{item['metadata']['name']}", item)
    for generator in content.generators:
        Settings(folder, generator.name, generator)
    for patch in content.patches:
        Patch(
            folder,
            patch.file,
            file=patch.file,
            target=patch.target,
            operations=patch.operations,
        )
