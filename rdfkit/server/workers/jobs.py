"""What a worker can be asked to do. Each job is a function of the open store, the job's arguments and an output."""

from __future__ import annotations

import io
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyoxigraph as ox

from rdfkit.entities.index.facts import revision
from rdfkit.entities.index.search import Labels
from rdfkit.entities.reading import nodes
from rdfkit.errors import NotFoundError, QueryRefusedError, StoreError
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.identifiers import expand, prefix_map
from rdfkit.rdf.serializer import xml_line_ends, xml_safe
from rdfkit.server.negotiation import GRAPHS, ROWS, Offer, choose
from rdfkit.server.service_description import service_triples, void_triples
from rdfkit.server.workers.output import Output, RowCounter
from rdfkit.sparql.dataset import Dataset
from rdfkit.sparql.limits import Complexity
from rdfkit.sparql.query import QueryText
from rdfkit.sparql.results import Answer, Graph, Rows, Truth
from rdfkit.store import DEFAULT_GRAPH, StoreProtocol, updates

if TYPE_CHECKING:
    from rdfkit.endpoints.session import Network
    from rdfkit.server.views import Rendered

# An answer of fewer triples declares the prefixes that it uses; a longer one all that there are, since it is written
# before its end is known.
_READ_AHEAD = 1000
# The datatype that no format writes.
_STRING = ox.NamedNode(expand("xsd:string"))
# Many clients and proxies take no headers of more than some thousand bytes.
_LONGEST_SENTENCE = 300
# Of the time that a query has, the part in which other endpoints may be asked.
_SHARE_OF_REMOTES = 0.8


@dataclass(frozen=True, slots=True)
class Context:
    """What every job may use: the open store, its index of labels, and how the client wants the answer."""

    store: StoreProtocol
    open_labels: Callable[[], Labels]
    accept: str | None
    format: str | None

    @property
    def labels(self) -> Labels:
        """The index of labels. Raises LabelsPendingError."""
        return self.open_labels()

    def choose(self, offers: tuple[Offer, ...]) -> Offer:
        """The representation that suits the client. Raises NotAcceptableError."""
        return choose(offers, self.accept, self.format)


Job = Callable[[Context, Mapping[str, Any], Output], None]


def query(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Answers a SPARQL query: `text`, `limits` (of `Complexity`), and perhaps `dataset` (two lists of IRIs), `strict`,
    `base_iri`.
    """
    write_answer(context, _answer(context, arguments), output)


def asked(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Answers a query, as `query` does, by a page."""
    from rdfkit.server import views

    answer = _answer(context, arguments)
    _write_page(views.asked(views.Source(context.store, context.labels), arguments["text"], answer), output)


def _answer(context: Context, arguments: Mapping[str, Any]) -> Answer:
    query, limits = QueryText(arguments["text"]), Complexity(**arguments["limits"])
    base_iri, dataset = arguments.get("base_iri"), _dataset(arguments)
    if arguments.get("services") is None or not query.calls_service:
        strict = bool(arguments.get("strict"))
        return context.store.query(query, strict=strict, limits=limits, dataset=dataset, base_iri=base_iri)
    if dataset is not None:
        raise QueryRefusedError("a query with SERVICE takes its dataset from FROM", key="default-graph-uri")
    return _network(arguments).federate(context.store, query, limits=limits, base_iri=base_iri)


def _network(arguments: Mapping[str, Any]) -> Network:
    """The endpoints that a job's queries may ask. The time that is left when they must end is for the evaluation."""
    from rdfkit.endpoints.client import RemoteLimits
    from rdfkit.endpoints.session import Network

    services, usual = arguments["services"], RemoteLimits()
    seconds = float(arguments["seconds"]) * _SHARE_OF_REMOTES
    request_seconds, query_seconds = min(usual.request_seconds, seconds), min(usual.query_seconds, seconds)
    limits = replace(usual, request_seconds=request_seconds, query_seconds=query_seconds)
    registry = Path(services["registry"]) if services["registry"] else None
    return Network(registry, tuple(services["allowed"]), services["contact"], limits=limits)


def graph(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives a graph: `graph` is its IRI; None is the default graph, of it only what was `written` there, or all.

    Raises NotFoundError.
    """
    name = arguments["graph"]
    if name is None and not arguments["written"]:
        return _write_triples(context, context.store.triples(), output)
    node = DEFAULT_GRAPH if name is None else ox.NamedNode(name)
    if name is not None and not context.store.has_graph(node):
        raise NotFoundError("there is no graph of this name", value=name)
    return _write_triples(context, (quad.triple for quad in context.store.quads(node)), output)


def describe(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives what the graph says of a resource: the triples with `iri` as subject. Of a pathway its title, organism and
    all else is said of its versions, so the newest of them belongs to it. Raises NotFoundError.
    """
    iri = arguments["iri"]
    versions = sorted(nodes(context.store, iri, "pav:hasVersion"), key=revision)
    subjects = [ox.NamedNode(name) for name in (iri, *versions[-1:])]
    triples = [triple for subject in subjects for triple in context.store.triples(subject=subject)]
    if not triples:
        raise NotFoundError("the data says nothing of this resource", value=iri)
    _write_triples(context, triples, output)


def service(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives the service description of the endpoint at the address `endpoint`, which may take `updates`."""
    triples = service_triples(context.store, arguments["endpoint"], arguments["updates"])
    _write_triples(context, triples, output)


def void(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives the VoID description of the data, which can be asked at the address `endpoint`."""
    _write_triples(context, void_triples(context.store, arguments["endpoint"]), output)


def view(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives a page, or JSON for one: the `view` of `rdfkit.server.views`, with its `parameters`."""
    from rdfkit.server import views

    network = _network(arguments) if arguments.get("services") is not None else None
    source = views.Source(context.store, context.labels, output.max_rows, network)
    _write_page(views.render(arguments["view"], arguments["parameters"], source), output)


def _write_page(page: Rendered, output: Output) -> None:
    output.begin(page.media_type)
    output.write(page.text.encode("utf-8", "replace"))


def build(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Gives what was recorded of the build, as JSON."""
    output.begin("application/json")
    output.write(json.dumps(dict(context.store.metadata), ensure_ascii=False).encode())


def update(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Runs a SPARQL update: `text`, and perhaps `dataset`, `base_iri`.

    Who may update may send more triples than a query may ask for.
    """
    using, base_iri = _dataset(arguments), arguments["base_iri"]
    updates.update(_path(context), arguments["text"], using=using, base_iri=base_iri)
    output.begin("application/json")


def put_graph(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Writes `documents` (pairs of path and format) into a graph, in place of what it holds or beside it (`merge`).

    With `is_there` only if the graph is there (true), or is not (false). Says as JSON whether it was `created`.
    """
    documents = [updates.Document(Path(path), of_name(format)) for path, format in arguments["documents"]]
    created = updates.put_graph(
        _path(context),
        arguments["graph"],
        documents,
        base_iri=arguments["base_iri"],
        merge=arguments["merge"],
        is_there=arguments["is_there"],
    )
    output.begin("application/json")
    output.write(json.dumps({"created": created}).encode())


def delete_graph(context: Context, arguments: Mapping[str, Any], output: Output) -> None:
    """Removes a graph. Raises NotFoundError."""
    updates.delete_graph(_path(context), arguments["graph"])
    output.begin("application/json")


def _path(context: Context) -> Path:
    if context.store.path is None:
        raise StoreError("a store in memory cannot be updated")
    return context.store.path


def _dataset(arguments: Mapping[str, Any]) -> Dataset | None:
    graphs = arguments.get("dataset")
    return Dataset(*(tuple(names) for names in graphs)) if graphs else None


JOBS: Mapping[str, Job] = {
    job.__name__: job
    for job in (query, asked, graph, describe, service, void, view, build, update, put_graph, delete_graph)
}


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[:_LONGEST_SENTENCE]} ..."


def write_answer(context: Context, answer: Answer, output: Output) -> None:
    """Writes the answer to a query as the client wants it."""
    headers = {}
    if answer.repairs:
        # A header holds no more than ASCII, so the sentences are JSON.
        headers["Rdfkit-Repairs"] = json.dumps([_shortened(repair.sentence) for repair in answer.repairs])
    if answer.ledger is not None:
        headers["Rdfkit-Ledger"] = json.dumps(answer.ledger.to_json())
    if isinstance(answer, Graph):
        return _write_triples(context, answer, output, headers)
    offer = context.choose(ROWS)
    columns = answer.columns if isinstance(answer, Rows) else ()
    output.begin(offer.media_type, headers, RowCounter(offer.name, columns))
    if isinstance(answer, Truth) and offer.name in ("csv", "tsv"):
        output.write(b"true\n" if answer else b"false\n")
    else:
        answer.serialize(cast("BinaryIO", output), offer.name)
    return None


def _write_triples(
    context: Context, triples: Iterable[ox.Triple], output: Output, headers: Mapping[str, str] | None = None
) -> None:
    offer = context.choose(GRAPHS)
    format = of_name(offer.name)
    output.begin(offer.media_type, headers)
    is_xml = format.name == "rdfxml"
    rest = _counted(xml_safe(triples) if is_xml else triples, output)
    first = list(islice(rest, _READ_AHEAD))
    prefixes = None
    if format.name in ("turtle", "trig", "rdfxml", "jsonld"):
        prefixes = prefix_map() if len(first) == _READ_AHEAD else used_prefixes(first)
    stream = _XmlOutput(output) if is_xml else output
    ox.serialize(chain(first, rest), cast("io.BytesIO", stream), format.rdf, prefixes=prefixes)


class _XmlOutput:
    """An output whose carriage returns other parsers keep."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, data: bytes) -> int:
        """Writes some bytes; gives how many of them."""
        self._output.write(xml_line_ends(data))
        return len(data)

    def flush(self) -> None:
        """Does nothing, as that of the output."""


def used_prefixes(triples: Iterable[ox.Triple]) -> dict[str, str]:
    """The prefixes of the data model that IRIs in these triples begin with."""
    iris = sorted({iri for triple in triples for term in triple for iri in _iris(term)})
    found = {}
    for prefix, namespace in prefix_map().items():
        place = bisect_left(iris, namespace)
        if place < len(iris) and iris[place].startswith(namespace):
            found[prefix] = namespace
    return found


def _iris(term: object) -> Iterator[str]:
    if isinstance(term, ox.NamedNode):
        yield term.value
    elif isinstance(term, ox.Literal) and term.datatype != _STRING and not term.language:
        yield term.datatype.value
    elif isinstance(term, ox.Triple):
        for part in term:
            yield from _iris(part)


def _counted(triples: Iterable[ox.Triple], output: Output) -> Iterator[ox.Triple]:
    for triple in triples:
        output.count_row()
        yield triple
