"""
Rules on the objects that an overlay builds to.

Objects are sorted and their pods are walked once; the checks look at what came of that. The order
of the checks is that of `CHECKS`; shapes come last, and only where people wrote objects by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from emqx_gitops.findings import Finding, Rule
from emqx_gitops.rules import (
    bindings,
    claims,
    discovery,
    identity,
    images,
    probes,
    references,
    rights,
    secrets,
    selectors,
    shapes,
    variables,
)
from emqx_gitops.rules.bindings import check_bindings
from emqx_gitops.rules.claims import check_claims
from emqx_gitops.rules.discovery import check_discovery
from emqx_gitops.rules.identity import check_identities
from emqx_gitops.rules.images import check_images
from emqx_gitops.rules.objects import Objects, sort_objects
from emqx_gitops.rules.ports import check_ports
from emqx_gitops.rules.probes import check_probes
from emqx_gitops.rules.references import check_references
from emqx_gitops.rules.rights import check_rights
from emqx_gitops.rules.secrets import check_secrets
from emqx_gitops.rules.selectors import check_selectors
from emqx_gitops.rules.shapes import check_shapes
from emqx_gitops.rules.subjects import Rendered
from emqx_gitops.rules.variables import check_variables

Check = Callable[[Objects], Iterable[Finding]]

RULES: tuple[Rule, ...] = (
    *references.RULES,
    *variables.RULES,
    *selectors.RULES,
    *images.RULES,
    *secrets.RULES,
    *identity.RULES,
    *claims.RULES,
    *bindings.RULES,
    *probes.RULES,
    *discovery.RULES,
    *rights.RULES,
    *shapes.RULES,
)

CHECKS: tuple[Check, ...] = (
    check_identities,
    check_references,
    check_ports,
    check_selectors,
    check_variables,
    check_images,
    check_secrets,
    check_claims,
    check_bindings,
    check_probes,
    check_discovery,
    check_rights,
)


def check_rendered(rendered: Rendered) -> Iterator[Finding]:
    """Yield what is wrong with the objects of one overlay."""
    objects = sort_objects(rendered)
    for check in CHECKS:
        yield from check(objects)
    if rendered.foreign:
        # The compiler's own shapes are tested instead.
        yield from check_shapes(objects)
