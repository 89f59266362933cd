"""The published schema of the JSON report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[3] / "docs/schema/review.schema.json"

REVIEW: dict[str, Any] = json.loads(_FILE.read_text())
