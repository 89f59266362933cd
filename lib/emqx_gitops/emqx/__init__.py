"""
Facts about EMQX per line of versions: editions, images, ports, licences, settings.

Data and pure functions; knows nothing of Kubernetes manifests. Import what you need from here.
"""

from __future__ import annotations

from emqx_gitops.emqx.catalog import Setting, catalog
from emqx_gitops.emqx.hazards import HAZARDS, WRITABLE, Hazard, find_hazard
from emqx_gitops.emqx.images import image
from emqx_gitops.emqx.keys import (
    PROXY_LISTENER,
    Keys,
    ListenerKeys,
    ListenerKind,
    discovery_value,
    keys_of,
)
from emqx_gitops.emqx.licences import (
    LICENCE_DIRECTORY,
    LicenceWiring,
    licence_wiring,
    needs_licence,
)
from emqx_gitops.emqx.owned import owner
from emqx_gitops.emqx.problems import Kind, Problem, Verdict
from emqx_gitops.emqx.roots import complete_roots
from emqx_gitops.emqx.settings import PUBLIC_SECRETS, check_setting, is_secret
from emqx_gitops.emqx.versions import (
    RELEASES,
    Edition,
    Line,
    Version,
    default_edition,
    editions_of,
    line_of,
    nearest_versions,
)

__all__ = [
    "HAZARDS",
    "LICENCE_DIRECTORY",
    "PROXY_LISTENER",
    "PUBLIC_SECRETS",
    "RELEASES",
    "WRITABLE",
    "Edition",
    "Hazard",
    "Keys",
    "Kind",
    "LicenceWiring",
    "Line",
    "ListenerKeys",
    "ListenerKind",
    "Problem",
    "Setting",
    "Verdict",
    "Version",
    "catalog",
    "check_setting",
    "complete_roots",
    "default_edition",
    "discovery_value",
    "editions_of",
    "find_hazard",
    "image",
    "is_secret",
    "keys_of",
    "licence_wiring",
    "line_of",
    "nearest_versions",
    "needs_licence",
    "owner",
]
