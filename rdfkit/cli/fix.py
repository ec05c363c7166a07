"""`rdfkit fix`: repairs in pages and tables, shown as a diff or written."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rdfkit.cli.options import Quiet
from rdfkit.cli.output import say, write

if TYPE_CHECKING:
    from rdfkit.validation.fixes import Fixed


def fix(
    pages: Annotated[
        list[Path], typer.Argument(help="Pages, folders of pages, companion tables.", show_default=False)
    ],
    write_them: Annotated[
        bool, typer.Option("--write", help="Write the repairs into the files, and show no diff.")
    ] = False,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="NAME", help="Only repairs of this rule of findings. Repeatable."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Repair what is certain in pages and their tables: shows a diff, or with --write changes the files.

    Nothing but what the diff shows is changed, byte for byte. What is not certain stays a finding of `rdfkit validate`.
    Exit codes: 0 nothing to repair, or all written · 1 there are repairs, and they were shown · 3 a page could not be
    read.

    Examples: rdfkit fix seeds/ · rdfkit fix --write pages/ · rdfkit fix --rule row-shifted _data/WP9-datanodes.tsv
    """
    from rdfkit.errors import RdfkitError
    from rdfkit.validation.fixes import fix_sources, known_rules

    for name in rule or ():
        if name not in known_rules():
            raise typer.BadParameter(f"there is no repair for {name}; there are {', '.join(known_rules())}")
    counts: Counter[str] = Counter()
    files = unreadable = 0
    for found in fix_sources(pages, rule or ()):
        if isinstance(found, RdfkitError):
            unreadable += 1
            sys.stderr.write(f"left alone: {found}\n")
            continue
        files += 1
        counts.update(repair.rule for repair in found.repairs)
        if write_them:
            write(found.after, Path(found.path))
        else:
            _show(found)
    say(_summary(files, counts, is_written=write_them), quiet)
    raise typer.Exit(3 if unreadable else 1 if files and not write_them else 0)


def _show(found: Fixed) -> None:
    """The diff in the bytes of the file; on a terminal without characters that would steer it."""
    from rdfkit.validation.fixes import unified_diff
    from rdfkit.validation.text_report import visible

    diff = unified_diff(found)
    if sys.stdout.isatty():
        lines = diff.decode(errors="backslashreplace").split("\n")
        sys.stdout.write("\n".join(visible(line.replace("\t", "    ").rstrip("\r")) for line in lines))
        return
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(diff.decode(errors="backslashreplace"))
    else:
        buffer.write(diff)
        buffer.flush()


def _summary(files: int, counts: Counter[str], *, is_written: bool) -> str:
    """What was or can be repaired: how often for each rule, the most frequent first."""
    if not counts:
        return "nothing to repair"
    told = ", ".join(
        f"{rule} ×{count}" for rule, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )
    number = f"{files} file{'s' if files != 1 else ''}"
    return f"{'repaired' if is_written else 'can be repaired with --write'} in {number}: {told}"
