"""The pod of one node: what holds for every workload and line."""

from __future__ import annotations

import pytest

from tests.builds import Builder, Built, environment_of

EVERY = [
    f"workload: {{kind: {kind}}}\nemqx: {{version: {version}}}"
    for kind in ("statefulset", "deployment", "pod")
    for version in ("4.4.19", "5.8.9")
]


@pytest.fixture(params=EVERY)
def pod(built: Builder, request: pytest.FixtureRequest) -> Built:
    """An environment of each workload and generation."""
    return built(request.param)


def test_pod_security_is_restricted(pod: Built) -> None:
    """Nothing that the strictest level forbids; the user and group are the image's own."""
    security, container = pod.pod["securityContext"], pod.broker["securityContext"]

    for each in (security, container):
        assert (each["runAsUser"], each["runAsGroup"], each["runAsNonRoot"]) == (1000, 1000, True)
    assert security["fsGroup"] == 1000
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["allowPrivilegeEscalation"] is False
    assert container["capabilities"] == {"drop": ["ALL"]}
    assert not any("hostPath" in volume for volume in pod.pod["volumes"])


def test_the_root_is_read_only_where_nothing_is_written(pod: Built) -> None:
    """EMQX writes data, logs and, by its command line, a file at home; each place has a limit."""
    assert pod.broker["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {each["mountPath"]: each["name"] for each in pod.broker["volumeMounts"]}
    volumes = {each["name"]: each for each in pod.pod["volumes"]}

    assert set(mounts) == {"/opt/emqx/data", "/opt/emqx/log", "/home/emqx", "/tmp"}  # noqa: S108
    assert environment_of(pod.broker)["HOME"] == "/home/emqx"
    for name in mounts.values():
        assert volumes[name]["emptyDir"]["sizeLimit"]


def test_services_leave_the_environment_alone(pod: Built) -> None:
    """A Service called `emqx` would put EMQX_PORT and others among EMQX's settings."""
    assert pod.pod["enableServiceLinks"] is False


def test_probes_never_run_programs(pod: Built) -> None:
    """`emqx ctl` starts a second Erlang each time: under load that kills the node it asks."""
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert "exec" not in pod.broker[probe]


def test_stopping_has_time(pod: Built) -> None:
    """EMQX itself waits 120 s for its applications to stop."""
    assert pod.pod["terminationGracePeriodSeconds"] > 120


def test_variables_are_there_once(pod: Built) -> None:
    """The last of two would win, in silence."""
    listed = [each["name"] for each in pod.broker["env"]]

    assert len(listed) == len(set(listed))
    assert not set(listed) & set(pod.settings)


def test_memory_is_certain(pod: Built) -> None:
    """What is set aside is the limit, so that no node is evicted for what it was promised."""
    resources = pod.broker["resources"]

    assert resources["requests"]["memory"] == resources["limits"]["memory"]
    assert "cpu" not in resources["limits"]
