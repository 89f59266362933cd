"""What a container may use."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from emqx_gitops.components.choice import Fields, Quantity, to_number
from emqx_gitops.manifests import Manifest


class Resources(Fields):
    """
    CPU and memory of a container.

    `cpu` is what is set aside, without a limit unless asked: a limit throttles a broker in the
    middle of a reconnect storm. `memory` is set aside and is the limit, so that a node is not
    evicted for what it was promised.
    """

    cpu: Quantity
    """CPU set aside: `500m` is half a core."""

    memory: Quantity
    """Memory set aside, and the limit."""

    cpu_limit: Quantity | None = None
    """Limit of CPU; none where left out."""

    ephemeral_storage: Quantity | None = None
    """Limit of logs and other files outside the data volume."""

    @model_validator(mode="after")
    def _limit_is_no_less(self) -> Self:
        if self.cpu_limit is not None and to_number(self.cpu_limit) < to_number(self.cpu):
            raise ValueError(
                f"cpuLimit {self.cpu_limit} is less than cpu {self.cpu}; write {self.cpu} or more"
            )
        return self

    def manifest(self, base: Manifest) -> Manifest:
        """Return the container's ``resources``, with disk space as in *base* unless said."""
        requests = base["requests"] | {"cpu": self.cpu, "memory": self.memory}
        limits = base["limits"] | {"memory": self.memory}
        if self.ephemeral_storage:
            limits["ephemeral-storage"] = self.ephemeral_storage
            requests["ephemeral-storage"] = self.ephemeral_storage
        if self.cpu_limit:
            limits["cpu"] = self.cpu_limit
        return {"requests": requests, "limits": limits}
