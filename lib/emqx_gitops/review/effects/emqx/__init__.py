"""
What changes do to an EMQX cluster: its nodes' names, its data, its clients.

Both sides are read into `Cluster` values; each judge compares two of them, and names the field that a
reviewer will look at.
"""

from __future__ import annotations

from emqx_gitops.review.model import EffectFinder, EffectRule

FINDERS: tuple[EffectFinder, ...] = ()

RULES: tuple[EffectRule, ...] = ()
