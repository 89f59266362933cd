"""Sides that another program hands over: ``kubectl diff``, and git with a driver of its own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from emqx_gitops.review.sides.disk import list_file, list_folder
from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.listing import File, Listing, left_out
from emqx_gitops.review.sides.trees import Placed, rendered

_DRIVER_WORDS = (7, 9)
"""path, then file, digest and mode of both sides; of a renamed file its new path and how alike
(run_external_diff in git's diff.c, 2.39)."""


# kubectl writes keys in order, indented by two (sigs.k8s.io/yaml).
_METADATA = re.compile(rb"^metadata:\n(?:  .*\n)+", re.MULTILINE)
_SERVERS_OWN = re.compile(
    rb"^  (?:creationTimestamp|generation|resourceVersion|uid): .*\n", re.MULTILINE
)


def from_kubectl(words: tuple[str, ...]) -> tuple[Listing, Listing]:
    """Return the two folders that kubectl names last: one object a file, its name its identity."""
    folders = words[-2:]
    if len(folders) != 2 or not all(Path(each).is_dir() for each in folders):  # noqa: PLR2004
        fix = 'set KUBECTL_EXTERNAL_DIFF="emqx-gitops diff --kubectl" and run `kubectl diff`'
        raise ReadError("--kubectl", "is for the two folders that kubectl hands over", fix)
    old, new = (_folder(Path(each)) for each in folders)
    return Listing("live", *old), Listing("after apply", *new)


def _folder(path: Path) -> tuple[tuple[File, ...], tuple[str, ...]]:
    listed, links = list_folder(path, "", every=True)
    files = tuple(
        each.file._replace(read=partial(_without_servers_own, each.file.read)) for each in listed
    )
    return files, left_out(links, "symbolic link")


def _without_servers_own(read: Callable[[], bytes]) -> bytes:
    """Return what kubectl wrote without what the API server counts: it differs with any change."""
    return _METADATA.sub(lambda found: _SERVERS_OWN.sub(b"", found[0]), read(), count=1)


def from_git(words: tuple[str, ...]) -> tuple[Listing, Listing]:
    """Return the two versions of one file that git hands over; nothing for one that is not there.

    Git gives one word for a file that is not merged, and that has no two sides.
    """
    if len(words) == 1:
        raise ReadError(words[0], "is not merged", "resolve the conflict and `git add` it")
    if len(words) not in _DRIVER_WORDS:
        fix = 'git config diff.emqx-gitops.command "emqx-gitops diff --git-driver"'
        raise ReadError("--git-driver", "is for the arguments that git gives", fix)
    path, old, _, _, new, _, _, *renamed = words
    return _version(path, old), _version(renamed[0] if renamed else path, new)


def _version(path: str, content: str) -> Listing:
    if content == os.devnull:
        return Listing(path, ())
    file = list_file(Path(content), path)
    return Listing(path, rendered([Placed(path, file)]) or (file,))
