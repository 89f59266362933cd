"""What goes wrong with kustomize itself, as opposed to what it is given."""

from __future__ import annotations


class EngineError(Exception):
    """No usable kustomize could be had; *message* says why, *fix* what the user can do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
