"""`emqx-gitops secret`: a Secret with random values, to standard output and nowhere else."""

from __future__ import annotations

import secrets
import string
import sys
from pathlib import Path

import click

from emqx_gitops.cli.findings import status, tell
from emqx_gitops.cli.options import complete_environment, errors_told, root_option

_LENGTH = 40
_ALPHABET = string.ascii_letters + string.digits


@click.command("secret")
@click.argument("environment", shell_complete=complete_environment)
@root_option
def command(environment: str, root: Path) -> None:
    """Print the credentials Secret of ENVIRONMENT with new random values.

    Pipe it into `kubectl create -f -`, or into SOPS: it must not be committed as it is. A cookie in
    use never changes by a rolling restart.
    """
    with errors_told():
        from emqx_gitops.components.credentials import (
            DASHBOARD_USER,
            secret_keys,
        )
        from emqx_gitops.fleet.inspect import resolve
        from emqx_gitops.manifests import to_yaml

        resolved, findings = resolve(root, environment)
    if resolved is None:
        tell(findings)
        sys.exit(status(findings))
    site = resolved.site
    data = {key: "admin" if key == DASHBOARD_USER else _random() for key in secret_keys(site.keys)}
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": resolved.asked.credentials.secret_name,
            "namespace": resolved.namespace.name,
        },
        "type": "Opaque",
        "stringData": data,
    }
    click.echo(to_yaml(manifest), nl=False)
    others = [
        f"{name} ({use})" for name, use in resolved.external_secrets() if use != "credentials"
    ]
    if others:
        click.echo(f"it also needs: {', '.join(others)}", err=True)


def _random() -> str:
    """Return letters and digits, a letter first: EMQX reads a value of digits as a number."""
    first = secrets.choice(string.ascii_letters)
    return first + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - 1))
