"""Endpoints, whether they answer, and how a federated query would ask them, as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rdfkit.sparql.tokens import TokenKind, tokens

if TYPE_CHECKING:
    from rdfkit.endpoints.federation import Step
    from rdfkit.endpoints.registry import Endpoint
    from rdfkit.endpoints.session import Check


def plan_text(steps: Iterable[Step]) -> str:
    """How a query with SERVICE clauses would be answered, as text: what is asked, by which keys, how often."""
    lines: list[str] = []
    for number, step in enumerate(steps, start=1):
        lines += [f"{number}. SERVICE {'SILENT ' if step.silent else ''}{step.endpoint} (line {step.line})"]
        if step.variables:
            requests = "1 request" if step.requests == 1 else f"{step.requests} requests"
            lines += [f"   keys      {step.keys} of ?{', ?'.join(step.variables)}: {requests}"]
            lines += [f"   from      {_on_one_line(step.local)}"]
        elif step.keys is None:
            lines += [f"   keys      known later: {step.reason}"]
        else:
            lines += [f"   keys      none: {step.reason}; 1 request for all that it has"]
        lines += [f"   rewritten {bridge}" for bridge in step.bridges]
    return "".join(f"{line}\n" for line in lines) or "no SERVICE clause: the store alone answers\n"


def _on_one_line(text: str) -> str:
    """A query without its comments, which would hide what stands behind them."""
    kept = (" " if token.kind is TokenKind.COMMENT else token.text for token in tokens(text))
    return " ".join("".join(kept).split())


def endpoints_text(endpoints: Iterable[Endpoint]) -> str:
    """Endpoints as text: name, URL, title, and what is known of them."""
    lines = []
    for endpoint in endpoints:
        lines += [f"{endpoint.name:<14} {endpoint.url}", f"{'':<14} {endpoint.title}"]
        lines += [f"{'':<14} cuts at {endpoint.max_rows:,} rows"] if endpoint.max_rows else []
    return "".join(f"{line}\n" for line in lines)


def check_text(found: Check) -> str:
    """What came of checking an endpoint, on one line."""
    parts = f"query: {found.query or 'yes'}; description: {found.description or 'yes'}"
    return f"{found.endpoint.label:<14} {found.seconds:5.1f} s  {parts}\n"
