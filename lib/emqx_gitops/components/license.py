"""The licence that EMQX Enterprise reads from a Secret."""

from __future__ import annotations

from collections.abc import Iterator

from emqx_gitops.components.addition import Addition, Part
from emqx_gitops.components.choice import Choice, ObjectName, SecretKey
from emqx_gitops.components.site import Site
from emqx_gitops.components.tls.certificates import secret_volume
from emqx_gitops.constructs import names
from emqx_gitops.emqx import LICENCE_DIRECTORY, licence_wiring
from emqx_gitops.findings import Finding, Rule, Severity, Where

LICENCE_NOT_READ = Rule(
    code="EG211",
    name="licence-not-read",
    severity=Severity.ERROR,
    what="A licence is given to an edition that reads none.",
    why="The open source and edge editions have no licence; the setting would do nothing.",
    fix="Set emqx.edition to `enterprise`, or leave emqx.license out.",
    source="EMQX v5.7.1, apps/emqx_license (enterprise only)",
)

RULES = (LICENCE_NOT_READ,)


class License(Choice):
    """
    A Secret with the licence, mounted as a file.

    EMQX reads the file again from time to time, so that renewal needs no restart
    (apps/emqx_license/src/emqx_license_checker.erl, v5.7.1).
    """

    secret_name: ObjectName = names.LICENSE
    """Secret in the environment's namespace."""

    key: SecretKey = "emqx.lic"
    """Key of the Secret that holds the licence."""

    def part(self, site: Site) -> Part:
        """Mount the Secret and name the file."""
        wiring = licence_wiring(site.version, site.edition)
        settings = {wiring.key: wiring.value(self.key)} if wiring else {}
        return Part(
            own=Addition(
                settings=settings,
                pod=secret_volume("license", self.secret_name, LICENCE_DIRECTORY),
            )
        )

    def findings(self, site: Site) -> Iterator[Finding]:
        """Refuse a licence that nobody would read."""
        if licence_wiring(site.version, site.edition) is None:
            where = Where(environment=site.environment, path="emqx.license")
            yield LICENCE_NOT_READ.at(where, f"{site.edition} {site.version} reads no licence")
