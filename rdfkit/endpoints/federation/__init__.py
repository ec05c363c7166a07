"""Queries with SERVICE clauses: what each endpoint is asked for, and how its answers are put together.

https://www.w3.org/TR/sparql11-federated-query/. `planner` says what is asked, `executor` asks it, `explanation` tells
the plan, `identifier_mapping` writes identifiers as each endpoint does.
"""

from rdfkit.endpoints.federation.executor import federate
from rdfkit.endpoints.federation.explanation import explain
from rdfkit.endpoints.federation.steps import Asker, Find, Options, Step

__all__ = ["Asker", "Find", "Options", "Step", "explain", "federate"]
