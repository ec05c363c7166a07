"""The tools for language models, asked by a real client of the protocol over stdio."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from rdfkit.store import Store

if TYPE_CHECKING:
    from mcp import Client


@pytest.fixture
def ask(seed_store: Store) -> Callable[[Callable[[Client], Awaitable[Any]]], Any]:
    """Runs a conversation with `rdfkit mcp` on the store of the seeds."""
    # Takes seconds, which a run without this file need not wait for.
    import anyio
    from mcp import Client, StdioServerParameters

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "rdfkit", "mcp", "--store", str(seed_store.path)]
    )

    def run(talk: Callable[[Client], Awaitable[Any]]) -> Any:
        async def whole() -> Any:
            with anyio.fail_after(60):
                async with Client(command) as client:
                    return await talk(client)

        return anyio.run(whole)

    return run


def _text(result: Any) -> str:
    return "".join(part.text for part in result.content)


def test_a_model_finds_things_reads_the_schema_and_runs_queries(ask, seed_store: Store) -> None:
    async def talk(client: Client) -> None:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == {"find_entity", "describe_entity", "list_queries", "run_query", "sparql"}
        found = json.loads(_text(await client.call_tool("find_entity", {"text": "IL6", "kind": "pathway"})))
        assert found[0]["label"] == "IL6 signaling"
        said = _text(await client.call_tool("describe_entity", {"iri": "ncbigene:3569"}))
        assert '"IL6"' in said and "hgnc.symbol:IL6" in said
        schema = json.loads((await client.read_resource("schema://vocabulary")).contents[0].text)
        assert "wp:Pathway" in {one["curie"] for one in schema["classes"]}
        assert schema["prefixes"]["wp"] == "http://vocabularies.wikipathways.org/wp#"
        listed = json.loads(_text(await client.call_tool("list_queries", {})))
        assert "genes-of-pathway" in {one["name"] for one in listed}
        rows = _text(
            await client.call_tool(
                "run_query", {"name": "genes-of-pathway", "parameters": {"pathway": "WP364"}}
            )
        )
        assert len(rows.splitlines()) > 5
        own = await client.call_tool("sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?s a wp:Pathway }"})
        expected = next(iter(seed_store.query("SELECT (COUNT(*) AS ?n) { ?s a wp:Pathway }")))["n"]
        assert _text(own).split() == ["n", str(expected)]
        graph = await client.call_tool(
            "sparql", {"query": "CONSTRUCT { ?s a wp:Pathway } { ?s a wp:Pathway }"}
        )
        assert "a wp:Pathway" in _text(graph)

    ask(talk)


_WRONG = [
    ("sparql", {"query": "SELECT * {"}, "not valid SPARQL"),
    ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}, "SERVICE is refused"),
    ("sparql", {"query": "SELECT * { ?s ?p ?o . ?a ?b ?c }"}, "The answer is larger"),
    ("describe_entity", {"iri": "http://example.org/nothing"}, "says nothing"),
    ("describe_entity", {"iri": "some text"}, "find_entity"),
    ("run_query", {"name": "no-such-query"}, "no query is named"),
    ("run_query", {"name": "genes-of-pathway", "parameters": {"nonsense": "1"}}, "no parameter"),
]


def test_what_cannot_be_done_is_said(ask) -> None:
    async def talk(client: Client) -> list[Any]:
        return [await client.call_tool(tool, arguments) for tool, arguments, _ in _WRONG]

    for result, (tool, arguments, said) in zip(ask(talk), _WRONG, strict=True):
        assert result.is_error, (tool, arguments)
        assert said in _text(result), (tool, arguments)
