"""Rules on versions, editions and the licence."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

_MATRIX = "README.md of emqx/emqx at 6.3.0, Rolling Upgrade Paths Since 5.0"

OTHER_DATA = EffectRule(
    code="EG934",
    name="generation-changed",
    outcome=Outcome.DATA_LOSS,
    what="EMQX 4 becomes 5 or later, or the other way round.",
    why="5 reads neither the settings nor the database of 4: nodes start empty.",
    fix="Build a new cluster beside the old one, and migrate the data.",
    source="emqx-docs, Upgrade EMQX cluster (4.4 to 5)",
)

MIXED_GENERATIONS = EffectRule(
    code="EG935",
    name="generations-mixed",
    outcome=Outcome.CLUSTER_SPLIT,
    what="While nodes restart, some run EMQX 4 and some 5 or later.",
    why="The two speak different protocols between nodes, and never form one cluster.",
    fix="Build a new cluster beside the old one, and move the clients when it is ready.",
    source="emqx-docs, Upgrade EMQX cluster (4.4 to 5)",
)

DURABLE_STATE_LOST = EffectRule(
    code="EG936",
    name="durable-state-lost",
    outcome=Outcome.DATA_LOSS,
    what="A cluster with durable sessions goes from EMQX 5 to 6.",
    why="6.0 has another format: sessions and the messages that wait in them are lost.",
    fix="Build a new cluster beside the old one; do not upgrade this one in place.",
    source=f"changes/e6.0.0.en.md; {_MATRIX}, note 4",
)

WITH_CARE = EffectRule(
    code="EG937",
    name="upgrade-with-care",
    outcome=Outcome.UNKNOWN,
    what="The upgrade is limited, or not among those that EMQX lists.",
    why="Whether it goes well depends on what the cluster uses, which manifests do not say.",
    fix="Try it on a copy first, and export the data.",
    source=_MATRIX,
)

NOT_ROLLING = EffectRule(
    code="EG938",
    name="upgrade-not-rolling",
    outcome=Outcome.CLUSTER_SPLIT,
    what="Nodes of old and new version cannot be one cluster, though each could be.",
    why="5.10 no longer has the routing table of 5.3 and earlier.",
    fix="Upgrade to 5.9 first, restart all nodes at once, and go on to 5.10 from there.",
    source=f"{_MATRIX}, note 2",
)

DOWNGRADE = EffectRule(
    code="EG939",
    name="downgrade",
    outcome=Outcome.INTERRUPTION,
    what="EMQX goes back to an earlier line.",
    why="No way back is listed: older nodes may refuse tables and settings of newer ones.",
    fix="Export the data, and import a backup of the older version into a new cluster.",
    source=_MATRIX,
)

EDITION_CHANGED = EffectRule(
    code="EG940",
    name="edition-changed",
    outcome=Outcome.UNKNOWN,
    what="The open source edition becomes the enterprise edition, or the other way round.",
    why="Editions read different settings, and open source knows nothing of enterprise's features.",
    fix="Export the data first, and see which of the features in use the other edition has.",
    source="apps/emqx_conf and emqx_enterprise_schema.erl, EMQX v5.8.0",
)

ROLLING = EffectRule(
    code="EG941",
    name="upgrade-rolling",
    outcome=Outcome.ROLLING_RESTART,
    what="The upgrade is one that EMQX lists as rolling.",
    why="Nodes of both versions are one cluster while they restart one by one.",
    fix="Back up, and change nothing in the dashboard while nodes of two versions run.",
    source=_MATRIX,
)

VERSION_UNSEEN = EffectRule(
    code="EG942",
    name="version-unseen",
    outcome=Outcome.UNKNOWN,
    what="The image changes, and its name does not tell the version.",
    why="A digest or a tag such as `latest` may be a patch, another line, or a downgrade.",
    fix="Write the version as the tag, or compare what both images say:",
    source="Kubernetes documentation, Images",
)

LICENCE_MISSING = EffectRule(
    code="EG943",
    name="licence-missing",
    outcome=Outcome.INTERRUPTION,
    what="Several nodes of EMQX 5.9 or later have no licence.",
    why="The built-in licence is for one node: others refuse to start with SINGLE_NODE_LICENSE.",
    fix="Give a licence, stay with one node, or stay with EMQX 5.8.",
    source="apps/emqx_license/src/emqx_license_checker.erl, EMQX e5.9.3; emqx/emqx#15226",
)

LICENCE_CHANGED = EffectRule(
    code="EG944",
    name="licence-changed",
    outcome=Outcome.UNKNOWN,
    what="The licence comes from another place.",
    why="What it allows is not in the manifests: too small a one refuses clients, or nodes.",
    fix="Look at the new licence before this is applied, and at what nodes say afterwards:",
    source="apps/emqx_license/src/emqx_license_parser.erl, EMQX v5.7.1",
)

RULES = (
    OTHER_DATA,
    MIXED_GENERATIONS,
    DURABLE_STATE_LOST,
    WITH_CARE,
    NOT_ROLLING,
    DOWNGRADE,
    EDITION_CHANGED,
    ROLLING,
    VERSION_UNSEEN,
    LICENCE_MISSING,
    LICENCE_CHANGED,
)
