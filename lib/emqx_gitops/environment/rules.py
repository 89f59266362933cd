"""Rules on the form of an environment: what the model itself refuses."""

from __future__ import annotations

from emqx_gitops.findings import Rule, Severity

_MODEL = "emqx-gitops reference, environment.yaml"

UNREADABLE = Rule(
    code="EG101",
    name="unreadable-file",
    severity=Severity.ERROR,
    what="A file cannot be read as one YAML document with string keys.",
    why="What cannot be read without doubt could be read otherwise by somebody else.",
    fix="Mend the file at the place named.",
    source="YAML 1.2.2",
)

UNKNOWN_FIELD = Rule(
    code="EG102",
    name="unknown-field",
    severity=Severity.ERROR,
    what="A field is written that does not exist.",
    why="It would be ignored; the EMQX chart ignores `persistence.storageClass` and keeps no data.",
    fix="Write the field that is meant, or remove it.",
    source=_MODEL,
)

MISSING_FIELD = Rule(
    code="EG103",
    name="missing-field",
    severity=Severity.ERROR,
    what="A field that has no default is not written.",
    why="There is no value that would be right for most.",
    fix="Write the field.",
    source=_MODEL,
)

WRONG_VALUE = Rule(
    code="EG104",
    name="wrong-value",
    severity=Severity.ERROR,
    what="A value is not of the kind that its field takes.",
    why="Kubernetes or EMQX would refuse it, or read something else in it.",
    fix="Write a value of the kind named.",
    source=_MODEL,
)

UNKNOWN_CLUSTER = Rule(
    code="EG105",
    name="unknown-cluster",
    severity=Severity.ERROR,
    what="An environment names a cluster that is not known.",
    why="Its node ports, namespaces and delivery belong to a cluster.",
    fix="Name a cluster of overlays/clusters.yaml, or add it there.",
    source=_MODEL,
)

WRONG_NAME = Rule(
    code="EG106",
    name="environment-name",
    severity=Severity.ERROR,
    what="A folder below overlays/ has a name that no namespace could have.",
    why="The name becomes part of the namespace and of the names of Flux and Argo CD objects.",
    fix="Rename the folder: at most 50 lower-case letters, digits and `-`, none at the ends.",
    source="RFC 1123; Kubernetes documentation, Object Names and IDs",
)

RULES = (UNREADABLE, UNKNOWN_FIELD, MISSING_FIELD, WRONG_VALUE, UNKNOWN_CLUSTER, WRONG_NAME)
