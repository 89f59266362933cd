"""Rows of the tables in which each rule on Kubernetes' own kinds is tried."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import Apply
from tests.review.effects.changes import CONTAINER, Edit, codes, edited, put

IMAGE = put(*CONTAINER, "image", "emqx/emqx:5.8.8")
SIZE = ("spec", "resources", "requests", "storage")

Row = tuple[str, Manifest, Edit, Edit, tuple[Manifest, ...]]
"""A code, an object, an edit that the rule finds, the edit next to it, and objects beside."""


def by_code(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Run a test for each of *rows*, as `row`."""
    names = [f"{row[0]}-{number}" for number, row in enumerate(rows)]
    return pytest.mark.parametrize("row", rows, ids=names)


def codes_of(row: Row) -> tuple[set[str], set[str]]:
    """Return what Flux's review says of the edit that the rule of *row* finds, and of the other."""
    _, old, found, beside_it, beside = row
    flux = frozenset({Apply.FLUX})
    edits = (found, beside_it)
    first, second = (codes(old, edited(old, edit), beside, apply=flux) for edit in edits)
    return first, second
