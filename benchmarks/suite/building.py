"""The full build beside its floor, how it grows, and what one changed page costs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from suite import data, measuring
from suite.floor import write_floor
from suite.measuring import Sample
from suite.parts import Part, Setting, mib, seconds, times
from suite.places import PATHWAYS, WORK

BUILD, FLOOR = "rdfkit build", "floor: bulk load of the same quads"
FULL, UNCHANGED, CHANGED = "full build", "nothing changed", "one page changed"
_TITLE = re.compile(r"^figtitle:.*\n(?: .*\n)*", re.MULTILINE)
# With violations a build ends with 1.
_BUILT = frozenset({0, 1})


def full(setting: Setting, _: Mapping[str, Part]) -> Part:
    """Builds a store, and loads the quads of that store from ready files."""
    folder, store = setting.figures.folder(setting.pages), store_path(setting)
    part = Part(
        f"Full build of {setting.pages:,} figures, validated",
        ("what", "seconds", "CPU s", "to the floor", "peak MiB", "quads"),
    )
    floor = WORK / "floor.nq"
    counts: list[int] = []

    def loaded() -> Sample:
        if not counts:
            counts.append(write_floor(store, floor))
        os.sync()
        return measuring.run(measuring.system("floor", floor, WORK / "floor-store"))

    systems: dict[str, Callable[[], Sample]] = {BUILD: partial(built, [folder], store), FLOOR: loaded}
    found = measuring.in_turn(systems, setting.rounds, setting.say)
    part.keep(found)
    shutil.rmtree(WORK / "floor-store", ignore_errors=True)
    (quads,) = counts
    # What Python imports is no part of loading.
    base = found[FLOOR].median(lambda sample: sample.said["seconds"])
    for name, series in found.items():
        wall = series.wall if name == BUILD else series.median(lambda sample: sample.said["seconds"])
        part.rows.append(
            (
                name,
                seconds(wall),
                seconds(series.cpu),
                times(wall / base),
                mib(series.peak_mib),
                f"{quads:,}",
            )
        )
    part.numbers = {
        "seconds": found[BUILD].wall,
        "floor_seconds": base,
        "over_floor": found[BUILD].wall / base,
        "peak_mib": found[BUILD].peak_mib or 0.0,
        "quads_per_second": quads / base,
        "store_gb": sum(path.stat().st_size for path in store.rglob("*") if path.is_file()) / 1e9,
    }
    part.bars = {
        f"Build of {setting.pages:,} figures, s (less is better)": {
            BUILD: found[BUILD].wall,
            FLOOR: base,
        }
    }
    part.others = (FLOOR,)
    part.notes.append(
        "The floor is Oxigraph's `bulk_load` of one ready N-Quads file, in the page cache, with exactly the quads of "
        f"the built store. It loads {quads / base:,.0f} quads/s."
    )
    return part


def growth(setting: Setting, _: Mapping[str, Part]) -> Part:
    """Builds a small and a large store in turn."""
    part = Part(
        f"Full build of {setting.large:,} figures beside {setting.pages:,}",
        ("figures", "seconds", "CPU s", "time to the small one", "peak MiB", "peak to the small one"),
    )
    sizes = {f"{count:,}": count for count in (setting.pages, setting.large)}
    systems = {
        name: partial(built, [setting.figures.folder(count)], WORK / f"store-growth-{count}")
        for name, count in sizes.items()
    }
    found = measuring.in_turn(systems, setting.rounds, setting.say)
    part.keep(found)
    small, large = found.values()
    memory = (large.peak_mib or 0.0) / (small.peak_mib or 1.0)
    for name, series in found.items():
        part.rows.append(
            (
                name,
                seconds(series.wall),
                seconds(series.cpu),
                times(series.wall / small.wall),
                mib(series.peak_mib),
                times((series.peak_mib or 0.0) / (small.peak_mib or 1.0)),
            )
        )
    part.numbers = {
        "ratio": large.wall / small.wall,
        "pages_ratio": setting.large / setting.pages,
        "peak_mib": large.peak_mib or 0.0,
        "peak_ratio": memory,
    }
    part.bars = {"Peak memory of a build, MiB": {name: one.peak_mib or 0.0 for name, one in found.items()}}
    for count in sizes.values():
        shutil.rmtree(WORK / f"store-growth-{count}", ignore_errors=True)
    return part


def incremental(setting: Setting, parts: Mapping[str, Part]) -> Part:
    """Builds again after nothing has changed, and after one page has."""
    folder = setting.figures.copy(setting.figures.folder(setting.pages), "changing")
    store = WORK / "store-changing"
    setting.say("  the full build that comes first")
    first = built([folder], store)
    whole = parts["build"].numbers["seconds"] if "build" in parts else first.wall
    part = Part(
        f"Build again, {setting.pages:,} figures",
        ("what", "seconds", "of them build", "of them query", "to a full build", "peak MiB"),
    )
    titles = iter(range(1_000_000))
    pages = data.pages(folder)

    def changed() -> Sample:
        number = next(titles)
        return _change(pages[number * 7 % len(pages)], f"Changed {number}", folder, store)

    systems: dict[str, Callable[[], Sample]] = {
        UNCHANGED: partial(built, [folder], store, anew=False),
        CHANGED: changed,
    }
    found = measuring.in_turn(systems, setting.rounds, setting.say)
    part.keep(found)
    for name, series in found.items():
        build = series.median(lambda sample: float(sample.said.get("build", sample.wall)))
        part.rows.append(
            (
                name,
                seconds(series.wall),
                seconds(build),
                "" if name == UNCHANGED else seconds(series.wall - build),
                f"{series.wall / whole:.2%}",
                mib(series.peak_mib),
            )
        )
    part.numbers = {
        "changed_seconds": found[CHANGED].wall,
        "changed_share": found[CHANGED].wall / whole,
        "unchanged_seconds": found[UNCHANGED].wall,
        "unchanged_share": found[UNCHANGED].wall / whole,
    }
    part.bars = {
        "Build again, s (less is better)": {
            FULL: whole,
            **{name: series.wall for name, series in found.items()},
        }
    }
    part.others = (FULL,)
    part.notes.append(
        "One page changed: from the moment that the page is written, by `rdfkit build` and then `rdfkit query`, both "
        f"started anew, to the answer that has the new title. The full build took {seconds(whole)} s."
    )
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(store, ignore_errors=True)
    return part


def store_path(setting: Setting) -> Path:
    """Where the store of `pages` figures is."""
    return WORK / f"store-{setting.pages}"


def store_of(setting: Setting) -> Path:
    """The store of `pages` figures, brought up to date: it may be that of another commit, or not there."""
    store = store_path(setting)
    setting.say("  the store that is asked")
    built([setting.figures.folder(setting.pages)], store, anew=False)
    return store


def large_store(setting: Setting) -> Path:
    """The store of `large` figures and the pathways, brought up to date as `store_of` does."""
    store = WORK / f"store-{setting.large}-and-pathways"
    setting.say("  the large store that is asked")
    pathways = [PATHWAYS] if PATHWAYS.exists() else []
    built([setting.figures.folder(setting.large), *pathways], store, anew=False)
    return store


def built(sources: list[Path], store: Path, *, anew: bool = True) -> Sample:
    """Runs `rdfkit build`: anew into an empty folder, or again into the one that is there."""
    if anew:
        shutil.rmtree(store, ignore_errors=True)
    # What is still to be written from before is not this build's.
    os.sync()
    return measuring.run(measuring.rdfkit("build", *sources, "--store", store, "-q"), codes=_BUILT)


def _change(page: Path, title: str, folder: Path, store: Path) -> Sample:
    """Gives a page another title, builds, and asks for it. Raises CommandError when it is not there."""
    text = page.read_text(encoding="utf-8")
    os.sync()
    data.replace(page, _TITLE.sub(f"figtitle: {title}\n", text, count=1))
    build = measuring.run(measuring.rdfkit("build", folder, "--store", store, "-q"), codes=_BUILT)
    question = f'ASK {{ ?figure a doco:Figure ; dcterms:title "{title}" }}'
    ask = measuring.rdfkit("query", question, "--store", store, "--exit-status")
    answer = measuring.run(ask, memory=False)
    return Sample(
        build.wall + answer.wall,
        build.cpu + answer.cpu,
        build.peak_mib,
        build.load,
        {"build": build.wall, "query": answer.wall},
    )
