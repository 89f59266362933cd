"""What keeps a compile from starting or ending, as opposed to what is wrong with an environment."""

from __future__ import annotations


class InputError(Exception):
    """A file or folder that cannot be used: where it is, what is wrong, what to do."""

    def __init__(self, where: str, message: str, fix: str) -> None:
        """Say that *where* has the problem *message*, and how to mend it."""
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message
        self.fix = fix
