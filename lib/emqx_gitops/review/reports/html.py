"""
The review as one page: nothing is loaded from elsewhere, and values are never markup.

Changes are data in the page; a script of its own makes what is looked at. Its hash stands in the
page's policy, so that no other script could run.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from emqx_gitops.review.model import SEVERE, Entry, Review
from emqx_gitops.review.reports.differences import Difference, Line, differences, whole
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.summary import Row, Summary
from emqx_gitops.review.reports.values import visible
from emqx_gitops.review.reports.wording import (
    MEANING,
    counted,
    file_of,
    happened,
    kind_of,
    name_of,
    restart,
    sentence,
    told,
)

_LINES = 400
"""Lines of one field, or of an object that came or went."""
_LONGEST = 2_000
"""Characters of a value on one line."""
_FIELDS = 300
_SCRIPTS = ("fields.js", "page.js")
_MARKUP = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def render(review: Review, options: Options) -> str:
    """Return the page."""
    style = _file("page.css")
    script = "\n".join(_file(name) for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "style": style,
        "script": script,
        "data": json.dumps(_data(review), separators=(",", ":")).translate(_MARKUP),
        "title": escape(visible(options.title)),
        "headline": Summary(review).headline,
        "old": escape(visible(review.old)),
        "new": escape(visible(review.new)),
        "unchanged": counted(review.unchanged, "object"),
    }
    # In one pass: what a value says is not looked at again.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _file("page.html"))


def _data(review: Review) -> dict[str, Any]:
    summary = Summary(review)
    return {
        "outcomes": [
            {"name": group.outcome, "objects": group.objects, "meaning": MEANING[group.outcome]}
            for group in summary.groups
        ],
        "environments": [_row(row) for row in summary.changed if row.environment],
        "warnings": [visible(each) for each in review.warnings],
        "entries": [_entry(each) for each in review.entries],
    }


def _row(row: Row) -> dict[str, Any]:
    hint = f"{row.outcome}, {restart(row.pods)}" if row.pods else str(row.outcome)
    name = visible(row.environment)
    return {"name": name, "changed": len(row.changes), "outcome": row.outcome, "hint": hint}


def _entry(entry: Entry) -> dict[str, Any]:
    fields = list(differences(entry.change, lines=_LINES, longest=_LONGEST))
    more = len(fields) - _FIELDS
    return {
        "outcome": entry.outcome,
        "severe": entry.outcome in SEVERE,
        "kind": kind_of(entry),
        "name": name_of(entry),
        "did": happened(entry),
        "environments": [visible(each) for each in entry.environments],
        "files": [file_of(each) for each in entry.changes if each.object.file],
        "effects": [
            {
                "outcome": each.outcome,
                "rule": visible(each.rule.code),
                "text": sentence(each),
                "advice": parts,
            }
            for each, parts in told(entry)
        ],
        "fields": [_field(each) for each in fields[:_FIELDS]],
        "rest": counted(more, "more field") if more > 0 else "",
        "whole": _lines(whole(entry.change, _LINES)),
    }


def _field(found: Difference) -> dict[str, Any]:
    values = {"old": found.old, "new": found.new}
    lines = {"lines": _lines(found.lines)} if found.lines else {}
    told = {key: value for key, value in values.items() if value is not None}
    return {"path": found.path, "how": found.how, **told, **lines}


def _lines(lines: tuple[Line, ...]) -> list[Line]:
    return list(lines)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return (files("emqx_gitops.review.reports") / "page" / name).read_text(encoding="utf-8")
