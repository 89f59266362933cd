"""A pull request: a repository with a branch, and the checkout that a CI service makes of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

OTHER = "dist/rendered/dev/serviceaccount-emqx.yaml"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: emqx\n"
RENDERED = "dist/rendered/prod/statefulset-emqx.yaml"

BEFORE = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: emqx
  namespace: emqx-prod
spec:
  replicas: 3
  serviceName: emqx-headless
  selector:
    matchLabels:
      app: emqx
  template:
    metadata:
      labels:
        app: emqx
    spec:
      containers:
        - name: emqx
          image: emqx/emqx:5.8.9
"""

REFUSED = BEFORE.replace("emqx-headless", "emqx-nodes")
"""The name of the Service is no field that can change."""

RESTARTED = BEFORE.replace("5.8.9", "5.8.8")


def git(folder: Path, *arguments: str) -> str:
    """Run git in *folder* and return what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
    run = subprocess.run(
        ["/usr/bin/env", "git", *who, *arguments],
        cwd=folder,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout.strip()


class PullRequest:
    """Number 7, from the branch `change`: *after* is its object, which was `BEFORE`."""

    def __init__(self, folder: Path, after: str) -> None:
        """Make the origin, with a commit on main that the branch does not have."""
        self.origin = folder / "origin"
        self.origin.mkdir(parents=True)
        git(self.origin, "init", "--quiet")
        self._commit("README.md", "ours\n")
        self._commit(OTHER, ACCOUNT)
        fork = self._commit(RENDERED, BEFORE)
        git(self.origin, "checkout", "--quiet", "-b", "change")
        self.head = self._commit(RENDERED, after) if after != BEFORE else fork
        if after == BEFORE:
            self.head = self._commit("README.md", "yours\n")
        git(self.origin, "checkout", "--quiet", "main")
        self.base = self._commit(OTHER, ACCOUNT + "  labels:\n    new: here\n")
        self.fork = fork
        git(self.origin, "checkout", "--quiet", "-b", "merged")
        git(self.origin, "merge", "--quiet", "--no-ff", "-m", "merge", "change")
        git(self.origin, "update-ref", "refs/pull/7/merge", "HEAD")
        git(self.origin, "checkout", "--quiet", "main")
        git(self.origin, "branch", "--quiet", "-D", "merged")
        git(self.origin, "config", "uploadpack.allowAnySHA1InWant", "true")

    def checkout(self, folder: Path, ref: str, *, depth: int = 0) -> Path:
        """Check *ref* out as CI services do: by no branch, and with few commits."""
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet")
        git(folder, "remote", "add", "origin", f"file://{self.origin}")
        shallow = (f"--depth={depth}",) if depth else ()
        git(folder, "fetch", "--quiet", "--no-tags", *shallow, "origin", ref)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        return folder

    def _commit(self, name: str, text: str) -> str:
        path = self.origin / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        git(self.origin, "add", ".")
        git(self.origin, "commit", "--quiet", "-m", name)
        return git(self.origin, "rev-parse", "HEAD")
