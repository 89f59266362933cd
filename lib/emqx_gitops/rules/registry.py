"""Every rule there is, of every stage."""

from __future__ import annotations

from collections.abc import Mapping

from emqx_gitops.components import (
    credentials,
    discovery,
    exposure,
    metrics,
    storage,
    tls,
    workload,
)
from emqx_gitops.components import license as licence
from emqx_gitops.environment import rules as form
from emqx_gitops.findings import Rule
from emqx_gitops.rules import (
    accepted,
    certificate_names,
    cluster_size,
    exposed,
    fleet,
    kustomize,
    listeners,
    node_ports,
    rendered,
    scraping,
    settings,
    versions,
    volume_size,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *form.RULES,
            *accepted.RULES,
            *workload.RULES,
            *discovery.RULES,
            *exposure.RULES,
            *tls.RULES,
            *storage.RULES,
            *licence.RULES,
            *metrics.RULES,
            *credentials.RULES,
            *versions.RULES,
            *settings.RULES,
            *cluster_size.RULES,
            *listeners.RULES,
            *node_ports.RULES,
            *scraping.RULES,
            *exposed.RULES,
            *certificate_names.RULES,
            *volume_size.RULES,
            *fleet.RULES,
            *kustomize.RULES,
            *rendered.RULES,
        ),
        key=lambda rule: rule.code,
    )
)
"""All rules, in the order of their codes."""

BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}
"""All rules, by code."""
