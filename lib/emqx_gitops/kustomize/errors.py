"""What goes wrong with kustomize itself, as opposed to what it is given."""

from __future__ import annotations


class EngineError(Exception):
    """No usable kustomize could be had; *message* says why, *fix* what the user can do."""

    program = "kustomize"
    """What could not be had."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class NodeError(EngineError):
    """There is no Node on which cdk8s could run."""

    program = "node"


class BuildError(Exception):
    """Kustomize could not build an overlay: *folder* is which, *message* in its words why."""

    fix = "mend what it names; `kustomize build` on the folder says the same"
    """What the user can do."""

    def __init__(self, folder: str, message: str) -> None:
        super().__init__(message)
        self.folder = folder
        self.message = message


class BuildTimeoutError(BuildError):
    """Kustomize took too long."""

    fix = "see what it waits for; more seconds in EMQX_GITOPS_TIMEOUT give it more time"


class BuildOutputError(BuildError):
    """What Kustomize printed is not what an overlay builds to."""

    fix = "check that it is kustomize: `kustomize build` on the folder prints objects"
