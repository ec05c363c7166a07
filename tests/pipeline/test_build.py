"""Building the store."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import rdfkit
from rdfkit.pipeline.state.schema import FILE
from rdfkit.rdf.formats import of_name
from rdfkit.rdf.serializer import serialize
from rdfkit.report import Severity
from rdfkit.store import Store
from tests.support.graphs import Graph, assemble
from tests.support.paths import CASES, SEEDS

BAD = CASES / "bad_pages"


def test_the_seeds_give_the_warnings_that_are_known(seed_graph: Graph) -> None:
    found = [
        (r.path and Path(r.path).name, r.line, r.key, r.rule, r.value) for r in seed_graph.report.results
    ]
    # All figures have the placeholder: that is one finding about the site.
    assert (None, None, "schema-jsonld.name", "placeholder-name", "CreativeWork") in found
    assert [one[:4] for one in found if one[0]] == [("WP364.md", 52, "description", "text-html")]
    severities = [result.severity for result in seed_graph.report.results]
    assert sorted(severities) == sorted([Severity.WARNING, Severity.INFO])


def test_a_build_says_what_it_did(tmp_path: Path) -> None:
    done = rdfkit.build([SEEDS], tmp_path / "store")
    assert done.pages == {"figure": 4, "pathway": 1}
    assert done.refused == {}
    assert done.exit_code == 0
    with rdfkit.open_store(tmp_path / "store") as store:
        assert len(store) == done.quads
        pattern = "{ ?g a schema:Gene } UNION { ?n wp:bdbEntrezGene ?g }"
        (genes,) = store.query(f"SELECT (COUNT(DISTINCT ?g) AS ?n) {{ {pattern} }}")
        (mentions,) = store.query("SELECT (COUNT(DISTINCT ?m) AS ?n) { ?m a oa:Annotation }")
        assert (genes["n"], mentions["n"]) == (done.genes, done.mentions)
        assert store.metadata["pages"] == done.pages


def test_two_builds_give_the_same_bytes() -> None:
    nquads = of_name("nquads")
    assert serialize(assemble([SEEDS]).quads, nquads) == serialize(assemble([SEEDS]).quads, nquads)


def test_hash_seeds_and_processes_do_not_matter() -> None:
    code = f"import rdfkit,sys; sys.stdout.buffer.write(rdfkit.export_sources([{str(SEEDS)!r}], 'trig'))"
    here = rdfkit.export_sources([SEEDS], "trig")
    others = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert others == {here}


def test_the_order_of_sources_does_not_matter() -> None:
    files = sorted(SEEDS.glob("*.md"))
    assert assemble(files).quads == assemble(files[::-1]).quads


def test_pages_with_violations_stay_out(tmp_path: Path) -> None:
    done = rdfkit.build([BAD / "year_malformed", SEEDS], tmp_path / "store")
    (path,) = done.refused
    assert path.endswith("year_malformed/PMC1__f1.md")
    assert done.exit_code == 1
    assert done.pages == {"figure": 4, "pathway": 1}
    with rdfkit.open_store(tmp_path / "store") as store:
        assert not store.query('ASK { ?figure dcterms:identifier "PMC1__f1" }')


def test_keep_invalid_keeps_them(tmp_path: Path) -> None:
    done = rdfkit.build([BAD / "year_malformed", SEEDS], tmp_path / "store", keep_invalid=True)
    assert done.refused == {}
    assert done.exit_code == 1
    with rdfkit.open_store(tmp_path / "store") as store:
        assert store.query('ASK { ?figure dcterms:identifier "PMC1__f1" }')


def test_a_lexicon_file_grounds_more_keywords(tmp_path: Path) -> None:
    lexicon = tmp_path / "hgnc.tsv"
    lexicon.write_text("hgnc_id\tsymbol\tname\tentrez_id\nHGNC:11289\tNM\tneuromelanin\t4827\n")
    figure = "<https://pfocr.wikipathways.org/figures/PMC10846991__j-krcp-23-071f3.html#figure>"
    store = Store.from_quads(assemble([SEEDS], lexicons=[lexicon]).quads)
    assert store.query(f"ASK {{ {figure} schema:mentions ncbigene:4827 }}")
    assert store.query("ASK { ?m oa:hasBody ncbigene:4827 ; prov:wasDerivedFrom pfocr:hgncCompleteSet }")


def _answer(folder: Path) -> object:
    with rdfkit.open_store(folder) as store:
        (row,) = store.query("SELECT (COUNT(*) AS ?n) { ?figure a doco:Figure }")
        return row["n"]


@pytest.mark.parametrize(
    "turns", [pytest.param(8, marks=pytest.mark.scale), pytest.param(20, marks=pytest.mark.thorough)]
)
def test_a_killed_build_leaves_the_store_as_before_or_after(tmp_path: Path, turns: int) -> None:
    """So many builds of alternating sources, each killed at a random moment of its run."""
    store = tmp_path / "store"
    one = SEEDS / "PMC198534__JCI0319974.f1.md"
    rdfkit.build([one], store)
    code = "import rdfkit, sys; print('ready', flush=True); rdfkit.build(sys.argv[2:], sys.argv[1])"
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(store), str(one)], check=True, capture_output=True)
    whole = time.monotonic() - started
    before, killed, moments = 1, 0, random.Random(20)
    for turn in range(turns):
        sources, after = ([SEEDS], 4) if turn % 2 == 0 else ([one], 1)
        with subprocess.Popen(
            [sys.executable, "-c", code, str(store), *map(str, sources)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0, whole))
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        found = _answer(store)
        assert found in (before, after)
        before = int(str(found))
    # How many is a matter of time; without one the test would say nothing.
    assert killed >= 1
    rdfkit.build([SEEDS], store)
    assert _answer(store) == 4
    assert len(list((store / "builds").iterdir())) == 1


def test_a_full_disk_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)], capture_output=True)
    if made.returncode != 0:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        rdfkit.build([SEEDS / "PMC198534__JCI0319974.f1.md"], mount / "store")
        with (mount / "ballast").open("wb") as ballast:
            ballast.write(b"x" * (_free(mount) - 200_000))
        with pytest.raises(rdfkit.RdfkitError, match="disk is full") as caught:
            rdfkit.build([SEEDS], mount / "store")
        assert caught.value.exit_code == 4
        assert _answer(mount / "store") == 1
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def test_a_page_known_by_its_block_alone_does_not_end_the_build(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nschema-jsonld:\n  '@id': https://www.wikipathways.org/a.html\n  name: A\n---\n"
    )
    shutil.copy(SEEDS / "WP364.md", tmp_path / "b.md")
    done = rdfkit.build([tmp_path], tmp_path / "store")
    assert done.pages == {"document": 1, "pathway": 1}
    assert done.reconciliation.balanced


def test_an_email_address_stays_out_wherever_it_stands(tmp_path: Path) -> None:
    text = (SEEDS / "WP364.md").read_text()
    text = text.replace(
        "IL-6 is a pleiotropic", "Ask jane.doe@example.org or jane[AT]example.org. IL-6 is a pleiotropic"
    )
    (tmp_path / "WP364.md").write_text(text.replace("- A.Pandey", "- jane.doe@example.org"))
    (tmp_path / "jane.md").write_text(
        "---\nusername: Jane\nbio: jane.doe@example.org\nemail: jane.doe@example.org\n---\n"
    )
    (tmp_path / "WP364-bibliography.tsv").write_text(
        "ID\tDatabase\tCitation\n1\tPubmed\tJane (jane.doe@example.org). 2020.\n"
    )
    done = rdfkit.build([tmp_path], tmp_path / "store")
    assert done.pages == {"author": 1, "pathway": 1}
    nquads = rdfkit.export_store(rdfkit.open_store(tmp_path / "store"), "nquads").decode()
    assert "example.org" not in nquads
    assert nquads.count("[e-mail address]") >= 4
    assert sum(result.rule == "email-address" for result in done.report.results) >= 4


def test_a_change_of_a_page_that_came_second_changes_nothing(tmp_path: Path) -> None:
    text = (SEEDS / "PMC198534__JCI0319974.f1.md").read_text()
    site = tmp_path / "site"
    site.mkdir()
    for name in ("a.md", "b.md"):
        (site / name).write_text(text)
    rdfkit.build([site], tmp_path / "store")
    (site / "b.md").write_text(text.replace("number: F1", "number: F2"))
    done = rdfkit.build([site], tmp_path / "store")
    assert list(done.refused) == [str(site / "b.md")]
    with rdfkit.open_store(tmp_path / "store") as store:
        assert [row["number"] for row in store.query("SELECT ?number { ?f schema:position ?number }")] == [
            "F1"
        ]


def test_a_store_of_an_earlier_version_is_built_anew_once(tmp_path: Path) -> None:
    first = rdfkit.build([SEEDS], tmp_path / "store")
    # Earlier versions kept what they knew under another name, and in other tables.
    (first.folder / FILE).rename(first.folder / "inventory.sqlite")
    second, third = (rdfkit.build([SEEDS], tmp_path / "store") for _ in range(2))
    assert (second.changed, third.changed) == (first.changed, 0)
    assert second.quads == first.quads
    assert not (second.folder / "inventory.sqlite").exists()


def test_a_damaged_state_of_the_last_build_is_no_obstacle(tmp_path: Path) -> None:
    done = rdfkit.build([SEEDS], tmp_path / "store")
    (done.folder / FILE).write_bytes(b"no database" * 1000)
    assert rdfkit.build([SEEDS], tmp_path / "store").quads == done.quads


def test_one_source_is_one_and_no_list_of_letters(tmp_path: Path) -> None:
    assert rdfkit.build(str(SEEDS), tmp_path / "store").pages == {"figure": 4, "pathway": 1}
    assert rdfkit.export_sources(str(SEEDS / "WP364.md"), "nquads")
