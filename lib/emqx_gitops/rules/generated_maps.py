"""Rules on generators of ConfigMaps: settings in two places, without quotes, without effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emqx_gitops.findings import Finding, Rule, Severity, Where
from emqx_gitops.manifests import Manifest
from emqx_gitops.rules.kustomizations import Files, Kustomization
from emqx_gitops.rules.lenient import entries, mapping, text, texts

SETTING_IN_TWO_PLACES = Rule(
    code="EG602",
    name="setting-in-two-places",
    severity=Severity.ERROR,
    what="A setting is given by a component and in another place.",
    why=(
        "Which one holds depends on the order of components, and on the version of Kustomize: a "
        "component overrides an overlay's own generator since 5.1, before it was the other way "
        "round."
    ),
    fix="Keep it in one place: `emqx.settings` of the environment, where there is one.",
    source="kubernetes-sigs/kustomize#5170; measured with 5.0.3 and 5.8.2",
)

UNHASHED_SETTINGS = Rule(
    code="EG609",
    name="settings-without-hash",
    severity=Severity.WARNING,
    what="The ConfigMap of a container's variables is generated without a hash in its name.",
    why=(
        "A change of it restarts nothing: pods keep the old settings until they restart one day, "
        "each for itself."
    ),
    fix="Remove disableNameSuffixHash.",
    source="Kubernetes documentation, ConfigMaps, Mounted ConfigMaps are updated automatically",
)

LOST_QUOTES = Rule(
    code="EG612",
    name="literal-loses-quotes",
    severity=Severity.WARNING,
    what="A generator's literal has a value in quotes.",
    why='Kustomize takes the quotes away: EMQX reads `"0123"` as text, and `0123` as a number.',
    fix="Write it in a file that `envs` names.",
    source="kustomize 5.8.2, api/kv/kv.go (removeQuotes)",
)

RULES = (SETTING_IN_TWO_PLACES, UNHASHED_SETTINGS, LOST_QUOTES)


@dataclass(frozen=True, slots=True)
class Setting:
    """A key that a generator gives to a ConfigMap, and where it stands."""

    key: str
    value: str
    kustomization: Kustomization
    file: str
    line: int
    map: str
    """Name of the ConfigMap."""


def settings_of(
    files: Files, here: Kustomization, index: int, entry: Manifest
) -> Iterator[Setting]:
    """Yield the keys that one entry of ``configMapGenerator`` gives."""
    name = text(entry.get("name"))
    for place, literal in enumerate(texts(entry.get("literals"))):
        key, _, value = literal.partition("=")
        at = here.places.get(("configMapGenerator", index, "literals", place))
        line = at.line if at else 0
        yield Setting(key, _unquoted(value), here, here.file, line, name)
    sources = texts(entry.get("envs"))
    sources += [text(entry["env"])] if text(entry.get("env")) else []
    for source in sources:
        path = here.beside(source)
        lines = files.get(path, b"").decode(errors="replace").splitlines()
        for number, written in enumerate(lines, start=1):
            pair = written.lstrip("\ufeff").lstrip()
            if pair and not pair.startswith("#"):
                key, _, value = pair.partition("=")
                yield Setting(key, value, here, path, number, name)


def is_doubtful(earlier: Setting, later: Setting) -> bool:
    """
    Tell whether two settings of one key leave it open which is meant.

    A kustomization over its base overrides it in all versions of Kustomize, so that is not one.
    """
    first, second = earlier.kustomization, later.kustomization
    if first.generated and second.generated:
        return False
    if first.generated or second.generated:
        return first.is_component or second.is_component
    return earlier.value != later.value and first.is_component != second.is_component


def clash(environment: str, earlier: Setting, later: Setting) -> Iterator[Finding]:
    """Yield a finding about a doubtful pair, at the one that somebody wrote."""
    if is_doubtful(earlier, later):
        mine, other = (earlier, later) if later.kustomization.generated else (later, earlier)
        where = Where(file=mine.file, line=mine.line, environment=environment)
        message = f"{mine.key} in {mine.map} is also set in {other.file}"
        yield SETTING_IN_TWO_PLACES.at(where, message)


def check_generators(
    here: Kustomization, environment: str, variables: frozenset[str]
) -> Iterator[Finding]:
    """Yield what is wrong with the generators of *here*; *variables* are maps that ``env`` uses."""
    unhashed = _is_unhashed(here.data.get("generatorOptions"))
    for index, entry in enumerate(entries(here.data.get("configMapGenerator"))):
        path = ("configMapGenerator", index)
        name = text(entry.get("name"))
        if name in variables and (unhashed or _is_unhashed(entry.get("options"))):
            message = f"the ConfigMap {name} gives variables to containers, and has no hash"
            yield here.at(UNHASHED_SETTINGS, environment, path, message)
        for place, literal in enumerate(texts(entry.get("literals"))):
            key, _, value = literal.partition("=")
            if _unquoted(value) != value:
                message = f"{key} loses its quotes"
                yield here.at(LOST_QUOTES, environment, (*path, "literals", place), message)


def _is_unhashed(options: object) -> bool:
    return mapping(options).get("disableNameSuffixHash") is True


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
    return value[1:-1] if quoted else value
