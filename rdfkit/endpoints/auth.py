"""Who asks, as HTTP is told: a token (RFC 6750), or a user and password, plain (RFC 7617) or digested (RFC 7616)."""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rdfkit.errors import SettingError

_FIELD = re.compile(r'([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SCHEME = re.compile(r"(?:^|,)\s*(Digest|Basic)\b", re.IGNORECASE)
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A token, or a user with a password; or none of these."""

    token: str | None = None
    user: str | None = None
    password: str = ""

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def read_credentials(
    token_file: Path | None, user: str | None, password_file: Path | None, environment: Mapping[str, str]
) -> Credentials:
    """The credentials of files, else of RDFKIT_TOKEN and RDFKIT_PASSWORD: what is on a command line, others can see.

    Raises SettingError when a file cannot be read, there is a user without a password, or both kinds are given.
    """
    if token_file is not None and user is not None:
        raise SettingError("who asks is told by a token or by a user, not by both", key="token")
    if user is not None:
        password = _first_line(password_file) if password_file else environment.get("RDFKIT_PASSWORD")
        if password is None:
            raise SettingError(
                "the user has no password", key="password", expected="--password-file, or RDFKIT_PASSWORD"
            )
        return Credentials(user=user, password=password)
    token = _first_line(token_file) if token_file else environment.get("RDFKIT_TOKEN")
    return Credentials(token=token or None)


class Authorization:
    """Makes the header that says who asks, as the server wants it: by the challenge of its last refusal."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._challenge: Mapping[str, str] | None = None
        self._uses = 0

    def header(self, method: str, url: str) -> dict[str, str]:
        """The header for a request; none where the server has not asked yet, or there are no credentials."""
        who = self._credentials
        if who.token is not None:
            return {"Authorization": f"Bearer {who.token}"}
        if who.user is None or self._challenge is None:
            return {}
        if "nonce" not in self._challenge:
            pair = f"{who.user}:{who.password}".encode()
            return {"Authorization": f"Basic {b64encode(pair).decode()}"}
        self._uses += 1
        return {"Authorization": _digest(who, self._challenge, method, _target(url), self._uses)}

    def learn(self, challenge: str) -> bool:
        """Takes note of what a server wants (WWW-Authenticate). Whether it is worth asking again."""
        if self._credentials.user is None:
            return False
        found = _read(challenge)
        # A nonce that has served before has run out; one that has not was answered wrongly.
        again = found is not None and (
            self._challenge is None or self._uses > 1 or found.get("stale", "").lower() == "true"
        )
        if found is not None:
            self._challenge, self._uses = found, 0
        return again


def _read(challenge: str) -> Mapping[str, str] | None:
    """The fields of the first challenge that can be answered: of a digest, else none for a plain password."""
    starts = [(match[1].lower(), match.end()) for match in _SCHEME.finditer(challenge)]
    for number, (scheme, start) in enumerate(starts):
        end = starts[number + 1][1] if number + 1 < len(starts) else len(challenge)
        fields = {name.lower(): quoted or bare for name, quoted, bare in _FIELD.findall(challenge[start:end])}
        known = fields.get("algorithm", "MD5").upper() in _HASHES
        if scheme == "digest" and "nonce" in fields and known:
            return fields
    return {} if any(scheme == "basic" for scheme, _ in starts) else None


def _digest(who: Credentials, challenge: Mapping[str, str], method: str, target: str, uses: int) -> str:
    """https://www.rfc-editor.org/rfc/rfc7616#section-3.4"""
    algorithm = challenge.get("algorithm", "MD5").upper()

    def hashed(text: str) -> str:
        return _HASHES[algorithm](text.encode()).hexdigest()

    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    count, client = f"{uses:08x}", secrets.token_hex(8)
    secret, asked = hashed(f"{who.user}:{realm}:{who.password}"), hashed(f"{method}:{target}")
    fields = {"username": who.user or "", "realm": realm, "nonce": nonce, "uri": target}
    plain = {"algorithm": algorithm}
    if "auth" in [each.strip() for each in challenge.get("qop", "").split(",")]:
        fields |= {"cnonce": client, "response": hashed(f"{secret}:{nonce}:{count}:{client}:auth:{asked}")}
        plain |= {"qop": "auth", "nc": count}
    else:  # RFC 2069, which RFC 7616 still lets be
        fields |= {"response": hashed(f"{secret}:{nonce}:{asked}")}
    if "opaque" in challenge:
        fields["opaque"] = challenge["opaque"]
    quoted = [f'{name}="{value}"' for name, value in fields.items()]
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in plain.items())])


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot be read: {error}", path=str(path)) from error
