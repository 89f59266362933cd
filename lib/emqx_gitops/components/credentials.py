"""The Secret with the cluster's cookie and the dashboard's password."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from emqx_gitops.components.addition import Addition, Part, Shared
from emqx_gitops.components.choice import Choice, ObjectName
from emqx_gitops.components.site import Site, generation
from emqx_gitops.components.workload.scheduling import annotate
from emqx_gitops.constructs import names
from emqx_gitops.emqx import Keys
from emqx_gitops.emqx.wiring import GENERATIONS
from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.kustomize.documents import Operation, add

COOKIE = "node-cookie"
DASHBOARD_USER = "dashboard-username"
DASHBOARD_PASSWORD = "dashboard-password"  # noqa: S105  (the name of a key)
MANAGEMENT_SECRET = "management-secret"  # noqa: S105  (the name of a key)

RELOAD_NEEDS_CONTROLLER = Rule(
    code="EG213",
    name="reload-needs-controller",
    severity=Severity.WARNING,
    what="Reloader is to restart a bare Pod.",
    why="Reloader changes a workload's template, and a bare Pod has none: nothing would happen.",
    fix="Leave credentials.reload out, or choose workload `statefulset` or `deployment`.",
    source="Stakater Reloader documentation, supported workloads",
)

RULES = (RELOAD_NEEDS_CONTROLLER,)


class Credentials(Choice):
    """
    The Secret that every node reads; EMQX's own cookie and password are public knowledge.

    Its keys are `node-cookie`, `dashboard-username`, `dashboard-password` and, on 4.4,
    `management-secret`. `emqx-gitops secret ENV` prints one with random values.
    """

    secret_name: ObjectName = names.CREDENTIALS
    """Secret in the environment's namespace; another name restarts the nodes one by one."""

    revision: Annotated[str, Field(pattern=r"^[-_.A-Za-z0-9]{1,63}$")] | None = None
    """Any word; a new one restarts the nodes one by one, so that they read a changed Secret."""

    reload: bool = False
    """Have Stakater Reloader restart the nodes when the Secret changes; never for a new cookie."""

    @classmethod
    def shared(cls) -> Iterable[Shared]:
        """One component for each generation of keys, with the default Secret."""
        for keys in GENERATIONS:
            addition = Addition(pod=tuple(_variables(keys, names.CREDENTIALS)))
            yield Shared(path=f"credentials/{generation(keys)}", addition=addition)

    def findings(self, site: Site) -> Iterator[Finding]:
        """Warn where nothing could restart the node."""
        if self.reload and site.workload == "Pod":
            where = Where(environment=site.environment, path="credentials.reload")
            yield RELOAD_NEEDS_CONTROLLER.at(where, "credentials.reload with a bare Pod")

    def part(self, site: Site) -> Part:
        """Read the Secret, and restart as asked."""
        own: list[Operation] = []
        default = self.secret_name == names.CREDENTIALS
        if not default:
            own.extend(_variables(site.keys, self.secret_name))
        if self.revision is not None:
            own.append(annotate("emqx-gitops/credentials-revision", self.revision))
        workload: tuple[Operation, ...] = ()
        if self.reload and site.workload != "Pod":
            reloader = {"secret.reloader.stakater.com/reload": self.secret_name}
            workload = (add("/metadata/annotations", reloader),)
        return Part(
            components=(f"credentials/{site.generation}",) if default else (),
            own=Addition(pod=tuple(own), workload=workload),
        )


def secret_keys(keys: Keys) -> tuple[str, ...]:
    """Return the keys that the Secret must have."""
    return tuple(key for _, key in _wiring(keys))


def _variables(keys: Keys, secret: str) -> Iterator[Operation]:
    for variable, key in _wiring(keys):
        reference = {"secretKeyRef": {"name": secret, "key": key}}
        yield add("/spec/containers/0/env/-", {"name": variable, "valueFrom": reference})


def _wiring(keys: Keys) -> Iterator[tuple[str, str]]:
    yield keys.cookie, COOKIE
    yield keys.dashboard_user, DASHBOARD_USER
    yield keys.dashboard_password, DASHBOARD_PASSWORD
    if keys.management_secret is not None:
        yield keys.management_secret, MANAGEMENT_SECRET
