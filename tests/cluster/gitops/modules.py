"""Files of pinned Go modules, such as the CRDs that belong to a program built from them."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

from emqx_gitops.kustomize.cache import cache_folder
from emqx_gitops.kustomize.errors import EngineError
from emqx_gitops.manifests import Manifest, read_stream

_ENVIRON = dict(os.environ)
"""As it is at the start: fixtures give tests a cache folder of their own, which is empty."""

_BINARIES = Path(__file__).parents[1] / "binaries"
_SECONDS = 600


def manifests_of(name: str, module: str, folder: str) -> list[Manifest]:
    """Return the objects in *folder* of *module*, which ``binaries/<name>/go.mod`` pins.

    *folder* may name a file. Kept in the user's cache folder. Raises EngineError where the module
    cannot be had.
    """
    pins = _BINARIES / name
    version = _pinned(pins, module)
    cache = cache_folder(_ENVIRON)
    kept = cache / "modules" / f"{name}-{version}.yaml" if cache else None
    if kept and kept.exists():
        return read_stream(kept.read_bytes())
    with tempfile.TemporaryDirectory(prefix="emqx-gitops-go-") as own:
        archive = _zip(pins, module, version, Path(own))
        text = _read(archive, f"{module}@{version}/{folder}")
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_bytes(text)
        new.replace(kept)
    return read_stream(text)


def _pinned(pins: Path, module: str) -> str:
    found = re.search(rf"\b{re.escape(module)} (v\S+)", (pins / "go.mod").read_text())
    assert found, f"{pins.name}/go.mod does not require {module}"
    return found[1]


def _zip(pins: Path, module: str, version: str, own: Path) -> Path:
    """Have Go download the module, and return its archive if it has the pinned checksum.

    Go names the archive also where it is itself too old to build the module, which is not asked.
    It downloads to *own* unless the user has a place for modules.
    """
    environ = {"GOPATH": str(own), **_ENVIRON, "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local"}
    fix = "see that Go is installed and can reach its modules (GOPROXY)"
    try:
        outcome = subprocess.run(
            ["go", "mod", "download", "-json", f"{module}@{version}"],  # noqa: S607
            cwd=pins,
            env=environ,
            check=False,
            capture_output=True,
            timeout=_SECONDS,
        )
        answer = json.loads(outcome.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"{module} {version} cannot be had: {error}", fix) from error
    if "Zip" not in answer:
        raise EngineError(f"{module} {version} cannot be had: {answer.get('Error')}", fix)
    if f"{module} {version} {answer['Sum']}\n" not in (pins / "go.sum").read_text():
        raise EngineError(f"{module} {version} is not what go.sum pins", fix)
    return Path(answer["Zip"])


def _read(archive: Path, folder: str) -> bytes:
    """Return all objects in *folder* of the archive as one stream, but for kustomizations."""
    stream = io.BytesIO()
    with zipfile.ZipFile(archive) as files:
        for name in sorted(files.namelist()):
            below = name == folder or name.startswith(f"{folder}/")
            if below and not name.endswith("/kustomization.yaml"):
                stream.write(b"---\n" + files.read(name))
    return stream.getvalue()
