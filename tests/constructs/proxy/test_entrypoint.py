"""The scripts that start the proxies, read by the shell without the programs."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from emqx_gitops.constructs.proxy import Frontend, ProxyOptions, haproxy_files, nginx_files

Files = Callable[[ProxyOptions], dict[str, str]]
MQTTS = Frontend("mqtts", 8883, tls=True, upstream_port=1893, send_proxy=True)


def shell(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Let the shell read *script*."""
    command = ["/bin/sh", *arguments]
    return subprocess.run(
        command, input=script, env=environment, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "options", [ProxyOptions((MQTTS,)), ProxyOptions((MQTTS,), client_ca=True)]
)
@pytest.mark.parametrize("files", [haproxy_files, nginx_files])
def test_script_is_sound(files: Files, options: ProxyOptions) -> None:
    """The shell reads the script without complaint, and the script begins and ends as it should."""
    script = files(options)["entrypoint.sh"]
    parsed = shell(script, "-n")

    assert (parsed.returncode, parsed.stderr) == (0, "")
    assert script.startswith("#!/bin/sh\n")
    assert script.endswith('exit "$code"\n')


@pytest.mark.parametrize(
    ("memory", "files", "clients"),
    [("128", 1048576, 1024), ("512", 1048576, 7168), ("512", 4096, 1792)],
)
def test_limits_follow_memory_and_descriptors(memory: str, files: int, clients: int) -> None:
    """As many clients are let in as memory or file descriptors allow, whichever is less."""
    script = haproxy_files(ProxyOptions((MQTTS,)))["entrypoint.sh"]
    limits = script.partition("# Both are part")[0] + 'echo "$MAX_CONNECTIONS"'
    limited = limits.replace("$(ulimit -H -n)", str(files))

    assert int(shell(limited, MEMORY_LIMIT_MIB=memory).stdout) == clients
