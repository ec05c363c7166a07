"""What a build covers of its sources: pages found = pages built + pages refused, and so for rows, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the pages or rows of one kind. `used` counts what is in the graph."""

    found: int
    used: int
    refused: int

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing."""
        return self.found == self.used + self.refused


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of all pages and rows of a build.

    `pages` and `rows` have an account for each kind; `refused` maps each page, table or other file that is not in
    the graph to the reasons; `skipped` counts the files without front matter.
    """

    pages: Mapping[str, Account]
    rows: Mapping[str, Account]
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every page and every row is accounted for."""
        accounts = (*self.pages.values(), *self.rows.values())
        return all(account.balanced for account in accounts)

    def to_json(self) -> dict[str, Any]:
        """The coverage as JSON values; `from_json` gives it back."""
        return {
            "pages": {kind: asdict(account) for kind, account in self.pages.items()},
            "rows": {kind: asdict(account) for kind, account in self.rows.items()},
            "refused": {path: list(reasons) for path, reasons in self.refused.items()},
            "skipped": self.skipped,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Coverage:
        """The coverage in the JSON values that `to_json` gives."""
        return cls(
            pages={kind: Account(**account) for kind, account in data["pages"].items()},
            rows={kind: Account(**account) for kind, account in data["rows"].items()},
            refused={path: tuple(reasons) for path, reasons in data["refused"].items()},
            skipped=data["skipped"],
        )


def render(coverage: Coverage) -> str:
    """The coverage as a table for people, with the reason for each file that is not in the graph."""
    lines = [f"{'':<14}{'found':>10}{'built':>10}{'refused':>10}"]
    lines += _lines("pages", coverage.pages)
    lines += _lines("rows", coverage.rows)
    lines.append(f"{coverage.skipped} files without front matter were passed over")
    if coverage.refused:
        lines.append("refused")
        lines += [f"  {path}: {'; '.join(reasons)}" for path, reasons in coverage.refused.items()]
    if not coverage.balanced:
        lines.append("THIS DOES NOT ADD UP: pages or rows are missing and nobody has said why")
    return "\n".join(lines) + "\n"


def _lines(title: str, accounts: Mapping[str, Account]) -> Iterable[str]:
    yield _line(title, _total(accounts.values()))
    yield from (_line(f"  {kind}", account) for kind, account in accounts.items())


def _line(title: str, account: Account) -> str:
    return f"{title:<14}{account.found:>10}{account.used:>10}{account.refused:>10}"


def _total(accounts: Iterable[Account]) -> Account:
    return Account(*map(sum, zip((0, 0, 0), *map(astuple, accounts), strict=True)))
