"""What keeps a review from starting: a side that cannot be read."""

from __future__ import annotations


class ReadError(Exception):
    """A file, folder, revision or repository that cannot be used; tells nothing of its content."""

    def __init__(self, where: str, message: str, fix: str) -> None:
        """Say that *where* has the problem *message*, and how to mend it."""
        super().__init__(f"{where}: {message}")
        self.where = where
        self.message = message
        self.fix = fix
