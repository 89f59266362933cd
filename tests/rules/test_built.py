"""Objects and documents of one overlay, checked together."""

from __future__ import annotations

from emqx_gitops.manifests import read_stream
from emqx_gitops.rules.built import check_built
from emqx_gitops.rules.subjects import Rendered, Sources

OVERLAY = b"namespace: prod\nresources: [job.yaml]\n"
JOB = b"""
apiVersion: batch/v1
kind: Job
metadata: {name: backup}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: a, image: "a:1.0", volumeMounts: [{name: b, mountPath: /b}]}]
"""


def test_an_object_is_found_in_its_own_file() -> None:
    """What somebody wrote is mended there, and not in what it was built from."""
    built = read_stream(JOB.replace(b"backup", b"backup, namespace: prod"))
    file = "overlays/hand/kustomization.yaml"
    files = {file: OVERLAY, "overlays/hand/job.yaml": JOB}
    rendered = Rendered(name="hand", file=file, namespace="", manifests=tuple(built), foreign=True)
    sources = Sources(name="hand", files=files, manifests=tuple(built))

    (found,) = check_built(rendered, sources)

    assert (found.rule.code, found.where.file) == ("EG701", "overlays/hand/job.yaml")
