"""The settings list itself."""

from __future__ import annotations

from importlib.resources import files

import pytest

from emqx_gitops.emqx import Edition, Line, catalog, complete_roots
from emqx_gitops.emqx.roots import is_listed, is_root
from emqx_gitops.emqx.values import describe, fits

ROWS = [
    row.split("\t")
    for row in files("emqx_gitops.emqx").joinpath("settings.tsv").read_text("utf-8").splitlines()
]


def test_the_list_is_canonical() -> None:
    """Sorted, no key twice for a line, every line one that we know."""
    body = ROWS[1:]
    pairs = [(row[0], line) for row in body for line in row[4].split(",")]

    assert body == sorted(body)
    assert len(set(pairs)) == len(pairs)
    assert {line for _, line in pairs} == {line.settings_column for line in Line}


def test_every_shape_can_be_checked() -> None:
    """No row has a shape that only fails when a user comes by."""
    for shape in {row[1] for row in ROWS[1:]}:
        for line in Line:
            fits(line, shape, "zzz", plain=True)
        describe(shape)


@pytest.mark.parametrize("line", Line)
def test_lines_have_their_settings(line: Line) -> None:
    """The list of a line is neither empty nor that of its neighbour."""
    keys = {setting.key for setting in catalog(line).settings()}

    assert len(keys) > 400
    assert line.discovery_key in keys


@pytest.mark.parametrize("line", Line)
def test_complete_roots_are_listed(line: Line) -> None:
    """Only what the list has can be complete."""
    for edition in Edition:
        roots = complete_roots(line, edition)
        assert "cluster" in roots
        assert all(is_listed(line, root) and is_root(line, root) for root in roots)
