"""RDF/XML that other parsers read as it was meant, or none."""

from __future__ import annotations

from xml.parsers import expat

import pyoxigraph as ox
import pytest

from rdfkit.errors import ExportError
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.serializer import serialize

S = ox.NamedNode("http://example.org/s")


def written(predicate: str, text: str = "one") -> bytes:
    quad = ox.Quad(S, ox.NamedNode(predicate), ox.Literal(text))
    return serialize([quad], of_name("rdfxml"))


@pytest.mark.parametrize("end", ["p/123", "?q=1", "p/", "(p)", "x²", "p#", "1"])
def test_predicates_without_a_name_are_refused(end: str) -> None:
    predicate = f"http://example.org/{end}"
    with pytest.raises(ExportError) as caught:
        written(predicate)
    assert caught.value.key == predicate


@pytest.mark.parametrize(
    "end", ["p", "p-", "p1", "1p", "a²b", "é", "p.x", "p·", "a:b", "_1", "%C3p", "p/12a-3"]
)
def test_predicates_with_a_name_come_back(end: str) -> None:
    data = written(f"http://example.org/{end}")
    expat.ParserCreate().Parse(data, True)
    (found,) = ox.parse(data, ox.RdfFormat.RDF_XML)
    assert found.predicate.value == f"http://example.org/{end}"


@pytest.mark.parametrize("text", ["one\rtwo\r\nthree", "\r", "a\nb", "<&>\r\t"])
def test_line_ends_come_back(text: str) -> None:
    (found,) = ox.parse(written("http://example.org/p", text), ox.RdfFormat.RDF_XML)
    assert isinstance(found.object, ox.Literal)
    assert found.object.value == text
    seen: list[str] = []
    parser = expat.ParserCreate()
    parser.CharacterDataHandler = seen.append
    parser.Parse(written("http://example.org/p", text), True)
    assert text.strip("\n\t ") in "".join(seen)
