"""Which commit is meant: by its name, by the default branch, by where two branches parted."""

from __future__ import annotations

from typing import NamedTuple

from emqx_gitops.review.sides.errors import ReadError
from emqx_gitops.review.sides.git import Git
from emqx_gitops.review.sides.spec import Revision, Spec, Special

_DEFAULTS = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
"""Where the default branch is looked for; the first that is there."""

_SHALLOW = "fetch the whole history: `fetch-depth: 0` in a workflow, or `git fetch --unshallow`"
_SHORT = 9


class Commit(NamedTuple):
    """A commit, and what the side is called that shows it."""

    digest: str
    """Empty for the time before the first commit."""
    label: str


_NOTHING = Commit("", "nothing (no commit yet)")


def commit_of(git: Git, spec: Spec) -> Commit:
    """Return the commit that *spec* stands for; raise ReadError for none."""
    if isinstance(spec, Special):
        return _base(git)
    if not isinstance(spec, Revision):
        return Commit("", "")
    digest = git.commit(spec.name)
    if not digest:
        if spec.name == "HEAD" and not git.commit("HEAD"):
            return _NOTHING
        raise _unknown(git, spec.name)
    if not spec.parted:
        return Commit(digest, spec.name)
    other = git.commit(spec.parted)
    if not other:
        raise _unknown(git, spec.parted)
    return _parted(git, spec.name, digest, other, spec.parted)


def _base(git: Git) -> Commit:
    """Return where HEAD left the default branch."""
    listed = git.ask(
        "for-each-ref", "--format=%(refname) %(objectname) %(symref)", *_DEFAULTS
    ).decode()
    refs = {name: rest for name, _, rest in (line.partition(" ") for line in listed.splitlines())}
    for name in _DEFAULTS:
        if name in refs:
            digest, _, target = refs[name].partition(" ")
            shown = (target or name).removeprefix("refs/remotes/").removeprefix("refs/heads/")
            return _parted(git, shown, digest, "HEAD", "HEAD")
    if not git.commit("HEAD"):
        return _NOTHING
    raise ReadError(
        "diff",
        "there is no default branch: no origin/HEAD, no main, no master",
        "name what to compare with, as in `emqx-gitops diff REF`",
    )


def _parted(git: Git, name: str, old: str, new: str, other: str) -> Commit:
    found = git.merge_base(old, new)
    if not found and not git.commit(new):
        return _NOTHING
    if not found:
        reason = ", in a shallow clone" if git.shallow else ""
        fix = _SHALLOW if git.shallow else f"compare the two themselves: `diff {name} {other}`"
        raise ReadError(name, f"has no commit in common with {other}{reason}", fix)
    return Commit(found, f"{name} ({found[:_SHORT]}, where {other} left it)")


def _unknown(git: Git, name: str) -> ReadError:
    from emqx_gitops.emqx.slips import nearest

    guess = nearest(name, git.names())
    fix = _SHALLOW if git.shallow else "`git branch -a` lists what there is"
    message = "is neither a file nor a revision that git knows"
    return ReadError(name, message, f"did you mean `{guess}`?" if guess else fix)
