"""The store as tools for language models: the Model Context Protocol (https://modelcontextprotocol.io) on stdio.

The jobs and limits are those of the HTTP server, the queries those of the library.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from rdfkit.errors import RdfkitError
from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.rdf.iris import is_iri
from rdfkit.server.problems import Problem
from rdfkit.server.settings import Settings
from rdfkit.server.workers.backends import read_origin
from rdfkit.server.workers.pool import Pool
from rdfkit.server.workers.reply import Job
from rdfkit.sparql.library import bind, find_query, library
from rdfkit.version import __version__

_INSTRUCTIONS = """\
Pathway figures of PFOCR and curated pathways of WikiPathways as one RDF graph.
Begin with find_entity for a gene, pathway, figure, term or author; with list_queries for questions that are ready; read
schema://vocabulary before you write SPARQL of your own. Prefixes (wp:, pfocr:, ncbigene:, dcterms: …) need no
declaration. The default graph is the merge of all named graphs, one for each source page.
"""
_CLIENT = "mcp"


def create_tools(store: str | Path, settings: Settings) -> MCPServer:
    """An MCP server on the store in a folder, or on an endpoint, by URL: `run` serves stdio.

    Starting raises StoreError when there is no store.
    """
    pool = Pool(read_origin(store), settings)

    @asynccontextmanager
    async def lifespan(_: MCPServer) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            await pool.stop()

    server = MCPServer(
        "rdfkit", instructions=_INSTRUCTIONS, version=__version__, lifespan=lifespan, log_level="WARNING"
    )
    tools = Tools(pool)
    for tool in (tools.find_entity, tools.describe_entity, tools.list_queries, tools.run_query, tools.sparql):
        server.tool(structured_output=False)(tool)
    title = "Classes, properties and prefixes of the graph, with how often each is used"
    server.resource("schema://vocabulary", title=title, mime_type="application/json")(tools.vocabulary)
    return server


class Tools:
    """What a model can do. Every tool raises ToolError, with what was expected, when it cannot."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find_entity(self, text: str, kind: str | None = None, limit: int = 10) -> str:
        """Find genes, pathways, figures, terms, authors and other things by symbol, title, name or identifier.

        kind is one of gene, pathway, figure, term, author, organism, community, article; leave it out for any.
        Returns a JSON list: iri, label, kind, identifier and what tells apart things of the same name, best first.
        """
        parameters = {"q": text, "kind": kind or "", "limit": str(limit)}
        return await self._do("view", {"view": "api_search", "parameters": parameters})

    async def describe_entity(self, iri: str) -> str:
        """Say what the graph states about one thing, as Turtle; of a pathway also about its newest version.

        iri is an IRI or a CURIE such as ncbigene:3569, wikipathways:WP364 or PW:0000516. What others state of it, as
        figures that mention a gene or the genes drawn in a pathway, is found by run_query or sparql.
        """
        meant = expand(iri)
        if not is_iri(meant):
            raise ToolError(f'"{iri}" is neither an IRI nor a CURIE of a known prefix; use find_entity first')
        return await self._do("describe", {"iri": meant}, "turtle")

    async def list_queries(self, category: str | None = None) -> str:
        """List the questions that are ready to be asked, with their parameters, as JSON."""
        found = [
            {
                "name": query.name,
                "category": query.category,
                "title": query.title,
                "description": query.description,
                "parameters": [asdict(parameter) for parameter in query.parameters],
                "endpoints": list(query.endpoints),
            }
            for query in library().values()
            if category is None or query.category.casefold() == category.casefold()
        ]
        return json.dumps(found, ensure_ascii=False)

    async def run_query(self, name: str, parameters: dict[str, str] | None = None) -> str:
        """Run a query of list_queries with values for its parameters (defaults stand for those left out). CSV."""
        try:
            text = bind(find_query(name), parameters or {})
        except RdfkitError as error:
            raise ToolError(str(error)) from error
        return await self._query(text)

    async def sparql(self, query: str) -> str:
        """Answer a SPARQL 1.1 query: CSV for SELECT and ASK, Turtle for CONSTRUCT and DESCRIBE.

        Read-only, with limits on time and size; SERVICE is refused. Always say LIMIT.
        """
        return await self._query(query)

    async def vocabulary(self) -> str:
        """The classes and properties that the graph uses, with counts, and the prefixes, as JSON."""
        found = json.loads(await self._do("view", {"view": "vocabulary_json", "parameters": {}}))
        return json.dumps({**found, "prefixes": prefix_map()}, ensure_ascii=False)

    async def _query(self, text: str) -> str:
        limits = asdict(self._pool.settings.complexity)
        return await self._do("query", {"text": text, "limits": limits}, accept="text/csv, text/turtle")

    async def _do(
        self, name: str, arguments: Mapping[str, Any], format: str | None = None, accept: str | None = None
    ) -> str:
        try:
            with self._pool.visit(_CLIENT):
                reply = await self._pool.run(Job(name, arguments, accept, format), _CLIENT)
                return (await reply.whole()).decode()
        except Problem as problem:
            raise ToolError(problem.text()) from problem
