"""Rules on the data of nodes."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

VOLUME_SWAPPED = EffectRule(
    code="EG917",
    name="data-volume-swapped",
    outcome=Outcome.DATA_LOSS,
    what="Nodes keep their data in another place.",
    why="EMQX starts empty on an empty volume; nobody copies what lies on the old one.",
    fix="Export the data first, and import it when the new nodes run.",
    source="emqx-docs, Backup and Restore; deploy/docker/Dockerfile (VOLUME), EMQX v5.7.1",
)

NODE_MOVED = EffectRule(
    code="EG918",
    name="local-node-moved",
    outcome=Outcome.CLUSTER_SPLIT,
    what="The disk of a node is to be another machine's.",
    why=(
        "The order of machines is the ordinal: a node that moves leaves its data behind, and "
        "starts empty under its old name, if at all."
    ),
    fix="Keep the order of storage.nodes: append machines; never reorder or remove from within.",
    source="Kubernetes documentation, Persistent Volumes (local, node affinity)",
)

VOLUME_SOURCE_CHANGED = EffectRule(
    code="EG919",
    name="node-volume-elsewhere",
    outcome=Outcome.DATA_LOSS,
    what="A node's volume lies in another folder, or on another server.",
    why="The node starts empty there; its data stays where it was.",
    fix="Stop the node, copy its folder to the new place, and only then apply.",
    source="Kubernetes documentation, Persistent Volumes",
)

SESSIONS_OFF = EffectRule(
    code="EG920",
    name="durable-sessions-dropped",
    outcome=Outcome.DATA_LOSS,
    what="Durable sessions are turned off, or kept by another backend.",
    why="Sessions in memory know nothing of durable storage, nor one backend of another.",
    fix="Let the clients take their messages and end their sessions before this is applied.",
    source="EMQX documentation, Configure and Manage Durable Sessions",
)

LAYOUT_FIXED = EffectRule(
    code="EG921",
    name="durable-layout-fixed",
    outcome=Outcome.UNKNOWN,
    what="Sites, shards or replicas of durable storage become others.",
    why="They are read once, when the storage is set up; later on they change nothing.",
    fix="Change the replicas of storage that exists with `emqx ctl ds`, after looking at it:",
    source="EMQX documentation, Manage Data Replicas (initial cluster setup)",
)

RULES = (VOLUME_SWAPPED, NODE_MOVED, VOLUME_SOURCE_CHANGED, SESSIONS_OFF, LAYOUT_FIXED)
