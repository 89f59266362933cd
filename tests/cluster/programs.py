"""
The real programs that a cluster is made of, built once and kept in the user's cache folder.

Who has them in `$KUBEBUILDER_ASSETS` builds nothing. `python -m tests.cluster.programs` has them
all ready before the tests, and says what it does meanwhile.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.kustomize.pinned import Pin, install, installed
from emqx_gitops.kustomize.probe import Version
from tests.announce import announce

ENVIRON = dict(os.environ)
"""As it is at the start: fixtures give tests a cache folder of their own, which is empty."""

_BINARIES = Path(__file__).parent / "binaries"
_FIX = "put the program into a folder and name that in KUBEBUILDER_ASSETS"


def _kubernetes(program: str, takes: str) -> Pin:
    return Pin(
        (1, 36, 3),
        _BINARIES / "kubernetes",
        program,
        f"k8s.io/kubernetes/cmd/{program}",
        asks=("--version",),
        stamp="k8s.io/component-base/version.gitVersion",
        takes=takes,
        fix=_FIX,
    )


def _flux(version: Version, program: str) -> Pin:
    return Pin(
        version,
        _BINARIES / program,
        program,
        f"github.com/fluxcd/{program}",
        asks=("--help",),
        stamp="main.version",  # which it has not: it does not know its version
        takes="about four minutes",
        fix=_FIX,
    )


PINS: dict[str, Pin] = {
    pin.program: pin
    for pin in (
        _kubernetes("kube-apiserver", "about five minutes"),
        _kubernetes("kube-controller-manager", "about two minutes"),
        _kubernetes("kube-scheduler", "less than a minute"),
        replace(_kubernetes("kubectl", "about a minute"), asks=("version", "--client")),
        Pin(
            (3, 6, 16),
            _BINARIES / "etcd",
            "etcd",
            "go.etcd.io/etcd/server/v3",
            asks=("--version",),
            stamp="go.etcd.io/etcd/api/v3/version.GitSHA",
            fix=_FIX,
        ),
        Pin(
            (0, 8, 0),
            _BINARIES / "kwok",
            "kwok",
            "sigs.k8s.io/kwok/cmd/kwok",
            asks=("--version",),
            stamp="sigs.k8s.io/kwok/pkg/consts.Version",
            fix=_FIX,
        ),
        Pin(
            (1, 11, 3),
            _BINARIES / "coredns",
            "coredns",
            ".",
            asks=("-version",),
            stamp="github.com/coredns/coredns/coremain.GitCommit",
            takes="about two minutes",
            fix=_FIX,
        ),
        _flux((1, 7, 3), "source-controller"),
        _flux((1, 9, 5), "kustomize-controller"),
    )
}
"""Every program that tests of the cluster run, by its name."""


def program(name: str, environ: Mapping[str, str] = ENVIRON) -> Path:
    """Return the program called *name*: the user's own, or the pinned one, built if need be.

    Raises EngineError where it can neither be found nor built.
    """
    own = environ.get("KUBEBUILDER_ASSETS")
    if own and os.access(Path(own) / name, os.X_OK):
        return (Path(own) / name).resolve()
    return installed(PINS[name], environ) or _built(PINS[name], environ)


def _built(pin: Pin, environ: Mapping[str, str]) -> Path:
    """Build *pin*, with what Go downloads kept for the next one."""
    shared = _go_folder(environ)
    ours = {} if shared is None else {"GOPATH": str(shared / "go")}
    if shared and shutil.which("go", path=environ.get("PATH", os.defpath)) is None:
        ours["GOCACHE"] = str(shared / "go-build")
    return install(pin, {**ours, **environ}, announce=announce)


def _go_folder(environ: Mapping[str, str]) -> Path | None:
    cache = cache_folder(environ)
    return cache and cache / "go-for-tests"


def build_all(environ: Mapping[str, str] = ENVIRON) -> int:
    """Have every program ready, and return an exit code; what Go needed for it is removed."""
    missing = [pin for pin in PINS.values() if installed(pin, environ) is None]
    if missing and not environ.get("KUBEBUILDER_ASSETS"):
        names = ", ".join(pin.program for pin in missing)
        announce(f"programs to build from source, once, 10 to 25 minutes on two cores: {names}")
    failed = 0
    for name in PINS:
        try:
            program(name, environ)
        except EngineError as error:
            failed += 1
            announce(f"error: {name}, which tests of the cluster run, cannot be had: {error}")
            announce(f"to mend it, {error.fix}")
    folder = _go_folder(environ)
    if folder and not failed:
        shutil.rmtree(folder, ignore_errors=True)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(build_all())
