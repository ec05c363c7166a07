"""Other RDF tools on our output: Raptor and Jena take every format without a complaint."""

from __future__ import annotations

import datetime
import gzip
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import rdflib

import rdfkit
from rdfkit.publishing.release.release import write_release
from rdfkit.rdf.formats import FORMATS, of_name
from rdfkit.rdf.identifiers import expand
from rdfkit.rdf.serializer import serialize
from rdfkit.store import Store
from tests.support.graphs import Graph, assemble
from tests.support.paths import PROJECT

pytestmark = pytest.mark.peers

JENA = PROJECT.parent / "shared" / "tools" / "jena"
RAPTOR_NAMES = {
    "turtle": "turtle",
    "trig": "trig",
    "nquads": "nquads",
    "ntriples": "ntriples",
    "rdfxml": "rdfxml",
}


@pytest.fixture(scope="module", params=["seeds", "samples"])
def graph(request: pytest.FixtureRequest, seed_graph: Graph) -> Graph:
    if request.param == "seeds":
        return seed_graph
    folder: Path = request.getfixturevalue("samples")
    return assemble([folder / "wikipathways", folder / "pfocr"], keep_invalid=True)


def _file(graph: Graph, name: str, folder: Path) -> Path:
    path = folder / f"graph{of_name(name).suffixes[0]}"
    path.write_bytes(serialize(graph.quads, of_name(name)))
    return path


def _statements(graph: Graph, name: str) -> int:
    return len(graph.quads) if of_name(name).has_graphs else len({quad.triple for quad in graph.quads})


@pytest.mark.parametrize("name", RAPTOR_NAMES)
def test_raptor(graph: Graph, name: str, tmp_path: Path) -> None:
    if shutil.which("rapper") is None:
        pytest.skip("rapper is not installed (Debian: raptor2-utils)")
    path = _file(graph, name, tmp_path)
    done = subprocess.run(
        ["rapper", "-c", "-i", RAPTOR_NAMES[name], str(path)], capture_output=True, text=True
    )
    complaints = [line for line in done.stderr.splitlines() if "Parsing" not in line]
    assert (done.returncode, complaints) == (0, [])
    assert f"returned {_statements(graph, name)} triples" in done.stderr


def _riot(*arguments: str) -> subprocess.CompletedProcess[str]:
    if not JENA.exists():
        pytest.skip("the tool that runs Debian's Jena is not beside this checkout")
    return subprocess.run([str(JENA), "riotcmd.riot", *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("name", FORMATS)
def test_jena(graph: Graph, name: str, tmp_path: Path) -> None:
    path = _file(graph, name, tmp_path)
    # Debian's Jena lacks the JSON library of its JSON-LD 1.1 reader; the 1.0 reader takes the same expanded form.
    syntax = ["--syntax=jsonld10"] if name == "jsonld" else []
    checked = _riot("--validate", *syntax, str(path))
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    counted = _riot("--count", *syntax, str(path))
    assert (counted.stdout + counted.stderr).split(" = ")[-1].strip().replace(",", "") == str(
        _statements(graph, name)
    )


@pytest.mark.parametrize("shapes", sorted((PROJECT / "shapes").glob("*.ttl")), ids=lambda path: path.stem)
def test_jena_reads_the_shapes(shapes: Path) -> None:
    done = _riot("--validate", str(shapes))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_jena_finds_what_we_find(seed_graph: Graph, tmp_path: Path) -> None:
    """Jena's SHACL engine gives the same results with our shapes, on the seeds without their titles."""
    if not JENA.exists():
        pytest.skip("the tool that runs Debian's Jena is not beside this checkout")
    titles = {expand("dcterms:title"), expand("dc:title")}
    quads = [quad for quad in seed_graph.quads if quad.predicate.value not in titles]
    data, shapes = _file(seed_graph._replace(quads=quads), "turtle", tmp_path), tmp_path / "shapes.ttl"
    shapes.write_bytes(b"\n".join(path.read_bytes() for path in sorted((PROJECT / "shapes").glob("*.ttl"))))
    command = [str(JENA), "shacl.shacl", "validate", "--shapes", str(shapes), "--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = rdflib.Graph().parse(data=done.stdout, format="turtle")
    shapes_found = [str(shape).rpartition("#")[2] for shape in found.objects(None, rdflib.SH.sourceShape)]
    assert sorted(shapes_found) == sorted(result.rule for result in rdfkit.validate([data]).results)
    assert "FigureShape-title" in shapes_found


@pytest.fixture(scope="module")
def released(sample_store: Store, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every Turtle file of a release, unpacked."""
    folder = tmp_path_factory.mktemp("release")
    release = write_release(sample_store, folder / "out", datetime.date(2026, 11, 20)).folder
    for archive in release.glob("*.zip"):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder / "files" / archive.stem)
    for packed_turtle in release.glob("*.ttl.gz"):
        (folder / "files" / packed_turtle.stem).write_bytes(gzip.decompress(packed_turtle.read_bytes()))
    return sorted([*(folder / "files").rglob("*.ttl"), *release.glob("*.ttl")])


def test_raptor_takes_every_file_of_a_release(released: list[Path]) -> None:
    if shutil.which("rapper") is None:
        pytest.skip("rapper is not installed (Debian: raptor2-utils)")
    assert len(released) > 700
    for path in released:
        command = ["rapper", "-q", "-c", "-i", "turtle", str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), path


def test_jena_takes_every_file_of_a_release(released: list[Path]) -> None:
    done = _riot("--validate", *map(str, released))
    # With more than one file riot names each of them.
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if "INFO" not in line]
    assert (done.returncode, complaints) == (0, [])
