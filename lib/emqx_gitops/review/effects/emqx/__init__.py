"""What changes do to EMQX."""

from __future__ import annotations

from emqx_gitops.review.model import EffectFinder, EffectRule

FINDERS: tuple[EffectFinder, ...] = ()
RULES: tuple[EffectRule, ...] = ()
