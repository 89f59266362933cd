"""
The review in every format: terminal, comments, page, and what other programs read.

A format is a module with ``render(review, options)``. It is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from emqx_gitops.review.model import Review
from emqx_gitops.review.reports.options import Options

__all__ = ["FORMATS", "Options", "render"]

Render = Callable[[Review, Options], str]

FORMATS: dict[str, str] = {
    "terminal": "terminal",
    "stat": "stat",
    "markdown": "markdown",
    "html": "html",
    "json": "json",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
}
"""Modules of this package by the names that users give their formats."""


def render(name: str, review: Review, options: Options) -> str:
    """Return *review* in the format *name*, one of `FORMATS`; `KeyError` for any other."""
    module = import_module(f"{__name__}.{FORMATS[name]}")
    found: Render = module.render
    return found(review, options)
