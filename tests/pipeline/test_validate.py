"""Validating pages and RDF files."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
import rdflib

import rdfkit
from rdfkit.errors import ArchiveError, ShapesError, SourceError
from rdfkit.publishing.export import export_sources
from rdfkit.report import Severity
from rdfkit.sources.rdf_files import read_rdf
from rdfkit.validation.validator import Engine
from tests.support.paths import CASES, SEEDS

EX = "http://example.org/"
MINE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:S a sh:NodeShape ; sh:targetClass <http://purl.org/spar/doco/Figure> ; sh:property ex:S-none .
ex:S-none sh:path ex:none ; sh:minCount 1 ; sh:message "Say none." .
"""


def test_the_built_graph_conforms(tmp_path: Path) -> None:
    file = tmp_path / "seeds.ttl"
    file.write_bytes(export_sources([SEEDS], "turtle"))
    assert rdfkit.validate([file]).results == ()


def test_rdf_files_are_named_with_the_focus_node() -> None:
    case = CASES / "shapes" / "ArticleShape"
    fail = sorted(case.glob("fail-*.ttl"))[0]
    (first, *_) = rdfkit.validate([fail]).results
    assert first.path == str(fail)
    assert first.focus is not None


def test_shapes_of_the_user(tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(MINE)
    report = rdfkit.validate([SEEDS], shapes=[shapes])
    assert [result.rule for result in report.results if "example.org" in result.rule] == [f"{EX}S-none"] * 4
    assert not report.conforms
    assert {result.advice for result in report.results if result.rule == f"{EX}S-none"} == {"Say none."}


def test_engines_report_the_same() -> None:
    report, other = (rdfkit.validate([SEEDS, CASES / "bad_pages"], engine=engine) for engine in Engine)
    assert report == other
    assert "shapes-engine" not in {result.rule for result in report.results}


# What no engine but pyshacl covers.
BEYOND = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:S a sh:NodeShape ; sh:targetClass <http://purl.org/spar/doco/Figure> ; sh:property ex:S-far .
ex:S-far sh:path [ sh:zeroOrMorePath ex:none ] ; sh:minCount 2 ; sh:message "Go far." .
"""


@pytest.mark.parametrize("engine", Engine)
def test_shapes_that_only_pyshacl_covers(engine: Engine, tmp_path: Path) -> None:
    shapes = tmp_path / "beyond.ttl"
    shapes.write_text(BEYOND)
    report = rdfkit.validate([SEEDS], shapes=[shapes], engine=engine)
    assert [result.advice for result in report.results if result.rule == f"{EX}S-far"] == ["Go far."] * 4
    notes = [
        (result.severity, result.message, result.path)
        for result in report.results
        if result.rule == "shapes-engine"
    ]
    said = "checked with pyshacl: only pyshacl covers sh:zeroOrMorePath"
    assert notes == ([(Severity.INFO, said, str(shapes))] if engine is Engine.RDFKIT else [])


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "text",
    ["sh:minCount 1, 2", "sh:minCount 'one'", "sh:pattern ex:p"],
    ids=["several", "no number", "no pattern"],
)
def test_shapes_that_are_not_well_formed(text: str, engine: Engine, tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(MINE.replace("sh:minCount 1", text))
    with pytest.raises(ShapesError, match="not SHACL"):
        rdfkit.validate([SEEDS], shapes=[shapes], engine=engine)


UNCHECKABLE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:S a sh:NodeShape ; sh:targetNode ex:a ; %s .
"""


@pytest.mark.parametrize(
    "text",
    [
        "sh:sparql [ sh:select 'SELECT $this { $this ?p ?o MINUS { $this ?p 1 } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { GRAPH $shapesGraph { $this ?p ?o } }' ]",
        "sh:property [ sh:path ex:p ; sh:minInclusive 1.5 ]",
        "sh:property [ sh:path ex:p ; sh:lessThan ex:q ]",
    ],
    ids=["MINUS", "shapes graph", "NaN", "blank node"],
)
def test_what_pyshacl_gives_up_on_is_an_error_that_says_so(text: str, tmp_path: Path) -> None:
    shapes, data = tmp_path / "mine.ttl", tmp_path / "data.ttl"
    shapes.write_text(UNCHECKABLE % text)
    data.write_text(UNCHECKABLE.partition("ex:S")[0] + "ex:a ex:p 'nan'^^xsd:double ; ex:q [] .")
    with pytest.raises(ShapesError, match=r"not SHACL|pyshacl cannot check"):
        rdfkit.validate([data], shapes=[shapes])


def test_property_shapes_with_targets_are_shapes(tmp_path: Path) -> None:
    shapes, data = tmp_path / "mine.ttl", tmp_path / "data.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://example.org/> ."
        "ex:P sh:path ex:none ; sh:targetSubjectsOf ex:p ; sh:minCount 1 ."
    )
    data.write_text("<http://example.org/a> <http://example.org/p> 1 .")
    assert [result.rule for result in rdfkit.validate([data], shapes=[shapes]).results] == [
        f"{EX}P",
        "shapes-engine",
    ]


@pytest.mark.filterwarnings("ignore:NTSerializer", "ignore:ConjunctiveGraph")
@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld"])
def test_shapes_in_any_format(suffix: str, tmp_path: Path) -> None:
    shapes = tmp_path / f"mine.{suffix}"
    rdflib.Graph().parse(data=MINE, format="turtle").serialize(
        shapes, format=rdflib.util.guess_format(str(shapes))
    )
    report = rdfkit.validate([SEEDS], shapes=[shapes])
    assert [result.rule for result in report.results if "example.org" in result.rule] == [f"{EX}S-none"] * 4


@pytest.mark.parametrize("text", ["", "no turtle", "<a:b> <a:c> <a:d> ."])
def test_shapes_that_are_none(text: str, tmp_path: Path) -> None:
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(text)
    with pytest.raises(ShapesError) as caught:
        rdfkit.validate([SEEDS], shapes=[shapes])
    assert "mine.ttl" in str(caught.value)


def test_rdf_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<a:b> <a:c> <a:d> .\n<a:b> oops\n")
    with pytest.raises(SourceError) as caught:
        rdfkit.validate([file])
    assert (caught.value.path, caught.value.line, caught.value.exit_code) == (str(file), 2, 3)


def test_pages_and_rdf_together(tmp_path: Path) -> None:
    file = tmp_path / "x.nq"
    file.write_bytes(export_sources([SEEDS], "nquads"))
    report = rdfkit.validate([file, SEEDS])
    # That HTML stands in a text is seen in the page only.
    assert sorted(result.rule for result in report.results) == ["placeholder-name", "text-html"]


TRIPLE = "<http://x/{}> <http://x/p> _:b .\n_:b <http://x/q> <http://x/{}> .\n"


def _archives(folder: Path, files: dict[str, bytes]) -> list[Path]:
    with zipfile.ZipFile(folder / "x.zip", "w") as zipped, tarfile.open(folder / "x.tar.gz", "w:gz") as tar:
        for name, data in files.items():
            zipped.writestr(name, data)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return [folder / "x.zip", folder / "x.tar.gz"]


def test_gzipped_rdf(tmp_path: Path) -> None:
    quads = export_sources([SEEDS], "nquads")
    (tmp_path / "x.nq").write_bytes(quads)
    (tmp_path / "x.nq.gz").write_bytes(gzip.compress(quads))
    assert read_rdf(tmp_path / "x.nq.gz") == read_rdf(tmp_path / "x.nq")
    assert rdfkit.validate([tmp_path / "x.nq.gz"]).count() == rdfkit.validate([tmp_path / "x.nq"]).count()


def test_rdf_in_archives(tmp_path: Path) -> None:
    files = {
        "wp/b.nt": TRIPLE.format("b", "c").encode(),
        "wp/a.ttl": b"@prefix : <http://x/> . :a :p _:b . _:b :q :c .",
        "readme.md": b"# no RDF",
    }
    for path in _archives(tmp_path, files):
        quads = read_rdf(path)
        assert [quad.subject.value for quad in quads[::2]] == ["http://x/a", "http://x/b"]
        # The two `_:b` are not the same node.
        assert quads[0].object == quads[1].subject != quads[2].object == quads[3].subject
        assert rdfkit.validate([path]).conforms


@pytest.mark.parametrize(
    ("files", "error", "words"),
    [
        ({"a.md": b"x"}, SourceError, "no RDF file"),
        (
            {"wp/a.ttl": b"<http://x/a> a\noops"},
            SourceError,
            r"x\.(zip|tar\.gz)!/wp/a\.ttl:2:.*is not Turtle",
        ),
        ({"a.ttl.gz": gzip.compress(b"")}, ArchiveError, "packed again"),
        ({"../a.ttl": b""}, ArchiveError, r"\.\."),
    ],
)
def test_archives_without_good_rdf(
    files: dict[str, bytes], error: type[Exception], words: str, tmp_path: Path
) -> None:
    for path in _archives(tmp_path, files):
        with pytest.raises(error, match=words):
            rdfkit.validate([path])


def test_rdf_xml_that_is_cut_short(tmp_path: Path) -> None:
    text = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://x/">\n'
        '<rdf:Description rdf:about="http://x/a"><p>1</p></rdf:Description>\n</rdf:RDF>'
    )
    path = tmp_path / "x.rdf"
    path.write_text(text)
    assert len(read_rdf(path)) == 1
    path.write_text(text.partition("</rdf:RDF>")[0])
    with pytest.raises(SourceError, match="cut short") as caught:
        read_rdf(path)
    assert caught.value.line == 3


def test_how_much_of_pages_was_checked(tmp_path: Path) -> None:
    report = rdfkit.validate([SEEDS])
    assert (report.shapes or 0) > 10
    assert (report.focus_nodes or 0) > 100
    shapes = tmp_path / "mine.ttl"
    shapes.write_text(MINE)
    report = rdfkit.validate([SEEDS], shapes=[shapes])
    assert (report.shapes, report.focus_nodes) == (1, 4)
    shapes.write_text(MINE.replace("doco/Figure", "doco/Figur"))
    assert "nothing-checked" in [result.rule for result in rdfkit.validate([SEEDS], shapes=[shapes]).results]
