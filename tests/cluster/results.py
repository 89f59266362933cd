"""
What the tests of the cluster counted, as the table of docs/proof.md.

Tests say it with the fixture `record`; numbers travel with pytest's own reports, from its worker
processes too. A run that was green and has a number for every family writes the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FAMILIES: Mapping[str, str] = {
    "accepted": "the API server accepts it, strictly validated, without a warning",
    "applied": "it settles: pods Ready, claims Bound, Services with endpoints",
    "discovered": "every pod discovers all pods, and itself, by the same names",
    "reconciled": "Flux brings it about, and keeps it so",
}
"""What is proved, in the order of the page."""

Counts = dict[str, dict[str, int]]
"""Numbers by family and by what was counted."""

MEASURED = "cluster measure"
"""Name of a report's property that is a line for the reader of the run."""

_PROPERTY = "cluster proof"


def to_property(family: str, what: str, number: int) -> tuple[str, object]:
    """Return a property of a test's report that says *what* was counted for *family*.

    What several tests say of the same adds up.
    """
    assert family in FAMILIES
    return _PROPERTY, [family, what, number]


def add(counts: Counts, properties: Iterable[tuple[str, object]]) -> None:
    """Add what the report of one test says to *counts*."""
    for name, value in properties:
        if name == _PROPERTY and isinstance(value, list):
            family, what, number = value
            numbers = counts.setdefault(family, {})
            numbers[what] = numbers.get(what, 0) + number


def page(counts: Counts) -> str:
    """Return docs/proof.md."""
    lines = [
        "# What was proved, in numbers",
        "",
        "Written by `make test-cluster`, from what its tests counted on a real control plane.",
        "[How to run it](how-to/prove.md), on your own cluster too.",
        "",
        "| proof | what it shows | counted | number |",
        "|---|---|---|---|",
    ]
    for family, meaning in FAMILIES.items():
        first = True
        for what, number in sorted(counts.get(family, {}).items()):
            head = f"| {family} | {meaning} |" if first else "| | |"
            lines.append(f"{head} {what} | {number:,} |")
            first = False
    return "\n".join(lines) + "\n"
