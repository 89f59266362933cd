"""Rules on claims and volumes; `storage` finds what breaks them."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

CLAIM = EffectRule(
    code="EG811",
    name="claim-immutable",
    outcome=Outcome.REFUSED,
    what="A field of a claim changes that may be set only when it is made.",
    why="A claim is bound to a volume of that kind; only its size and attributes class may change.",
    fix="Make a claim of another name, copy the data, and let pods use the new one.",
    source="pkg/apis/core/validation ValidatePersistentVolumeClaimUpdate (v1.36.3)",
)

SHRINKS = EffectRule(
    code="EG812",
    name="claim-shrinks",
    outcome=Outcome.REFUSED,
    what="A claim asks for less than before.",
    why="Volumes are never made smaller.",
    fix="Keep the size, or make a smaller claim of another name and copy the data.",
    source="Kubernetes documentation, persistent volumes (expanding claims)",
)

GROWS = EffectRule(
    code="EG813",
    name="claim-grows",
    outcome=Outcome.IN_PLACE,
    what="A claim asks for more, and its class allows volumes to grow.",
    why="The volume is expanded, and the file system with it, while it is in use.",
    fix="Nothing; a volume never shrinks again.",
    source="Kubernetes documentation, persistent volumes (expanding claims)",
)

CANNOT_GROW = EffectRule(
    code="EG814",
    name="claim-cannot-grow",
    outcome=Outcome.REFUSED,
    what="A claim asks for more, and its class does not let volumes grow.",
    why="Only volumes that a class with allowVolumeExpansion made can be expanded.",
    fix="Make larger volumes, copy the data, and let new claims bind to them.",
    source="plugin/pkg/admission/storage/persistentvolume/resize (v1.36.3)",
)

MAY_GROW = EffectRule(
    code="EG815",
    name="claim-may-grow",
    outcome=Outcome.UNKNOWN,
    what="A claim asks for more, and its class is not among these manifests.",
    why="Only volumes that a class with allowVolumeExpansion made can be expanded.",
    fix="Ask the cluster: kubectl get storageclass",
    source="plugin/pkg/admission/storage/persistentvolume/resize (v1.36.3)",
)

VOLUME = EffectRule(
    code="EG816",
    name="volume-immutable",
    outcome=Outcome.REFUSED,
    what="The source, node or mode of a volume changes.",
    why="A volume is where its data is: spec.persistentvolumesource, volumeMode and nodeAffinity "
    "are immutable.",
    fix="Make a volume of another name, or delete this one once nothing uses it and apply again.",
    source="pkg/apis/core/validation ValidatePersistentVolumeUpdate (v1.36.3)",
)

RECLAIM = EffectRule(
    code="EG817",
    name="reclaim-policy-deletes",
    outcome=Outcome.DATA_LOSS,
    what="A volume that was kept when its claim goes is deleted from now on.",
    why="With Delete, the disk goes with the claim; with Recycle it is wiped.",
    fix="Keep persistentVolumeReclaimPolicy: Retain.",
    source="Kubernetes documentation, persistent volumes (reclaiming)",
)

RETENTION = EffectRule(
    code="EG818",
    name="claims-deleted-with-pods",
    outcome=Outcome.DATA_LOSS,
    what="A StatefulSet deletes claims from now on, when it shrinks or is deleted itself.",
    why="persistentVolumeClaimRetentionPolicy: Delete deletes the claims of pods that go.",
    fix="Keep Retain, and delete claims by hand when their data is not needed.",
    source="Kubernetes documentation, StatefulSets (claim retention)",
)

RELEASED = EffectRule(
    code="EG819",
    name="volume-for-another-claim",
    outcome=Outcome.DATA_LOSS,
    what="A volume is meant for another claim, or for none.",
    why="The claim that is bound to it is lost, and its pods do not start again.",
    fix="Keep claimRef while the claim is there.",
    source="Kubernetes documentation, persistent volumes (reserving a volume)",
)

ELSEWHERE = EffectRule(
    code="EG875",
    name="claim-bound-elsewhere",
    outcome=Outcome.REFUSED,
    what="A claim asks for another volume than the one that is meant for it.",
    why="The claim is bound, and its volumeName was set when that happened.",
    fix="Make a claim of another name for the other volume.",
    source="pkg/apis/core/validation ValidatePersistentVolumeClaimUpdate (v1.36.3)",
)

RULES = (
    CLAIM,
    ELSEWHERE,
    SHRINKS,
    GROWS,
    CANNOT_GROW,
    MAY_GROW,
    VOLUME,
    RECLAIM,
    RETENTION,
    RELEASED,
)
