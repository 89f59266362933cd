"""`emqx-gitops schema`: the JSON Schema of the files that people write."""

from __future__ import annotations

import click

from emqx_gitops.cli.options import print_json


@click.command("schema")
@click.argument("file", type=click.Choice(["environment", "clusters"]), default="environment")
def command(file: str) -> None:
    """Print the JSON Schema of environment.yaml, or of clusters.yaml, for editors."""
    from emqx_gitops.environment.schema import schema_of

    print_json(schema_of(file))
