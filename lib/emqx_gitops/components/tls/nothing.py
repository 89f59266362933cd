"""No TLS: clients speak plain MQTT."""

from __future__ import annotations

from typing import ClassVar, Literal

from emqx_gitops.components.tls.certificates import Tls


class NoTls(Tls):
    """Leave TLS out; for clients inside the cluster, or networks that encrypt by themselves."""

    ends: ClassVar = "nowhere"
    variants: ClassVar = ({"terminateAt": "none"},)

    terminate_at: Literal["none"] = "none"
