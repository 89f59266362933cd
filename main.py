"""
The app: every environment below overlays/, compiled into dist/.

Environments can also be written here, from models (emqx_gitops.environment) or plain mappings:
``app.add("load-test", {"emqx": {"version": "5.8.9"}, "storage": {"type": "ephemeral"}})``
"""

from emqx_gitops.app import App

app = App(__file__)
app.synth()
