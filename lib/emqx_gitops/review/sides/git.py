"""
Ask git about a repository; nothing of it is written, not even the index.

The variables that hooks set (GIT_DIR, GIT_INDEX_FILE and so on) reach git as they are.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, NamedTuple

from emqx_gitops.review.sides.errors import ReadError


class Blob(NamedTuple):
    """What git knows under a name: a blob, a tree, a commit."""

    digest: str
    type: str
    content: bytes


class Git:
    """A repository, asked through the git that is on PATH; close it after use."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        """Find the repository that *root* lies in; raise ReadError where there is none."""
        # GIT_DIR may be relative to where we run, and then that is the top of the working tree.
        self._folder = Path.cwd() if "GIT_DIR" in environ else root
        self._fetched: dict[str, Blob] = {}
        self._begun: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}
        self._environ = {**environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        # Where there is no working tree, the last question fails after the first is answered.
        _, told, said = self._run("rev-parse", "--is-shallow-repository", "--show-toplevel")
        shallow, _, top = os.fsdecode(told).removesuffix("\n").partition("\n")
        if not shallow:
            raise _no_repository(root, said)
        self.shallow = shallow == "true"
        self.top = Path(top) if top else None
        """Top of the working tree; None for a bare repository."""
        self._folder = self.top or self._folder
        self.prefix = self._prefix(root)
        """Path of the folder we were asked about below the top, with a slash; empty for the top."""

    def _prefix(self, root: Path) -> str:
        if self.top is None:
            return ""
        try:
            below = root.resolve().relative_to(self.top.resolve())
        except ValueError:
            return ""
        return "" if below == Path() else f"{below}/"

    def _popen(self, *arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                ["git", *arguments],  # noqa: S607  (the user's own git)
                cwd=self._folder,
                env=self._environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        except FileNotFoundError:
            raise ReadError(
                "git", "is not on PATH", "install it, or name two files or folders"
            ) from None

    def begin(self, *arguments: str) -> None:
        """Have git work out what `ask` will be asked, beside other work."""
        self._begun[arguments] = self._popen(*arguments)

    def _run(self, *arguments: str, told: bytes = b"") -> tuple[int, bytes, bytes]:
        """Return how git ended, and what it printed and said."""
        process = self._begun.pop(arguments, None) or self._popen(*arguments)
        with process:
            printed, said = process.communicate(told)
        return process.returncode, printed, said

    def ask(self, *arguments: str) -> bytes:
        """Return what git prints; raise ReadError with its first words where it fails."""
        status, printed, said = self._run(*arguments)
        if status:
            command = next(each for each in arguments if each[0] != "-" and "=" not in each)
            raise ReadError(f"git {command}", _first(said), "mend what git names")
        return printed

    def merge_base(self, old: str, new: str) -> str:
        """Return the commit where *old* and *new* parted; empty where they have none in common."""
        return self._run("merge-base", old, new)[1].decode().strip()

    @cached_property
    def _reader(self) -> subprocess.Popen[bytes]:
        # Nobody reads what it says, which may be much where it has to fetch.
        return self._popen("cat-file", "--batch", stderr=subprocess.DEVNULL)

    def get(self, name: str) -> Blob | None:
        """Return what *name* stands for, a digest or any expression of git's; None for nothing."""
        if name in self._fetched:
            return self._fetched[name]
        if not name or "\n" in name:
            return None
        asked, answers = _pipes(self._reader)
        asked.write(os.fsencode(name) + b"\n")
        asked.flush()
        return _next(answers)

    def fetch(self, digests: Iterable[str]) -> None:
        """Read many objects at once, so that `get` has them: in a tenth of the time."""
        asked = "".join(f"{each}\n" for each in dict.fromkeys(digests)).encode()
        if not asked:
            return
        stream = io.BytesIO(self._run("cat-file", "--batch", "--buffer", told=asked)[1])
        while (found := _next(stream)) is not None:
            self._fetched[found.digest] = found

    def commit(self, name: str) -> str:
        """Return the digest of the commit that *name* stands for, empty where it is none."""
        if name.startswith("-"):
            return ""
        found = self.get(f"{name}^{{commit}}")
        return found.digest if found else ""

    def names(self) -> list[str]:
        """Return the names of branches and tags, as people write them."""
        listed = self.ask("for-each-ref", "--format=%(refname:short)")
        return listed.decode(errors="replace").split()

    def close(self) -> None:
        """End what is still running."""
        running = [self._reader] if "_reader" in self.__dict__ else []
        for process in (*running, *self._begun.values()):
            process.terminate()
            process.communicate()


def _next(answers: IO[bytes]) -> Blob | None:
    """Return the next object that `git cat-file --batch` prints; None for one that is not there."""
    words = answers.readline().split(b" ")
    if len(words) != 3 or not words[2].strip().isdigit():  # noqa: PLR2004  (digest type size)
        return None
    content = answers.read(int(words[2]))
    answers.read(1)
    return Blob(words[0].decode(), words[1].decode(), content)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise TypeError
    return process.stdin, process.stdout


def _first(said: bytes) -> str:
    """Return the first line that git said, without its label."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    line = next((each for each in lines if each.startswith("fatal: ")), next(iter(lines), ""))
    return line.removeprefix("fatal: ").removeprefix("error: ") or "git failed"


def _no_repository(root: Path, said: bytes) -> ReadError:
    if b"not a git repository" in said:
        return ReadError(
            str(root), "is not a git repository", "run it in one, or name two files or folders"
        )
    fix = "mend what git names"
    if b"safe.directory" in said:
        fix = f"git config --global --add safe.directory {root}"
    return ReadError(str(root), _first(said), fix)
