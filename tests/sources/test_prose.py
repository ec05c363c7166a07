"""Texts that were read in a wrong encoding, and texts with HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdfkit.sources.prose import garbled, markup, may_be_odd

# Letters of the languages and signs of the sciences that the texts are written in.
_LETTERS = st.sampled_from("äöüßÄÖÜéèêëàâçñõøåÅøłšžčαβγδκμΔΣабвгд–—‘’“”…°±²³µ×→≥•′")


@given(_LETTERS)
def test_what_is_read_as_windows_1252_is_found_and_repaired(letter: str) -> None:
    # Python leaves five bytes without a character, which programs keep as they are.
    wrong = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in letter.encode())
    found = garbled(f"a{wrong}b")
    # A letter before a dash or quotation mark may be meant.
    assert found in ({wrong: letter}, {})
    if letter in "äöüßéèêëàâçñõøåαβγδκμ–“’°µ→≥":
        assert found == {wrong: letter}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "NF-κB α β",
        "Ca²⁺ µm ± 5 °C",
        "café—“quoted”",
        "2.8 Å–3 Å, 5 Å",
        "ESPAÑA– Ö»",
        "à « b »",
        "日本語 שלום",
        "œuvre naïve",
    ],
)
def test_honest_texts(text: str) -> None:
    assert garbled(text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Î²-arrestin, Î²", {"Î²": "β"}),
        ("GÎ²Î³", {"Î²Î³": "βγ"}),
        ("â€“ KRT1", {"â€“": "–"}),
        ("ÃƒÂ¼", {"ÃƒÂ¼": "ü"}),
        ("Â°C", {"Â°": "°"}),
        ("Itâ€™s", {"â€™": "’"}),
        ("x\ufffd\ufffdy", {"\ufffd\ufffd": ""}),
    ],
)
def test_garbled(text: str, found: dict[str, str]) -> None:
    assert may_be_odd(text)
    assert garbled(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<i>x</i> <I>y</I>", ["<i>", "</i>", "<I>", "</I>"]),
        ("a<br/>b<br />", ["<br>"]),
        ('<a href="http://x.org">x</a>', ["<a>", "</a>"]),
        ("R &amp; D, &beta; &#946; &#x3b2;", ["&amp;", "&beta;", "&#946;", "&#x3b2;"]),
        ("a <b and c> d, <Ca2+>, a < b > c, R&D; &nothing; x&y", []),
    ],
)
def test_markup(text: str, found: list[str]) -> None:
    assert markup(text) == found
