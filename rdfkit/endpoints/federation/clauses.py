"""A SERVICE clause as text: the queries that are sent for it, and the VALUES block that takes its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdfkit.endpoints.federation.steps import Row, Values
from rdfkit.sparql.algebra import Data, Filter, ParsedQuery, Service, Triples


def columns(service: Service) -> tuple[str, ...]:
    """The variables that a clause can bind, in the order in which its rows have them."""
    return tuple(sorted(service.variables))


def endpoint_variable(service: Service) -> str | None:
    """The variable that stands for the endpoint of a clause; None when the endpoint is named."""
    return service.endpoint[1:] if service.endpoint[:1] in ("?", "$") else None


def values_block(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Solutions as a group with a VALUES block."""
    variables = " ".join(f"?{name}" for name in names)
    lines = (" ".join("UNDEF" if term is None else str(term) for term in row) for row in rows)
    return f"{{ VALUES ({variables}) {{ {' '.join(f'({line})' for line in lines)} }} }}"


def unbound_query(query: ParsedQuery, service: Service, limit: int) -> str:
    """The query that asks for all solutions of a clause, `limit` at most."""
    variables = " ".join(f"?{name}" for name in columns(service)) or "*"
    return f"{_prologue(query, service)}SELECT {variables} WHERE {{ {_body(query, service)} }} LIMIT {limit}"


def bound_query(query: ParsedQuery, service: Service, names: Sequence[str], rows: Sequence[Values]) -> str:
    """The query that asks for the solutions of a clause for some keys.

    They stand right beside its triples where that is the same, for the sake of engines that join groups one by one.
    """
    variables = " ".join(f"?{name}" for name in columns(service))
    body = _body(query, service)
    values = values_block(names, rows)
    group = f"{values} {body[1:-1]}" if _binds_surely(service, names) else f"{{ {values} }} {body}"
    return f"{_prologue(query, service)}SELECT {variables} WHERE {{ {group} }}"


def _body(query: ParsedQuery, service: Service) -> str:
    return query.text[service.body.start : service.body.end]


def _prologue(query: ParsedQuery, service: Service) -> str:
    """The declarations that a clause needs, in an order that does not depend on the rest of the query."""
    base = f"BASE {query.base}\n" if query.base is not None else ""
    declared = query.prefixes()
    used = sorted(service.prefixes & declared.keys())
    return base + "".join(f"PREFIX {prefix}: <{declared[prefix]}>\n" for prefix in used)


def _binds_surely(service: Service, names: Sequence[str]) -> bool:
    """Whether triples that stand before anything else in the clause bind these variables."""
    bound: set[str] = set()
    for element in service.body.elements:
        if isinstance(element, Triples):
            bound |= element.certain
        elif not isinstance(element, Filter | Data):
            break
    return set(names) <= bound and service.body.projects is None
