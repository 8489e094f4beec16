from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.news.mentions import canonical_url, clean_title, folded, matches, story

PEOPLE = {"en": ["refugee", "asylum"], "tr": ["mülteci", "sığınmacı"], "el": ["πρόσφυγ", "προσφυγ"], "ar": ["لاجئ", "نازح"]}
PLACES = {"en": ["Greece", "Idlib"], "tr": ["İdlib", "Yunanistan"], "el": ["Ελλάδ", "Έβρο"], "ar": ["إدلب", "تركيا"]}


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTPS://A.Example/X", "https://a.example/X"),
        ("https://a.example/x#top", "https://a.example/x"),
        ("https://a.example/x?utm_source=a&utm_medium=b", "https://a.example/x"),
        ("https://a.example/x?at_medium=RSS&at_campaign=rss", "https://a.example/x"),
        ("https://a.example/x?fbclid=1&id=7", "https://a.example/x?id=7"),
        ("https://a.example/?p=7", "https://a.example/?p=7"),
        ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
        ("https://a.example/haber/mülteci", "https://a.example/haber/m%C3%BClteci"),
    ],
)
def test_an_address_is_brought_to_one_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical_url(canonical)
    assert "utm_" not in canonical_url(url)
    assert "#" not in canonical_url(url)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?id=1", "https://a.example/x?id=2"),
        ("https://a.example/x", "https://a.example/y"),
        ("https://a.example/x", "https://b.example/x"),
        ("https://a.example/X", "https://a.example/x"),  # only the host has no capitals
    ],
)
def test_two_articles_keep_two_addresses(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@settings(deadline=None)
@given(
    st.from_regex(
        r"https?://[a-zA-Z]{1,8}\.example/([a-zA-Z0-9_-]{1,5}/?){1,3}(\?[a-z_]{1,9}=[a-z0-9]{0,3}(&[a-z]{1,3}=[a-z]{1,2})?)?(#[a-z]{0,3})?",
        fullmatch=True,
    )
)
def test_an_address_in_one_form_stays_as_it_is(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_text_after_a_scheme_breaks_the_run(text: str) -> None:
    assert isinstance(canonical_url(f"https://{text}"), str)


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "", "urn:uuid:1", "//a.example/x", "http://a.example:port/"])
def test_what_is_no_address_does_not_end_the_run(url: str) -> None:
    assert isinstance(canonical_url(url), str)


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("Plain", "Plain"),
        ("Greece &amp; Turkey", "Greece & Turkey"),
        ("Greece &amp;amp; Turkey", "Greece & Turkey"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("<i>Idlib</i>: why?", "Idlib: why?"),
        ("Turkey &#8211; Greece", "Turkey – Greece"),
        ("Lesbos , Greece : a camp .", "Lesbos, Greece: a camp."),
        ("Turkey ' s border", "Turkey's border"),
        ("Turkey 's border", "Turkey's border"),
        ("Türkiye ' nin sınırı", "Türkiye'nin sınırı"),
        ("a\x00b\x07c\nd\te", "a b c d e"),
        ("  many   blanks ", "many blanks"),
        ("", ""),
        (" \n ", ""),
        ("100 % of 5 < 6", "100% of 5 < 6"),
    ],
)
def test_a_title_becomes_one_line_of_plain_text(title: str, clean: str) -> None:
    assert clean_title(title) == clean


@pytest.mark.parametrize("title", ["The ' Jungle ' of Calais", "A ' pushback ' in Greece"])
def test_words_in_quotation_marks_keep_their_blanks(title: str) -> None:
    assert " ' " in clean_title(title)


@settings(deadline=None)
@given(st.text())
def test_a_clean_title_has_no_control_characters_and_no_outer_blanks(title: str) -> None:
    clean = clean_title(title)
    assert clean == clean.strip()
    assert clean.isprintable() or not any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in clean)
    assert "\n" not in clean


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İDLİB", "idlib"),
        ("Idlib", "ıdlıb"),
        ("MÜLTECİ", "mülteci"),
        ("SIĞINMACI", "sığınmacı"),
        ("ΠΡΟΣΦΥΓΕΣ", "πρόσφυγες"),
        ("Έβρος", "ΕΒΡΟΣ"),
        ("إدلب", "ادلب"),
        ("Türkiye", "Turkiye"),
        ("Ü", "U\u0308"),
    ],
)
def test_one_word_in_two_spellings_is_one_word(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Refugees in Greece", True),
        ("refugees", False),
        ("Greece", False),
        ("", False),
        ("Asylum in Greeceland", True),  # from the beginning of a word on
        ("antirefugee Greece", False),
        ("anti-refugee mood in Greece", True),
        ("Sığınmacılar Yunanistan'da", True),
        ("MÜLTECİLER İDLİB'DEN", True),
        ("Οι πρόσφυγες στον Έβρο", True),
        ("ΠΡΟΣΦΥΓΕΣ ΣΤΟΝ ΕΒΡΟ", True),
        ("اللاجئون في تركيا", True),
        ("وصل لاجئون إلى إدلب", True),
        ("للاجئين بتركيا", True),
        ("والنازحين بادلب", True),
        ("كلاجئ في تركيا", False),  # "as a refugee": not one of the prefixes that are known
        ("لاجئ", False),
    ],
)
def test_a_text_must_name_one_of_the_people_and_one_of_the_places(text: str, found: bool) -> None:
    assert matches(text, PEOPLE, PLACES) is found


@pytest.mark.parametrize("term", ["c++", "(a", "a.b", "[x"])
def test_a_term_is_a_text_and_no_pattern(term: str) -> None:
    assert matches(f"see {term} here", {"en": [term]})
    assert not matches("something else", {"en": [term]})


def test_a_group_without_terms_is_named_by_nothing() -> None:
    assert not matches("Refugees in Greece", PEOPLE, {})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Refugees reach Greece!", "refugees reach – Greece", True),
        ("Greece: “Refugees”", 'Greece "refugees"', True),
        ("Refugees reach Greece", "Refugees leave Greece", False),
        ("5,000 refugees", "6,000 refugees", False),
    ],
)
def test_syndicated_copies_are_one_story(one: str, other: str, same: bool) -> None:
    assert (story(one) == story(other)) is same
