"""The review for programs; ``docs/schema/review.schema.json`` says what each field means."""

from __future__ import annotations

import json
from typing import Any

from emqx_gitops.manifests import Manifest
from emqx_gitops.review.model import (
    Change,
    Effect,
    Entry,
    Field,
    How,
    Object,
    Outcome,
    Review,
    path_text,
)
from emqx_gitops.review.reports.options import Options
from emqx_gitops.review.reports.summary import Row, Summary
from emqx_gitops.review.reports.values import is_hidden, plain

API_VERSION = "emqx-gitops/v1"
"""Grows when a field changes its meaning or goes; new fields come without notice."""


def render(review: Review, options: Options) -> str:
    """Return the review as one JSON document; bytes are the same for the same review."""
    del options  # programs read the whole of it
    return json.dumps(document(review), indent=2, allow_nan=False) + "\n"


def document(review: Review) -> dict[str, Any]:
    """Return the review as plain data."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Review",
        "old": review.old,
        "new": review.new,
        "summary": _summary(review),
        "changes": [_change(entry) for entry in review.entries],
        "warnings": list(review.warnings),
    }


def resource(manifest: Manifest) -> dict[str, str]:
    """Return what names an object; what the manifest does not say is empty."""
    metadata = manifest.get("metadata") or {}
    return {
        "apiVersion": str(manifest.get("apiVersion") or ""),
        "kind": str(manifest.get("kind") or ""),
        "namespace": str(metadata.get("namespace") or ""),
        "name": str(metadata.get("name") or ""),
    }


def _summary(review: Review) -> dict[str, Any]:
    summary = Summary(review)
    counts = {group.outcome: group.objects for group in summary.groups}
    return {
        "changes": len(review.entries),
        "objects": summary.objects,
        "unchanged": review.unchanged,
        "restartingPods": summary.pods,
        "outcomes": {str(each): counts.get(each, 0) for each in Outcome},
        "environments": [_row(row) for row in summary.rows if row.environment],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.environment,
        "objects": row.total,
        "changed": len(row.changes),
        "outcome": str(row.outcome),
        "restartingPods": row.pods,
    }


def _change(entry: Entry) -> dict[str, Any]:
    change = entry.change
    named = resource(change.object.manifest)
    found: dict[str, Any] = {"resource": named}
    before = resource(change.old.manifest) if change.old else named
    if before != named:
        found["previous"] = before
    return found | {
        "change": str(change.kind),
        "outcome": str(entry.outcome),
        "environments": list(entry.environments),
        "objects": [_object(each, each.object) for each in entry.changes],
        "fields": [_field(each) for each in change.fields],
        "effects": [_effect(each) for each in entry.effects],
    }


def _object(change: Change, found: Object) -> dict[str, Any]:
    return {
        "environment": change.environment,
        "namespace": found.id.namespace,
        "name": found.id.name,
        "file": found.file,
        "line": found.line,
    }


def _field(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path_text(field.path), "change": str(field.how)}
    if field.how is not How.ADDED:
        found["old"] = plain(field.old)
    if field.how is not How.REMOVED:
        found["new"] = plain(field.new)
    if is_hidden(field.old) or is_hidden(field.new):
        found["hidden"] = True
    return found


def _effect(effect: Effect) -> dict[str, str]:
    return {
        "id": str(effect.outcome),
        "rule": effect.rule.code,
        "name": effect.rule.name,
        "field": path_text(effect.path),
        "message": effect.message,
        "advice": effect.advice,
    }
