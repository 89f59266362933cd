"""Rules on one environment, as it was resolved: before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from emqx_gitops.environment.loader import Loaded
from emqx_gitops.environment.model import Resolved
from emqx_gitops.findings import Finding, Severity
from emqx_gitops.rules import (
    accepted,
    certificate_names,
    cluster_size,
    exposed,
    listeners,
    node_ports,
    scraping,
    settings,
    versions,
    volume_size,
)
from emqx_gitops.rules.registry import BY_CODE

Check = Callable[[Resolved], Iterable[Finding]]
"""What looks at one resolved environment; findings name a path, which is given its place here."""


def check_choices(resolved: Resolved) -> Iterator[Finding]:
    """Yield what each choice finds wrong with itself."""
    asked, site = resolved.asked, resolved.site
    for choice in (
        asked.workload,
        # The default fits the workload; what does not fit is then found at the workload.
        *((resolved.discovery,) if asked.discovery else ()),
        resolved.exposure,
        resolved.exposure.tls,
        asked.storage,
        asked.credentials,
        asked.metrics,
        *((asked.emqx.license,) if asked.emqx.license else ()),
    ):
        yield from choice.findings(site)


CHECKS: tuple[Check, ...] = (
    check_choices,
    versions.check,
    cluster_size.check,
    listeners.check,
    node_ports.check,
    scraping.check,
    exposed.check,
    certificate_names.check,
    volume_size.check,
)


def check_environment(loaded: Loaded) -> list[Finding]:
    """Return what is wrong with an environment, with the place of each value at fault."""
    # Without a line of EMQX there are no facts that anything else could be checked against.
    findings = list(_placed(loaded, (versions.check_version,)))
    if findings:
        return findings
    findings += _placed(loaded, CHECKS)
    findings += settings.check(loaded)
    findings += accepted.check(loaded, BY_CODE)
    if not any(each.rule.severity is Severity.ERROR for each in findings):
        findings += settings.check_twice(loaded)
    return findings


def _placed(loaded: Loaded, checks: Iterable[Check]) -> Iterator[Finding]:
    for check in checks:
        for finding in check(loaded.resolved):
            yield loaded.place(finding)
