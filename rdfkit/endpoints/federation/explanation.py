"""Tells how a query with SERVICE clauses would be run, without asking any endpoint."""

from __future__ import annotations

from rdfkit.endpoints.federation.clauses import endpoint_variable
from rdfkit.endpoints.federation.identifier_mapping import Bridge
from rdfkit.endpoints.federation.planner import key_query, key_values, keys, read_federated
from rdfkit.endpoints.federation.steps import Find, Options, Step
from rdfkit.sparql.algebra import ParsedQuery, Service
from rdfkit.sparql.query import QueryText
from rdfkit.store import StoreProtocol


def explain(
    store: StoreProtocol, text: str | QueryText, find: Find, *, options: Options | None = None
) -> tuple[Step, ...]:
    """How `federate` would go about a query: local queries are run to count the keys, no endpoint is asked.

    Raises QueryError and FederationError, as `federate` does.
    """
    query = read_federated(text)
    return tuple(_step(store, query, service, find, options or Options()) for service in query.services())


def _step(store: StoreProtocol, query: ParsedQuery, service: Service, find: Find, options: Options) -> Step:
    names = keys(query, service, {})
    others = {one: "{}" for one in query.services() if one is not service}
    waits = not names and bool(keys(query, service, others))
    bridges: tuple[str, ...] = ()
    if endpoint_variable(service) is None and options.bridge:
        bridges = Bridge(find(query.iri(service.endpoint))).describe()
    count, requests, reason = None, None, "the keys come from another SERVICE clause" if waits else ""
    if not waits:
        found, rows = key_values(store, query, service, {}, names)
        count = len(rows)
        reason = "" if found else _why_unbound(service, names)
        requests = -(-count // options.block_for(count)) if found else 1
        names = found
    return Step(
        query.text.count("\n", 0, service.start) + 1,
        service.endpoint,
        service.silent,
        names,
        key_query(query, service, {}, names).strip() if names else "",
        count,
        requests,
        reason,
        bridges,
    )


def _why_unbound(service: Service, names: tuple[str, ...]) -> str:
    if service.is_fixed:
        return "a subquery in it counts or cuts, so it must have all that it finds"
    if names:
        return f"?{', ?'.join(names)} is open in some solution, which fits whatever the endpoint has"
    return "nothing before it binds a variable that it has"
