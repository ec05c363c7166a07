"""The values by which a SERVICE clause is asked: solutions of the rest of the query, found in the store."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from rdfkit.endpoints.federation.planner import Known, key_query
from rdfkit.endpoints.federation.steps import Values
from rdfkit.errors import FederationError
from rdfkit.rdf.terms import Term
from rdfkit.sparql.algebra import ParsedQuery, Service
from rdfkit.sparql.results import Rows
from rdfkit.store import StoreProtocol

# What can be sent as a key.
_SENDABLE = (ox.NamedNode, ox.Literal)


def key_values(
    store: StoreProtocol,
    query: ParsedQuery,
    service: Service,
    known: Known,
    names: tuple[str, ...],
    fixed: Mapping[str, Term] | None = None,
) -> tuple[tuple[str, ...], list[Values]]:
    """The variables by which a clause is asked, and their values, each combination once, in a fixed order.

    `names` are those that could be, `fixed` has the values of some variables of the query. A variable that is open in
    some solution is none: there, all that the endpoint has would fit.
    """
    if not names:
        return (), []
    text = key_query(query, service, known, names)
    if fixed:
        conditions = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in fixed.items())
        text = f"{text.rstrip().removesuffix('}')}{conditions} }}"
    answer = store.evaluate(text)
    if not isinstance(answer, Rows):
        raise FederationError("the keys of a clause are no rows")
    found = [tuple(row[name] for name in names) for row in answer.terms()]
    # A blank node is nowhere else, so it fits nothing that an endpoint binds.
    fitting = [row for row in found if not any(isinstance(term, ox.BlankNode) for term in row)]
    usable = [
        index for index in range(len(names)) if all(isinstance(row[index], _SENDABLE) for row in fitting)
    ]
    chosen = tuple(names[index] for index in usable)
    values = {tuple(term for index in usable if (term := row[index]) is not None) for row in fitting}
    return chosen, sorted(values, key=str) if chosen else []
