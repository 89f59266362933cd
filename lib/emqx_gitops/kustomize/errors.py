"""What goes wrong with kustomize itself, as opposed to what it is given."""

from __future__ import annotations


class EngineError(Exception):
    """No usable kustomize could be had; *message* says why, *fix* what the user can do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class BuildError(Exception):
    """Kustomize could not build an overlay; the message is its own."""

    def __init__(self, folder: str, message: str) -> None:
        """Say that *folder* failed with *message*."""
        super().__init__(message)
        self.folder = folder
        self.message = message


class BuildTimeoutError(BuildError):
    """Kustomize took too long."""
