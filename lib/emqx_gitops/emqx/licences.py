"""Which versions take a licence, which need one, and how a Secret's key reaches them."""

from __future__ import annotations

from dataclasses import dataclass

from emqx_gitops.emqx.versions import V5, Edition, Version

LICENCE_DIRECTORY = "/etc/emqx/license"
"""Where the licence Secret is mounted, as a whole directory: a subPath would never be renewed."""

_CLUSTER_NEEDS_LICENCE = Version(5, 9, 0)


@dataclass(frozen=True, slots=True)
class LicenceWiring:
    """The variable that tells EMQX where its licence lies."""

    key: str
    prefix: str
    reloads: bool
    """Whether EMQX reads the file again by itself once the Secret is renewed."""

    def value(self, secret_key: str) -> str:
        """Write the variable's value for a licence under *secret_key* of the mounted Secret."""
        return f"{self.prefix}{LICENCE_DIRECTORY}/{secret_key}"


_FILE = LicenceWiring("EMQX_LICENSE__FILE", "", reloads=False)
_KEY = LicenceWiring("EMQX_LICENSE__KEY", "file://", reloads=True)


def needs_licence(version: Version, edition: Edition, replicas: int) -> bool:
    """
    Tell whether that many nodes refuse to start without a licence of one's own.

    From 5.9.0 on the built-in licence is for a single node: a second one stops with
    SINGLE_NODE_LICENSE (emqx_license_checker.erl). Older enterprise versions start with a built-in
    evaluation licence, whatever the number of nodes.
    """
    return edition is Edition.ENTERPRISE and version >= _CLUSTER_NEEDS_LICENCE and replicas > 1


def licence_wiring(version: Version, edition: Edition) -> LicenceWiring | None:
    """
    Say how a licence is given, None where there is nothing to license.

    5.x and 6.x read ``file://`` (emqx_license_parser.erl, as early as v5.7.0) and look at the file
    again every two minutes. Enterprise 4.4 has the setting ``license.file`` (emqx-operator mounts a
    Secret and sets EMQX_LICENSE__FILE the same way).
    """
    if edition is not Edition.ENTERPRISE:
        return None
    return _FILE if version < V5 else _KEY
