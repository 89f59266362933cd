"""Rules on what nodes need to run, and on settings in general."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

PROBE_UNANSWERED = EffectRule(
    code="EG945",
    name="probe-unanswered",
    outcome=Outcome.INTERRUPTION,
    what="A probe asks a port on which EMQX does not answer.",
    why="The kubelet takes nodes for dead or not ready, though nothing ails them.",
    fix="Ask /status on the dashboard's port; on 4.4, on the management port.",
    source="emqx_mgmt_api_status.erl, EMQX v5.7.1; emqx_mgmt_http.erl, v4.4.19",
)

MEMORY_LOW = EffectRule(
    code="EG946",
    name="memory-below-need",
    outcome=Outcome.INTERRUPTION,
    what="Nodes get less memory than EMQX needs to run at all.",
    why="The kernel kills a node that goes over its limit, with all its connections.",
    fix="Leave 1 GiB or more; see what nodes use first: `kubectl top pods`.",
    source="emqx-docs, Installation, hardware specification (512 MB at least, 1 GB advised)",
)

HURRIED = EffectRule(
    code="EG947",
    name="restart-hurried",
    outcome=Outcome.INTERRUPTION,
    what="Nodes get less time to stop, to start, or to settle before the next one restarts.",
    why="Clients of a node that is killed are cut off all at once, and tables are repaired later.",
    fix="Leave 60 s or more to stop, 120 s to start, and some seconds before the next node.",
    source="emqx_machine_terminator.erl, EMQX v5.7.1; emqx/emqx#6201 (waiting for tables)",
)

FILE_CHANGED = EffectRule(
    code="EG948",
    name="configuration-file-changed",
    outcome=Outcome.UNKNOWN,
    what="A file that nodes read changes.",
    why="Its text is not read here; it may hold any setting: cookie, listeners, rights.",
    fix="Read the lines that changed as carefully as settings.",
    source="etc/base.hocon (precedence of configuration), EMQX v5.8.9",
)

SETTING = EffectRule(
    code="EG949",
    name="setting-changed",
    outcome=Outcome.IN_PLACE,
    what="Settings change of which no other rule knows anything.",
    why=(
        "Variables are read when a node starts, and win over what the dashboard says; one that is "
        "left out gives way to the dashboard's value, or to EMQX's own."
    ),
    fix="Look whether somebody set the same in the dashboard.",
    source="etc/base.hocon (precedence of configuration), EMQX v5.8.9",
)

RULES = (PROBE_UNANSWERED, MEMORY_LOW, HURRIED, FILE_CHANGED, SETTING)
