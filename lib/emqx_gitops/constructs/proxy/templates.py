"""Templates of this folder, filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from emqx_gitops.constructs.names import BACKENDS, HEADLESS
from emqx_gitops.constructs.proxy import frontends


@cache
def render(template: str, options: frontends.ProxyOptions) -> str:
    """Return *template*, a file of this folder, filled in for *options*; environments share it."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - the text is no HTML, and holds no user's string
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(
        options=options,
        pod=frontends,
        watched=_watched(options),
        brokers=BACKENDS,
        headless=HEADLESS,
    )


def _watched(options: frontends.ProxyOptions) -> list[str]:
    """Return the files that may be renewed while the proxy runs."""
    if not any(frontend.tls for frontend in options.frontends):
        return []
    files = [f"{frontends.TLS_PATH}/tls.crt", f"{frontends.TLS_PATH}/tls.key"]
    return [*files, f"{frontends.CLIENT_CA_PATH}/ca.crt"] if options.client_ca else files
