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
from emqx_gitops.kustomize.pinned.toolchain import go_for, required
from emqx_gitops.kustomize.process import run
from emqx_gitops.manifests import Manifest, read_stream
from tests.announce import announce
from tests.cluster.programs import ENVIRON

_BINARIES = Path(__file__).parents[1] / "binaries"
_SECONDS = 600


def manifests_of(name: str, module: str, folder: str) -> list[Manifest]:
    """Return the objects in *folder* of *module*, which ``binaries/<name>/go.mod`` pins.

    *folder* may name a file. Kept in the user's cache folder. Raises EngineError where the module
    cannot be had.
    """
    pins = _BINARIES / name
    version = _pinned(pins, module)
    cache = cache_folder(ENVIRON)
    kept = cache / "modules" / f"{name}-{version}.yaml" if cache else None
    if kept and kept.exists():
        return read_stream(kept.read_bytes())
    text = _download(pins, module, version, folder)
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


def _download(pins: Path, module: str, version: str, folder: str) -> bytes:
    """Have Go download the module, and return what is in *folder* if it has the pinned checksum.

    Go names the archive also where it is itself too old to build the module, which is not asked.
    """
    fix = "see that Go can reach its modules (GOPROXY)"
    with tempfile.TemporaryDirectory() as work:
        go, variables = go_for(required(pins), Path(work), ENVIRON, announce, fix=fix)
        argv = [go, "mod", "download", "-json", f"{module}@{version}"]
        try:
            answer = json.loads(run(argv, environ=variables, seconds=_SECONDS, cwd=pins).stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"{module} {version} cannot be had: {error}", fix) from error
        if "Zip" not in answer:
            raise EngineError(f"{module} {version} cannot be had: {answer.get('Error')}", fix)
        if f"{module} {version} {answer['Sum']}\n" not in (pins / "go.sum").read_text():
            raise EngineError(f"{module} {version} is not what go.sum pins", fix)
        return _read(Path(answer["Zip"]), f"{module}@{version}/{folder}")


def _read(archive: Path, folder: str) -> bytes:
    """Return all objects in *folder* of the archive as one stream, but for kustomizations."""
    stream = io.BytesIO()
    with zipfile.ZipFile(archive) as files:
        for name in sorted(files.namelist()):
            below = name == folder or name.startswith(f"{folder}/")
            if below and not name.endswith("/kustomization.yaml"):
                stream.write(b"---\n" + files.read(name))
    return stream.getvalue()
