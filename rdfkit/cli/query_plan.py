"""What `rdfkit query --explain` shows: what would be asked of which endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdfkit.endpoints.federation import Step


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
    from rdfkit.sparql.tokens import TokenKind, tokens

    kept = (" " if token.kind is TokenKind.COMMENT else token.text for token in tokens(text))
    return " ".join("".join(kept).split())
