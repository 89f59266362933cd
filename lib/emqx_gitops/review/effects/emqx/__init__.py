"""
What changes do to an EMQX cluster: its nodes' names, its data, its clients.

Both sides are read into `Cluster` values; each judge compares two of them, and names the field that
a reviewer will look at.
"""

from __future__ import annotations

from emqx_gitops.review.effects.emqx import (
    client_rules,
    data_rules,
    discovery_rules,
    identity_rules,
    judges,
    lone,
    policies,
    runtime_rules,
    secrets,
    size,
    version_rules,
)
from emqx_gitops.review.model import EffectFinder, EffectRule

FINDERS: tuple[EffectFinder, ...] = (judges.find, secrets.find)
"""The first compares clusters, the second looks at Secrets that they read."""

RULES: tuple[EffectRule, ...] = (
    *identity_rules.RULES,
    *discovery_rules.RULES,
    *size.RULES,
    *data_rules.RULES,
    *client_rules.RULES,
    *version_rules.RULES,
    *runtime_rules.RULES,
    *lone.RULES,
    *policies.RULES,
)
