"""Small trees, written and built with real kustomizes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from emqx_gitops.kustomize.build import build
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import Manifest, read_stream

Harness = Callable[..., list[Manifest]]


@pytest.fixture(params=[0, 1], ids=["pinned", "oldest"])
def engine(engines: tuple[Engine, Engine], request: pytest.FixtureRequest) -> Engine:
    """Each supported end of kustomize in turn."""
    return engines[request.param]


@pytest.fixture
def kustomize(tmp_path: Path, engine: Engine) -> Harness:
    """Write files given by path, and return the objects that a folder builds to, unwarned."""

    def run(files: dict[str, str], folder: str = "overlay") -> list[Manifest]:
        for path, text in files.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text), encoding="utf-8")
        out, warnings = build(engine, tmp_path / folder)
        assert not warnings
        return read_stream(out)

    return run


def component(body: str) -> str:
    """Return a component's kustomization with *body*."""
    return f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{body}\n"
