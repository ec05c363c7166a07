"""Who asks: the examples of the RFCs, and when it is worth asking again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.endpoints import auth
from rdfkit.endpoints.auth import Authorization, Credentials, read_credentials
from rdfkit.errors import SettingError

# RFC 7616, section 3.9.1.
MUFASA = Credentials(user="Mufasa", password="Circle of Life")
NONCE = 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
REALM = 'realm="http-auth@example.org", qop="auth, auth-int"'
OPAQUE = 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUo5tdS"'
CLIENT = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
URL = "http://www.example.org/dir/index.html"


def _digest(algorithm: str) -> str:
    return f"Digest {REALM}, algorithm={algorithm}, {NONCE}, {OPAQUE}"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest(algorithm: str, response: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth.secrets, "token_hex", lambda _: CLIENT)
    who = Authorization(MUFASA)
    assert who.header("GET", URL) == {}
    assert who.learn(_digest(algorithm))
    header = who.header("GET", URL)["Authorization"]
    assert f'response="{response}"' in header
    assert "nc=00000001" in header
    assert 'uri="/dir/index.html"' in header
    assert OPAQUE in header
    assert "nc=00000002" in who.header("GET", URL)["Authorization"]


def test_the_first_known_algorithm_is_taken() -> None:
    who = Authorization(MUFASA)
    assert who.learn(
        f'Digest {REALM}, algorithm=SHA-512-256, nonce="no", {_digest("SHA-256")}, Basic realm=x'
    )
    assert "algorithm=SHA-256" in who.header("GET", URL)["Authorization"]


def test_basic() -> None:
    """RFC 7617, section 2."""
    who = Authorization(Credentials(user="Aladdin", password="open sesame"))
    assert who.learn('Basic realm="WallyWorld"')
    assert who.header("GET", URL) == {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    assert not who.learn('Basic realm="WallyWorld"')


def test_a_wrong_password_is_not_tried_again() -> None:
    who = Authorization(MUFASA)
    assert who.learn(_digest("MD5"))
    who.header("GET", URL)
    assert not who.learn(_digest("MD5"))


def test_a_nonce_that_has_run_out_is_replaced() -> None:
    who = Authorization(MUFASA)
    assert who.learn(_digest("MD5"))
    for _ in range(3):
        who.header("GET", URL)
    assert who.learn(_digest("MD5"))
    assert "nc=00000001" in who.header("GET", URL)["Authorization"]
    assert who.learn(f"{_digest('MD5')}, stale=true")


@pytest.mark.parametrize("challenge", ["", "Negotiate", "Bearer realm=x", "Digest realm=x"])
def test_what_cannot_be_answered(challenge: str) -> None:
    assert not Authorization(MUFASA).learn(challenge)


def test_a_token_is_sent_at_once() -> None:
    who = Authorization(Credentials(token="secret"))
    assert who.header("PUT", URL) == {"Authorization": "Bearer secret"}
    assert not who.learn(_digest("MD5"))


def test_reading(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("one two \nmore\n")
    assert read_credentials(file, None, None, {}).token == "one two"
    assert read_credentials(None, "dba", file, {}) == Credentials(user="dba", password="one two")
    assert read_credentials(None, "dba", None, {"RDFKIT_PASSWORD": "p"}).password == "p"
    assert read_credentials(None, None, None, {"RDFKIT_TOKEN": "t"}).token == "t"
    assert read_credentials(None, None, None, {}) == Credentials()
    with pytest.raises(SettingError, match="no password"):
        read_credentials(None, "dba", None, {})
    with pytest.raises(SettingError, match="not by both"):
        read_credentials(file, "dba", file, {})
    with pytest.raises(SettingError, match="cannot be read"):
        read_credentials(tmp_path / "none", None, None, {})


def test_a_password_is_not_shown() -> None:
    assert "Circle" not in repr(MUFASA)
