"""The registry of endpoints: that of the package, that of the user, and how one is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdfkit.endpoints.federation.identifier_mapping import Bridge
from rdfkit.endpoints.registry import Endpoint, endpoints, find_endpoint, origin, read_endpoints
from rdfkit.errors import EndpointError
from tests.support.paths import CASES

OWN = '[mine]\ntitle = "Mine"\nurl = "http://localhost:7878/sparql"\nmax_rows = 100\n'


@pytest.fixture(autouse=True)
def no_file_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("RDFKIT_ENDPOINTS", raising=False)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "name", ["wikipathways", "uniprot", "wikidata", "rhea", "idsm", "aopwiki", "bgee", "oma"]
)
def test_the_package_knows_the_endpoints_of_the_field(name: str):
    assert endpoints()[name].url.startswith("https://")


def test_every_endpoint_of_the_package_is_fit_for_use():
    known = endpoints()
    for endpoint in known.values():
        assert endpoint.title
        assert endpoint.homepage
        assert endpoint.notes, "what could not be confirmed is said"
        Bridge(endpoint)
    assert len({origin(each.url) + each.url for each in known.values()}) == len(known)


def test_a_file_of_the_user_adds_and_replaces(own: Path):
    own.write_text(OWN + '[uniprot]\nurl = "http://mirror.example/sparql"\n', encoding="utf-8")
    known = endpoints(own)
    assert known["mine"] == Endpoint("mine", "Mine", "http://localhost:7878/sparql", max_rows=100)
    assert known["uniprot"] == Endpoint("uniprot", "uniprot", "http://mirror.example/sparql")
    assert "wikidata" in known
    assert "mine" not in endpoints()


def test_the_environment_names_the_file(own: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RDFKIT_ENDPOINTS", str(own))
    assert "mine" in endpoints()


def test_the_folder_of_configuration_files_has_the_file(tmp_path: Path):
    folder = tmp_path / "config" / "rdfkit"
    folder.mkdir(parents=True)
    (folder / "endpoints.toml").write_text(OWN, encoding="utf-8")
    assert "mine" in endpoints()


def test_a_file_that_is_named_and_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(EndpointError, match="cannot be read: No such file") as caught:
        endpoints(tmp_path / "none.toml")
    assert caught.value.path == str(tmp_path / "none.toml")


def _bad_files() -> list[Path]:
    return sorted((CASES / "endpoints").glob("*.toml"))


@pytest.mark.parametrize("path", _bad_files(), ids=lambda path: path.stem)
def test_a_malformed_entry_is_named(path: Path):
    key, message = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(": ", 1)
    with pytest.raises(EndpointError) as caught:
        for endpoint in read_endpoints(path).values():
            Bridge(endpoint)
    assert caught.value.key == (key if key != "-" else None)
    assert message in str(caught.value)


def test_there_are_malformed_entries():
    assert len(_bad_files()) >= 12


def test_an_endpoint_is_found_by_name_and_by_any_spelling_of_its_url(own: Path):
    known = endpoints(own)
    for text in ("mine", "http://localhost:7878/sparql", "HTTP://LOCALHOST:7878/sparql/"):
        assert find_endpoint(text, known).name == "mine"
    assert find_endpoint("https://sparql.uniprot.org:443/sparql", known).name == "uniprot"


def test_a_url_that_nobody_knows_is_an_endpoint_without_a_name():
    found = find_endpoint("http://example.org/sparql", endpoints())
    assert found == Endpoint("", "http://example.org/sparql", "http://example.org/sparql")
    assert found.label == "http://example.org/sparql"


def test_an_unknown_name_gives_the_nearest():
    with pytest.raises(EndpointError, match='no endpoint is named "wikidta"') as caught:
        find_endpoint("wikidta", endpoints())
    assert caught.value.expected is not None
    assert "wikidata" in caught.value.expected


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http:example", "urn:x:y",
        "http://user:word@example.org/", "http://user@example.org/",
        "http://example.org/#part", "http://example.org/a b",
        "http://example.org:port/", "http://example.org:99999/", "http://example.org:0/", "http://[::1/", "http://a\n.org/",
    ],
)  # fmt: skip
def test_what_is_no_url_of_an_endpoint(text: str):
    with pytest.raises(EndpointError, match="is no URL of an endpoint"):
        find_endpoint(text, endpoints())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Example.ORG/sparql", "http://example.org:80"),
        ("https://example.org:8443/x?y=1", "https://example.org:8443"),
        ("https://[::1]/", "https://[::1]:443"),
    ],
)
def test_an_origin_has_one_spelling(url: str, expected: str):
    assert origin(url) == expected
