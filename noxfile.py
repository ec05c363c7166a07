"""The project's commands, the same for people and for `.ci/run`: `nox -l` lists them, `nox -s lint types` runs two.

They run in the environment that nox itself stands in, made once by `pip install -e '.[dev]'`: nothing is installed
twice.
"""

from __future__ import annotations

import os

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["test", "lint", "types", "contracts"]

# Suites that need more than Python and pip, or more than a minute, are marked; each has a command of its own.
SAMPLES = "samples and not peers and not browser and not scale"
MARKED = "peers or browser or scale or samples or docs or thorough"
SCALE = "scale and not samples and not thorough"


def _pytest(session: nox.Session, *arguments: str) -> None:
    """Runs pytest with these arguments and those that the user gives after `--`."""
    session.run("pytest", *arguments, *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """The default suite."""
    _pytest(session)


@nox.session
def coverage(session: nox.Session) -> None:
    """The default suite, with the share of lines that it runs, package by package."""
    _pytest(session, "--cov=rdfkit", "--cov-report=term:skip-covered")


@nox.session
def properties(session: nox.Session) -> None:
    """The properties of the default suite alone: with a variable `CI`, four times as many examples."""
    _pytest(session, "-m", f"hypothesis and not ({MARKED})")


@nox.session
def lint(session: nox.Session) -> None:
    """Lint and format."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Types, as strictly as mypy has it."""
    session.run("mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    """Which package may import which: docs/architecture.md."""
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """The examples of README and docs, run as they stand."""
    _pytest(session, "-m", "docs")


@nox.session
def peers(session: nox.Session) -> None:
    """Other RDF tools on our output, and their clients on our server: Raptor, Jena, Virtuoso, Comunica."""
    _pytest(session, "-m", "peers")


@nox.session
def browser(session: nox.Session) -> None:
    """The pages in Chromium."""
    _pytest(session, "-m", "browser")


@nox.session
def samples(session: nox.Session) -> None:
    """The pages of the real sites, where they are beside this checkout."""
    _pytest(session, "-m", SAMPLES)


@nox.session
def scale(session: nox.Session) -> None:
    """Hostile queries by the hundred, builds under load, builds that are killed."""
    _pytest(session, "-m", SCALE)


@nox.session
def thorough(session: nox.Session) -> None:
    """Every property with twenty times the examples of the default suite, and hundreds of histories of a site."""
    _pytest(
        session,
        "-m",
        "(hypothesis or thorough) and not samples and not peers and not browser",
        "--hypothesis-profile=thorough",
    )


@nox.session
def readme(session: nox.Session) -> None:
    """The first command of the README, from a wheel in an environment of its own."""
    folder = session.create_tmp()
    python = os.path.join(folder, "venv", "bin", "python")  # noqa: PTH118 - nox gives texts
    session.run("python3", "-m", "venv", "--clear", os.path.join(folder, "venv"), external=True)  # noqa: PTH118
    session.run(python, "-m", "pip", "install", "--quiet", ".", external=True)
    store = os.path.join(folder, "store")  # noqa: PTH118
    session.run(python, "-m", "rdfkit", "build", "seeds/", "--store", store, "--quiet", external=True)
    rows = session.run(
        python,
        "-m",
        "rdfkit",
        "query",
        "figures-sharing-genes-with-pathway",
        "--store",
        store,
        silent=True,
        external=True,
    )
    session.log(rows)
    # What the command says on stderr is among the lines.
    if (
        sum(line.startswith("https://pfocr.wikipathways.org/figures/") for line in str(rows).splitlines())
        != 4
    ):
        session.error("the four figures of the seeds were expected")
