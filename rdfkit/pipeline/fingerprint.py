"""Which program this is: what one has made of a page, another may make otherwise."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from rdfkit import package_data
from rdfkit.version import __version__

_PACKAGE = Path(package_data.__file__).parent
_SUFFIXES = (".jsonld", ".py", ".toml", ".tsv", ".ttl")


@cache
def program() -> str:
    """The version of rdfkit, and the hash of its modules, contexts and shapes."""
    digest = hashlib.sha256()
    for folder in (_PACKAGE, package_data.shapes_folder()):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file() and "server" not in path.parts:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"rdfkit {__version__} {digest.hexdigest()[:16]}"
