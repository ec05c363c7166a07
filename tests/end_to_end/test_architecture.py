"""The house is as its picture says: faces, modules and their size, tests that mirror the packages."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.support.paths import PROJECT

PACKAGE = PROJECT / "rdfkit"
TESTS = PROJECT / "tests"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
PACKAGES = sorted(path.parent for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE)
AT_THE_TOP = {"__init__.py", "__main__.py", "errors.py", "package_data.py", "report.py", "version.py"}
MOST_LINES, MOST_METHODS, MOST_LINES_OF_A_VERB = 400, 20, 200


def _name(path: Path) -> str:
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _shown(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> list[tuple[str, str]]:
    """What a module imports of rdfkit, as (module, name)."""
    return [
        (node.module or "", one.name)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "rdfkit"
        for one in node.names
    ]


def test_only_what_all_may_use_is_at_the_top() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == AT_THE_TOP


def test_each_package_has_a_face() -> None:
    for folder in PACKAGES:
        face = import_module(_name(folder / "__init__.py"))
        assert face.__doc__, f"{_shown(folder)} does not say its role"
        assert isinstance(face.__all__, list | tuple), f"{_shown(folder)} does not name what others may use"
        for name in face.__all__:
            there = hasattr(face, name) or (folder / f"{name}.py").exists() or (folder / name).is_dir()
            assert there, f"{_shown(folder)} names {name}, which it has not"


def test_others_import_what_a_face_names() -> None:
    """A module of another package imports only modules, or names, that the face of their package names."""
    for path in MODULES:
        own = _name(path).split(".")[:2]
        for module, name in _imports(path):
            parts = module.split(".")
            if parts[:2] == own or len(parts) < 2 or not (PACKAGE / parts[1]).is_dir():
                continue
            for depth in range(2, len(parts) + 1):
                package = PACKAGE.joinpath(*parts[1:depth])
                if package.is_dir():
                    wanted = parts[depth] if depth < len(parts) else name
                    named = import_module(".".join(parts[:depth])).__all__
                    assert wanted in named, f"{_shown(path)} imports {module}.{name}"


def test_no_module_or_class_is_too_large() -> None:
    for path in MODULES:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        most = MOST_LINES_OF_A_VERB if path.parent.name == "cli" else MOST_LINES
        assert lines <= most, f"{_shown(path)} has {lines} lines, more than {most}"
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef):
                methods = sum(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)
                assert methods <= MOST_METHODS, f"{_shown(path)}: {node.name} has {methods} methods"


def test_nobody_imports_what_is_private() -> None:
    for path in MODULES:
        for module, name in _imports(path):
            assert not re.match(r"_[^_]", name), f"{_shown(path)} imports {module}.{name}"


def test_the_map_has_a_line_for_each_package() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `rdfkit/(\w+)/` \| \S", text, re.M))
    assert told == {path.name for path in PACKAGES if path.parent == PACKAGE}


def test_tests_mirror_the_packages() -> None:
    """`tests/store/test_locks.py` is about `rdfkit/store/locks.py`; `test_locks_readers.py` would be, too."""
    for path in sorted(TESTS.rglob("test_*.py")):
        folder = path.parent.relative_to(TESTS)
        if folder.parts[:1] == ("end_to_end",):
            continue
        words = path.stem.removeprefix("test_").split("_")
        names = ["_".join(words[:end]) for end in range(1, len(words) + 1)]
        place = PACKAGE / folder
        assert any((place / f"{name}.py").is_file() or (place / name).is_dir() for name in names), _shown(
            path
        )


def test_each_package_has_tests() -> None:
    for folder in PACKAGES:
        if folder.parent == PACKAGE:
            assert any((TESTS / folder.name).rglob("test_*.py")), folder.name
