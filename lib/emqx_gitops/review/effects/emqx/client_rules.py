"""Rules on what clients connect to, and on who may."""

from __future__ import annotations

from emqx_gitops.review.model import EffectRule, Outcome

LISTENER_REMOVED = EffectRule(
    code="EG922",
    name="listener-removed",
    outcome=Outcome.INTERRUPTION,
    what="A listener is turned off.",
    why="Its clients are cut off as nodes restart, and nobody answers them afterwards.",
    fix="Move the clients to another listener first; see who is left:",
    source="emqx_schema.erl (listeners), EMQX v5.7.1; priv/emqx.schema, v4.4.19",
)

LISTENER_MOVED = EffectRule(
    code="EG923",
    name="listener-moved",
    outcome=Outcome.INTERRUPTION,
    what="A listener has another port or address, and clients see it.",
    why="Nobody answers on the old port once a node has restarted.",
    fix="Open the new port as a second listener first, move the clients, and close the old one.",
    source="emqx_schema.erl (listeners, bind), EMQX v5.7.1",
)

LISTENER_ADDED = EffectRule(
    code="EG924",
    name="listener-added",
    outcome=Outcome.WIDENED,
    what="A listener is turned on.",
    why="Nodes answer on one more port, with the same users and rules as on the others.",
    fix="See to it that Services and network policies let in nobody but those who are meant.",
    source="emqx_schema.erl (listeners), EMQX v5.7.1",
)

PROXY_ONE_SIDED = EffectRule(
    code="EG925",
    name="proxy-protocol-one-sided",
    outcome=Outcome.INTERRUPTION,
    what="A listener expects a PROXY header that nobody sends, or gets one unexpectedly.",
    why="EMQX closes every such connection: no header, or one where MQTT should begin.",
    fix="Turn it on or off on both sides at once, better on a second listener beside this one.",
    source="emqx_schema.erl (proxy_protocol), EMQX v5.7.1; emqx/emqx#9830",
)

CERTIFICATE_CHANGED = EffectRule(
    code="EG926",
    name="certificate-changed",
    outcome=Outcome.UNKNOWN,
    what="Clients are shown the certificate of another Secret or file.",
    why="Whether they trust it, and the names in it, are not in the manifests.",
    fix="Check name and issuer of the new certificate with a client's own list of authorities.",
    source="emqx_schema.erl (ssl_options), EMQX v5.7.1",
)

CERTIFICATE_REQUIRED = EffectRule(
    code="EG927",
    name="client-certificate-required",
    outcome=Outcome.INTERRUPTION,
    what="Clients must show a certificate.",
    why="Those without one, or with one of another authority, are refused in the TLS handshake.",
    fix="Give every client a certificate first; turn verify on without requiring one, and look on.",
    source="emqx_schema.erl (verify, fail_if_no_peer_cert), EMQX v5.7.1",
)

CERTIFICATE_OPTIONAL = EffectRule(
    code="EG928",
    name="client-certificate-optional",
    outcome=Outcome.WIDENED,
    what="Clients no longer need a certificate.",
    why="Whoever reaches the port gets as far as passwords do not stop them.",
    fix="See to it that clients are authenticated in another way.",
    source="emqx_schema.erl (verify, fail_if_no_peer_cert), EMQX v5.7.1",
)

DASHBOARD_EXPOSED = EffectRule(
    code="EG929",
    name="dashboard-exposed",
    outcome=Outcome.WIDENED,
    what="The dashboard can be reached from more places.",
    why="Dashboard and management API can read and change everything, with one password.",
    fix="Leave it on an internal Service, and use `kubectl port-forward`.",
    source="emqx_dashboard_schema.erl, EMQX v5.7.1",
)

AUTHENTICATION_OPENED = EffectRule(
    code="EG930",
    name="authentication-opened",
    outcome=Outcome.WIDENED,
    what="Clients may connect without saying who they are.",
    why="EMQX lets in everybody where no authenticator is left.",
    fix="Keep an authenticator, or see to it that the dashboard's own list has one.",
    source="emqx-docs, Authentication; priv/emqx.schema (allow_anonymous), EMQX v4.4.19",
)

AUTHORIZATION_OPENED = EffectRule(
    code="EG931",
    name="authorization-opened",
    outcome=Outcome.WIDENED,
    what="Clients may publish and subscribe where no rule says so, or rules are gone.",
    why="`no_match` decides about every topic that no rule names, and its default is `allow`.",
    fix="Keep `no_match = deny`, with rules for what is allowed.",
    source="emqx_authz_schema.erl (no_match), EMQX v5.7.1; priv/emqx.schema (acl_nomatch), v4.4.19",
)

ACCESS_CLOSED = EffectRule(
    code="EG932",
    name="access-closed",
    outcome=Outcome.INTERRUPTION,
    what="Clients must now say who they are, or need a rule for their topics.",
    why="Those that did without are refused when they connect again, as they must on a restart.",
    fix="Make users and rules first, and see that clients use them.",
    source="emqx-docs, Authentication and Authorization",
)

PASSWORD_NOT_READ = EffectRule(
    code="EG933",
    name="password-not-read",
    outcome=Outcome.UNKNOWN,
    what="The dashboard's first user or password comes from another place.",
    why="It is read when the user is first made; where there is one, it changes nothing.",
    fix="Change the password of a user that exists in the dashboard, or by command:",
    source="emqx_dashboard_schema.erl (default_password), EMQX v5.7.1",
)

RULES = (
    LISTENER_REMOVED,
    LISTENER_MOVED,
    LISTENER_ADDED,
    PROXY_ONE_SIDED,
    CERTIFICATE_CHANGED,
    CERTIFICATE_REQUIRED,
    CERTIFICATE_OPTIONAL,
    DASHBOARD_EXPOSED,
    AUTHENTICATION_OPENED,
    AUTHORIZATION_OPENED,
    ACCESS_CLOSED,
    PASSWORD_NOT_READ,
)
