"""User names: the same account has the same IRI wherever it stands."""

from __future__ import annotations

import json

import pytest

from rdfkit.mapping.parts import persons
from rdfkit.mapping.shaping import reference
from tests.support.pages import made, pathway

VAN = "user:Anaïs_Van_Marsenille"


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("Egonw", "user:Egonw"),
        ("Christine Chichester", "user:Christine_Chichester"),
        (" Christine Chichester ", "user:Christine_Chichester"),
        ("Christine_Chichester", "user:Christine_Chichester"),
        ("Christine\u00a0Chichester", "user:Christine_Chichester"),
        ("Ana&iuml;s Van Marsenille", VAN),
        ("Ana&#239;s Van Marsenille", VAN),
        ("Ana&#xEF;s Van Marsenille", VAN),
        ("Ana&amp;iuml;s Van Marsenille", VAN),
        ("Leyla &amp;amp;Ouml;nder", "user:Leyla_Önder"),
        ("R&D", "user:R&D"),
        ("AAR&copy", "user:AAR&copy"),
        ("%(^", "user:%25(%5E"),
        ("a#b?c", "user:a%23b%3Fc"),
    ],
)
def test_user(name: str, user: str) -> None:
    assert persons.user(name) == user
    quoted = json.dumps(name, ensure_ascii=False)
    assert pathway(authors=f"[{quoted}]").objects("wikipathways:WP1", "dc:creator") == [user]
    assert made(f"username: {quoted}", path="_authors/x.md").subjects("rdf:type", "foaf:Person") == [user]
    community = made(f"community-tag: X\neditors: [{quoted}]", path="_communities/x.md")
    assert community.objects("cur:X", "foaf:member") == [user]


def test_an_entity_in_a_user_name_meets_the_page_of_the_author() -> None:
    page = made("username: Anaïs Van Marsenille\nrealname: Ana&iuml;s V.", path="_authors/a.md")
    (definition,) = page.site.definitions
    assert definition == ("person", "Anaïs_Van_Marsenille", "Anaïs V.")
    found = pathway({definition[:2]: definition[2]}, authors="['Ana&iuml;s Van Marsenille']")
    assert found.objects(VAN, "foaf:name") == ["Anaïs V."] == page.objects(VAN, "foaf:name")
    home = ["https://www.wikipathways.org/authors/Anaïs%20Van%20Marsenille.html"]
    assert found.objects(VAN, "foaf:homepage") == home == page.objects(VAN, "foaf:homepage")


@pytest.mark.parametrize("name", ["137.120.89.28", "2001:610:188::7"])
def test_an_ip_address_is_nobody_and_stays_an_author(name: str) -> None:
    user = f"user:{name}"
    for found in (
        pathway(authors=f"['{name}']"),
        made(f"username: '{name}'\nrealname: Unknown", path="_authors/x.md"),
        made(f"community-tag: X\neditors: ['{name}']", path="_communities/x.md"),
    ):
        assert found.objects(user, "rdf:type") == []
        assert found.objects(user, "foaf:name") == []
        assert found.objects(user, "foaf:nick") == []
    found = pathway(authors=f"['{name}', Egonw]")
    assert found.objects("wikipathways:WP1", "dc:creator") == [user, "user:Egonw"]
    assert found.objects(f"{user}/WP1_r1", "wpq:series_ordinal") == ["1"]


@pytest.mark.parametrize(
    ("name", "realname", "is_house"),
    [
        ("MaintBot", "", True),
        ("TestUser", "", True),
        ("Wpblocked", "", True),
        ("%(^", "Wpblocked", True),
        ("Robot", "MaintBot", True),
        ("maintBot", "", True),
        ("Egonw", "Egon", False),
        ("MaintBotter", "", False),
    ],
)
def test_accounts_of_the_site_are_no_authors(name: str, realname: str, is_house: bool) -> None:
    answers = {("person", name): realname}
    found = pathway(answers, authors=f"[Ann, '{name}', Bob]")
    assert ("user:Ann" in found.objects("wikipathways:WP1", "dc:creator")) is True
    assert len(found.objects("wikipathways:WP1", "dc:creator")) == (2 if is_house else 3)
    # Places are counted without them.
    assert found.objects("user:Bob/WP1_r1", "wpq:series_ordinal") == ["2" if is_house else "3"]
    page = made(f"username: '{name}'\nrealname: '{realname}'", path="_authors/x.md")
    assert page.objects(persons.user(name), "rdf:type") == ([] if is_house else ["foaf:Person"])


def test_an_account_is_one_author_however_it_is_written() -> None:
    found = pathway(authors="[Ann, Marvin M2, Bob, Marvin_M2, '', NA, Unknown]")
    assert found.objects("wikipathways:WP1", "dc:creator") == ["user:Ann", "user:Bob", "user:Marvin_M2"]
    assert found.objects("user:Marvin_M2/WP1_r1", "wpq:series_ordinal") == ["2"]
    assert found.objects("user:Marvin_M2", "foaf:name") == ["Marvin M2"]
    assert found.objects("user:Bob/WP1_r1", "wpq:series_ordinal") == ["3"]


@pytest.mark.parametrize(
    "text",
    [
        "0000-0001-7542-0286",
        "https://orcid.org/0000-0001-7542-0286",
        "http://www.orcid.org/0000-0001-7542-0286/",
        "orcid.org/0000-0001-7542-0286",
        "orcid:0000-0001-7542-0286",
        "'0000-0001-7542-0286 '",
    ],
)
def test_an_orcid_alone_or_as_an_address(text: str) -> None:
    found = made(f"username: Egonw\norcid: {text}", path="_authors/x.md")
    assert found.objects("user:Egonw", "dc:identifier") == ["orcid:0000-0001-7542-0286"]


def test_what_is_no_orcid_stays_a_text() -> None:
    assert reference("orcid", "https://orcid.org/12") == {"@value": "https://orcid.org/12"}
    assert reference("orcid", "0000-0002-1694-233x") == "orcid:0000-0002-1694-233X"
    assert reference("orcid", None) is None


def test_an_item_of_wikidata_alone_or_as_an_address() -> None:
    for text in ("Q20895241", "https://www.wikidata.org/wiki/Q20895241", "wikidata:Q20895241"):
        assert reference("wikidata", text) == "wikidata:Q20895241"
    assert reference("wikidata", "me") == {"@value": "me"}
