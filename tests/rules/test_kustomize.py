"""Every rule on Kustomize documents, with the objects that the real kustomize makes of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from itertools import islice, product
from pathlib import Path

import pytest

from emqx_gitops.environment.clusters import DEFAULT
from emqx_gitops.environment.layout import lay_out
from emqx_gitops.environment.loader import Places, Refused, load
from emqx_gitops.findings import Finding, Severity
from emqx_gitops.fleet.structure import structure_tree
from emqx_gitops.kustomize.build import build
from emqx_gitops.kustomize.engine import Engine
from emqx_gitops.manifests import Document, read_stream, to_yaml
from emqx_gitops.rules.environment import check_environment
from emqx_gitops.rules.kustomize import assembly_of, check_assembly, check_documents
from emqx_gitops.rules.patches import check_patches
from emqx_gitops.rules.subjects import Sources
from tests.builds import loaded_of, write
from tests.matrix import cases
from tests.rules.documents import CASES, MARK, UNBUILDABLE, Written
from tests.rules.odd import ODD, changed, places

Make = Callable[[str, Mapping[str, str]], Sources]
LOUD = "emqx: {settings: {EMQX_LOG__CONSOLE__LEVEL: error}}"
"""What the environment asks that `extra/` belongs to."""


@pytest.fixture(scope="module")
def shared() -> dict[str, str]:
    """The documents that all overlays build upon."""
    return structure_tree()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, shared: dict[str, str]) -> Path:
    """A repository that holds them."""
    root = tmp_path_factory.mktemp("repository")
    write(root, shared)
    return root


@pytest.fixture
def make(folder: Path, shared: dict[str, str], engines: tuple[Engine, Engine]) -> Make:
    """Build what somebody wrote, in the environment ``prod`` or as an overlay of its own."""

    def made(name: str, files: Mapping[str, str]) -> Sources:
        written = files_of(name, files)
        if name == "prod":
            written |= lay_out(loaded_of(LOUD, name=name).resolved, extra=True).tree
        shutil.rmtree(folder / "overlays", ignore_errors=True)
        write(folder, written)
        text, _ = build(engines[0], folder / "overlays" / name)
        return Sources(
            name=name,
            files={path: text.encode() for path, text in written.items()},
            manifests=tuple(read_stream(text)),
            namespace="emqx-prod" if name == "prod" else "",
            shared={path: text.encode() for path, text in shared.items()},
        )

    return made


def files_of(name: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return what was written, by path from the root, without marks."""
    return {f"overlays/{name}/{path}": text.replace(MARK, "") for path, text in files.items()}


def marked(name: str, files: Mapping[str, str]) -> tuple[str, int]:
    """Return file and line of the mark."""
    for path, text in files.items():
        before, mark, _ = text.partition(MARK)
        if mark:
            return f"overlays/{name}/{path}", before.count("\n") + 1
    return "", 0


ODDITIES = {
    "kind": "Kustomization",
    "namespace": "a",
    "resources": ["a.yaml", "b.yaml", "c", "../../dist/base/pod", "https://a.b/c"],
    "components": ["../../dist/components/storage/ephemeral"],
    "configMapGenerator": [{"name": "emqx-env", "behavior": "merge", "literals": ["A='b'"]}],
    "generatorOptions": {"disableNameSuffixHash": True},
    "images": [{"name": "a", "newTag": "1"}],
    "patches": [{"path": "a.yaml", "target": {"kind": "Pod", "labelSelector": "a=b"}}],
    "patchesStrategicMerge": ["b.yaml"],
    "namePrefix": "a-",
}


def checked(sources: Sources) -> list[Finding]:
    """Return what is wrong with the documents of one overlay."""
    return list(check_assembly(sources, assembly_of(sources)))


def check_case(case: Written, name: str, found: list[Finding]) -> None:
    """Fail unless the findings are those of *case*, at its mark."""
    assert [each.rule.code for each in found] == case.codes.split(), found
    for each in found:
        assert (each.where.file, each.where.line) == marked(name, case.files)
        assert each.fix
        assert not each.message.endswith(".")


@pytest.mark.parametrize(("case", "name"), CASES, ids=lambda each: getattr(each, "codes", each))
def test_documents_are_checked(case: Written, name: str, make: Make) -> None:
    """What is wrong is found in its file and line, and what comes close is not."""
    check_case(case, name, checked(make(name, case.files)))


@pytest.mark.parametrize("case", UNBUILDABLE, ids=lambda each: each.codes)
def test_what_kustomize_refuses_is_found_before(case: Written) -> None:
    """Kustomize names no line, so documents are checked without building them."""
    files = {path: text.encode() for path, text in files_of("prod", case.files).items()}

    check_case(case, "prod", list(check_documents("prod", files)))


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_no_value_upsets_the_rules(odd: object, shared: dict[str, str]) -> None:
    """Whatever stands in a kustomization, findings come out and no exception."""
    files = {path: text.encode() for path, text in shared.items()}
    for path in list(places(ODDITIES)):
        text = to_yaml(changed(ODDITIES, path, odd)).encode()
        written = {
            "overlays/own/kustomization.yaml": text,
            "overlays/own/a.yaml": b"kind: [",
            "overlays/own/b.yaml": b"\xff\x00",
            "overlays/own/c/kustomization.yaml": text,
        }
        sources = Sources(name="own", files=written, manifests=(), shared=files)
        assert isinstance(checked(sources), list)


def test_generated_patches_all_hit(shared: dict[str, str]) -> None:
    """On each base, each shared component patches what is there, and one workload."""
    folders = sorted(path.rpartition("/")[0] for path in shared if "kustomization" in path)
    bases = [each for each in folders if each.startswith("dist/base/") and "common" not in each]
    components = [each for each in folders if each.startswith("dist/components/")]
    files = {path: text.encode() for path, text in shared.items()}

    for base, component in product(bases, components):
        overlay = {"resources": [f"../../{base}"], "components": [f"../../{component}"]}
        written = {"overlays/own/kustomization.yaml": to_yaml(overlay).encode()}
        assembly = assembly_of(Sources(name="own", files=written, manifests=(), shared=files))
        assert assembly.complete
        assert [f for step in assembly.steps for f in check_patches(step, "own", ())] == []


def test_patches_of_environments_all_hit(shared: dict[str, str]) -> None:
    """So do those with values, over every fiftieth combination of choices that is not refused."""
    files = {path: text.encode() for path, text in shared.items()}
    tried = 0

    for case in islice(cases(), 0, None, 50):
        try:
            loaded = load("own", Document(case.data, {}, {}), "own", DEFAULT, Places("clusters"))
        except Refused:
            continue
        if any(each.rule.severity is Severity.ERROR for each in check_environment(loaded)):
            continue
        tree = lay_out(loaded.resolved, extra=False).tree
        written = {path: text.encode() for path, text in tree.items()}
        assembly = assembly_of(Sources(name="own", files=written, manifests=(), shared=files))
        assert assembly.complete
        assert [f for step in assembly.steps for f in check_patches(step, "own", ())] == []
        assert [each.later.key for each in assembly.clashes] == []
        tried += 1

    assert tried > 100
