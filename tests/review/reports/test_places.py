"""Lines of changed values."""

from __future__ import annotations

import pytest
import yaml

from emqx_gitops.review.model import Change, Item, Object, Path
from emqx_gitops.review.reports.places import Place, Places

TEXT = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: emqx
spec:
  template:
    spec:
      containers:
        - name: proxy
          image: haproxy
        - name: emqx
          image: emqx
          ports:
            - containerPort: 1883
            - containerPort: 14567
              protocol: UDP
"""
CONTAINERS = ("spec", "template", "spec", "containers")
EMQX = (*CONTAINERS, Item((("name", "emqx"),)))


def place(path: Path, text: str = TEXT) -> Place:
    """Return where *path* stands in a document that begins at line 101."""
    made = Object(yaml.safe_load(TEXT), "a.yaml", 101, text)
    return Places().of(Change(None, made), path)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 101),
        (("metadata", "name"), 104),
        ((*EMQX, "image"), 112),
        ((*CONTAINERS, 0, "image"), 110),
        ((*EMQX, "ports", Item((("containerPort", 14567), ("protocol", "UDP")))), 115),
        ((*EMQX, "ports", Item((("containerPort", 1883), ("protocol", "TCP"))), "x"), 114),
        ((*EMQX, "resources", "limits"), 111),
        ((*CONTAINERS, Item((("name", "gone"),)), "image"), 108),
        (("status", "phase"), 101),
    ],
)
def test_fields_are_found(path: Path, line: int) -> None:
    """A field has its own line; what is not there has that of the nearest value above it."""
    assert place(path) == Place("a.yaml", line)


@pytest.mark.parametrize("text", ["", "a: [", "on: 1\n", "x" * 2_000_001])
def test_unreadable_texts_have_their_first_line(text: str) -> None:
    """Where the strict reader gives up, the document's beginning has to do."""
    assert place(("metadata", "name"), text).line == 101
