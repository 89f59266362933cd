"""
Write the generated pages of docs/: ``python scripts/docs.py``, or ``--check`` to only compare.

Every page comes from what the program itself reads: models, rules, components, releases, help.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import model_pages
import rule_pages
from markdown import code, codes, generated, paragraph, table

from emqx_gitops.components.addition import Addition
from emqx_gitops.components.catalog import shared_components
from emqx_gitops.emqx import RELEASES, Edition, Line, image, licence_wiring, line_of, needs_licence
from emqx_gitops.environment.schema import schema_of
from emqx_gitops.fleet.structure import structure_tree

DOCS = Path(__file__).resolve().parent.parent / "docs"


def command_line() -> str:
    """Return the page of all commands, as their help says it."""
    import click

    from emqx_gitops.cli.group import COMMANDS, group

    lines = ["# Command line", "", *paragraph(_COMMAND_LINE), ""]
    top = click.Context(group, info_name="emqx-gitops", terminal_width=80, **group.context_settings)
    lines += ["```text", group.get_help(top), "```", ""]
    for name in COMMANDS:
        command = group.get_command(top, name)
        if command is None:
            raise LookupError(name)
        context = click.Context(command, parent=top, info_name=name)
        lines += [f"## {name}", "", "```text", command.get_help(context), "```", ""]
    lines += ["## Environment variables", "", *table(("variable", "what it does"), _VARIABLES)]
    return generated("cli/", lines)


_COMMAND_LINE = """
The command lies at `.venv/bin/emqx-gitops` once `make synth` has run.
The answer goes to standard output, talk and findings of a compile to standard error.
Exit status 0 is fine, 1 differences or findings, 2 could not run.
"""

_VARIABLES = (
    (
        "`KUSTOMIZE`",
        (
            "The kustomize to use, 5.0.1 or newer. "
            "Without it: `kustomize` on `PATH`, `kubectl`, or one that is built once."
        ),
    ),
    ("`EMQX_GITOPS_TIMEOUT`", "Seconds that one process of Kustomize may take; 120."),
    ("`EMQX_GITOPS_DEBUG`", "Show where a defect of emqx-gitops itself comes from."),
    ("`XDG_CACHE_HOME`", "Where results and the pinned kustomize are kept: `emqx-gitops/` in it."),
    ("`TMPDIR`", "Where Kustomize builds, in a folder that is removed at the end."),
    ("`NO_COLOR`, `FORCE_COLOR`", "No colours; colours, terminal or not."),
    (
        "`EMQX_GITOPS_PAGER`, `PAGER`",
        "What shows `diff` on a terminal; `less` without either, nothing for `cat`.",
    ),
    ("`CDK8S_OUTDIR`", "Set by `cdk8s synth`; must be `dist`."),
)


def components() -> str:
    """Return the page of bases and shared components."""
    tree = structure_tree()
    bases: dict[str, list[str]] = {}
    for path in tree:
        folder, _, file = path.rpartition("/")
        if folder.startswith("dist/base/"):
            bases.setdefault(folder.removeprefix("dist/base/"), []).append(file)
    lines = ["# Bases and components", "", *paragraph(_COMPONENTS), "", "## Bases", ""]
    rows = [
        (code(name), codes(file for file in files if file != "kustomization.yaml"))
        for name, files in bases.items()
    ]
    lines += [*table(("folder below `dist/base`", "files"), rows), "", "## Components", ""]
    rows3 = [
        (code(path), "<br>".join(_effects(item)), codes(sorted(item.settings)))
        for path, item in shared_components().items()
    ]
    head = ("folder below `dist/components`", "changes", "EMQX settings")
    return generated("components/", [*lines, *table(head, rows3)])


_COMPONENTS = """
What is the same for all environments.
A base runs the brokers; each component makes one choice.
An overlay names one base under `resources` and its components under `components`, in the order
line, credentials, discovery, listeners, exposure, tls, storage, metrics: later ones change what
earlier ones added.
Folders named `4.4` and `5` hold the same choice for EMQX 4.4 and for everything later.
See [use without Python](../how-to/use-without-python.md).
"""


def _effects(item: Addition) -> Iterator[str]:
    for operation in (*item.pod, *item.workload):
        yield _effect(str(operation["op"]), str(operation["path"]), operation.get("value"))
    for (kind, name), operations in sorted(item.patches.items()):
        if operations:
            yield f"changes {kind} {code(name)}"
    for each in item.objects:
        yield f"adds {each['kind']} {code(each['metadata']['name'])}"
    for generator in item.generators:
        yield f"adds ConfigMap {code(generator.name)}"


def _effect(verb: str, path: str, value: object) -> str:
    entry = value if isinstance(value, dict) else {}
    kind = re.sub(r"^/spec/(containers/0/)?|/-$", "", path)
    words = {
        "env": f"variable {code(entry.get('name'))}",
        "ports": f"port {code(entry.get('name'))}",
        "volumeMounts": f"mount {code(entry.get('mountPath'))}",
        "volumes": f"volume {code(entry.get('name'))}",
    }
    return words.get(kind, f"{verb}s {code(kind)}")


def versions() -> str:
    """Return the page of EMQX versions, editions, images and what differs between lines."""
    rows = []
    for line in Line:
        for edition in Edition:
            known = sorted(each for each in RELEASES[edition] if line_of(each) is line)
            if not known:
                continue
            last = known[-1]
            wiring = licence_wiring(last, edition)
            licence = code(wiring.key) if wiring else "none"
            must = "yes" if needs_licence(last, edition, 3) else "no"
            row = (_series(known), str(edition), code(image(last, edition)[0]), licence, must)
            rows.append((code(line.value), *row))
    head = ("line", "versions", "edition", "image", "licence read from", "needed for a cluster")
    differ = [(code(line.value), code(line.discovery_key), code(line.status_port)) for line in Line]
    lines = ["# EMQX versions", "", *paragraph(_VERSIONS), "", *table(head, rows), ""]
    lines += ["## What differs between lines", ""]
    lines += table(("line", "discovery strategy", "port of `/status`"), differ)
    return generated("emqx/versions.py", lines)


_VERSIONS = """
Versions that `emqx.version` takes, each with its editions.
`emqx.edition` is open source where there is one, else enterprise.
All versions of a line know the same settings.
"""


def _series(known: Iterable[object]) -> str:
    """Return ``5.8.0 to 5.8.9``, for each minor version."""
    minors: dict[str, list[str]] = {}
    for version in map(str, known):
        minors.setdefault(version.rpartition(".")[0], []).append(version)
    spans = (each[0] if len(each) == 1 else f"{each[0]} to {each[-1]}" for each in minors.values())
    return ", ".join(spans)


def _schema(file: str) -> Callable[[], str]:
    return lambda: json.dumps(schema_of(file), indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "reference/environment.md": model_pages.environment,
    "reference/clusters.md": model_pages.clusters,
    "reference/rules.md": rule_pages.rules,
    "reference/effects.md": rule_pages.effects,
    "reference/cli.md": command_line,
    "reference/components.md": components,
    "reference/emqx-versions.md": versions,
    "schema/environment.json": _schema("environment"),
    "schema/clusters.json": _schema("clusters"),
}
"""Generated files below docs/."""


def main(*, check: bool) -> int:
    """Write every page that is not current, or only name those; 1 if *check* finds any."""
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/{name}: {'not current, run `make docs`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
