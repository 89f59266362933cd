"""
The review as a code quality report, which GitLab shows at the lines of a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import Any, Literal

from emqx_gitops.review.model import Outcome, Review
from emqx_gitops.review.reports.notices import Notice, notices
from emqx_gitops.review.reports.options import Options

Severity = Literal["info", "minor", "major", "critical", "blocker"]

_SEVERITIES: dict[Outcome, Severity] = {
    Outcome.DATA_LOSS: "blocker",
    Outcome.CLUSTER_SPLIT: "blocker",
    Outcome.REFUSED: "critical",
    Outcome.INTERRUPTION: "major",
    Outcome.WIDENED: "major",
    Outcome.UNKNOWN: "minor",
    Outcome.ROLLING_RESTART: "info",
}


def render(review: Review, options: Options) -> str:
    """Return a JSON list; effects that change nothing or only in place are left out."""
    del options  # GitLab keeps the whole list
    return json.dumps([_issue(each) for each in notices(review)], indent=2) + "\n"


def _issue(notice: Notice) -> dict[str, Any]:
    place = notice.places[0]
    return {
        "description": f"{notice.title}: {notice.message}",
        "check_name": notice.effect.rule.code,
        "fingerprint": notice.fingerprint,
        "severity": _SEVERITIES[notice.effect.outcome],
        # GitLab drops a whole report in which an entry has no path.
        "location": {"path": place.file or "unknown", "lines": {"begin": place.line}},
    }
