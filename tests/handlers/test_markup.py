"""The house markup: what a person typed is shown as typed, and a long text is split without a loss."""

from html.parser import HTMLParser
from typing import Literal

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.markup import escape, parse, split, to_plain, to_telegram_html, width

Unit = Literal["utf16", "bytes"]
UNHURRIED = settings(deadline=None, max_examples=60)
UNITS: st.SearchStrategy[Unit] = st.sampled_from(["utf16", "bytes"])

typed = st.text(st.characters(exclude_categories=["Cs"]))
_PIECES = [*"中文党员。！a1 *-[]()>\\_<&", "**", "- ", "> ", "👨‍👩‍👧", "🇨🇳", "e\u0301", "𠮷"]
words = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=30).map("".join)
spans = st.one_of(
    words.map(escape),
    words.map(lambda said: f"**{escape(said)}**"),
    st.lists(st.sampled_from("读本》12"), min_size=1, max_size=6).map(lambda w: f"[{''.join(w)}](https://e.cn/1)"),
)
lines = st.builds(
    lambda sign, parts: sign + "".join(parts), st.sampled_from(["", "", "- ", "> "]), st.lists(spans, max_size=5)
)
bodies = st.lists(lines, min_size=1, max_size=12).map("\n".join)


def seen(*parts: str) -> list[tuple[str, str, str, bool]]:
    """Every visible character with what it looks like: its mark, where it leads, whether it is quoted."""
    return [
        (character, span.mark, span.href, line.kind == "quote")
        for part in parts
        for line in parse(part)
        for span in line.spans
        for character in regex.findall(r"\X", span.text)
        if not character.isspace()
    ]


class _Balance(HTMLParser):
    """Notes the tags that are open; an end that fits none is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_balanced(html: str) -> bool:
    """Whether every tag is closed, the innermost first."""
    balance = _Balance()
    balance.feed(html)
    balance.close()
    return not balance.open


# What a person typed


@UNHURRIED
@given(typed)
def test_what_was_typed_is_shown_as_typed(said: str) -> None:
    assert to_plain(escape(said)) == said


@UNHURRIED
@given(typed.filter(lambda said: said and "\n" not in said))
def test_what_was_typed_stays_in_the_mark_it_is_put_in(said: str) -> None:
    [line] = parse(f"前**{escape(said)}**后")
    assert [(span.mark, span.text) for span in line.spans] == [("text", "前"), ("bold", said), ("text", "后")]
    [line] = parse(f"[{escape(said)}](https://e.cn/)")
    assert [(span.mark, span.text, span.href) for span in line.spans] == [("link", said, "https://e.cn/")]


@UNHURRIED
@given(typed)
def test_what_was_typed_is_no_html(said: str) -> None:
    assert "<" not in to_telegram_html(escape(said)).replace("&lt;", "")


@pytest.mark.parametrize(
    ("body", "plain", "html"),
    [
        ("**应到** 6 人", "应到 6 人", "<b>应到</b> 6 人"),
        ("- 甲\n- 乙", "• 甲\n• 乙", "• 甲\n• 乙"),
        ("> 甲\n> 乙\n丙", "│ 甲\n│ 乙\n丙", "<blockquote>甲\n乙</blockquote>\n丙"),
        (
            "[读本](https://e.cn/?a=1&b=2)",
            "读本（https://e.cn/?a=1&b=2）",
            '<a href="https://e.cn/?a=1&amp;b=2">读本</a>',
        ),
        ("[不是](链接)", "[不是](链接)", "[不是](链接)"),
        ("一颗*星", "一颗*星", "一颗*星"),
        ("**没有完", "**没有完", "**没有完"),
        ("3 > 2 - 1", "3 > 2 - 1", "3 &gt; 2 - 1"),
        ("末尾\\", "末尾\\", "末尾\\"),
    ],
)
def test_the_four_marks_and_what_only_looks_like_them(body: str, plain: str, html: str) -> None:
    assert to_plain(body) == plain
    assert to_telegram_html(body) == html


@UNHURRIED
@given(bodies)
def test_html_is_balanced(body: str) -> None:
    assert is_balanced(to_telegram_html(body))


# Splitting


@UNHURRIED
@given(bodies, st.integers(min_value=50, max_value=300), UNITS)
def test_a_split_loses_no_character_and_no_mark(body: str, limit: int, unit: Unit) -> None:
    assert seen(*split(body, limit, unit)) == seen(body)


@UNHURRIED
@given(bodies, st.integers(min_value=50, max_value=300), UNITS)
def test_each_part_fits_and_is_balanced_and_not_empty(body: str, limit: int, unit: Unit) -> None:
    parts = split(body, limit, unit)
    for part in parts:
        assert width(to_plain(part), unit) <= limit
        assert is_balanced(to_telegram_html(part))
    if len(parts) > 1:
        assert all(part.strip() for part in parts)


@UNHURRIED
@given(bodies, UNITS)
def test_what_fits_is_not_touched(body: str, unit: Unit) -> None:
    assert split(body, width(to_plain(body), unit), unit) == [body]


@UNHURRIED
@given(st.text(st.sampled_from("中文a\n "), max_size=200), st.integers(min_value=1, max_value=5), UNITS)
def test_however_small_the_limit_a_split_comes_to_an_end(body: str, limit: int, unit: Unit) -> None:
    assert "".join("".join(split(body, limit, unit)).split()) == "".join(body.split())


def test_a_cut_is_at_a_paragraph_before_a_line_before_a_sentence() -> None:
    assert split("一二三四\n五六\n\n七八九十\n百", 12, "utf16") == ["一二三四\n五六", "七八九十\n百"]
    assert split("一二三四\n五六七八\n九十百千万亿", 12, "utf16") == ["一二三四\n五六七八", "九十百千万亿"]
    assert split("一二三四。五六七八。九十百千万亿", 12, "utf16") == ["一二三四。五六七八。", "九十百千万亿"]
    assert split("一二三四五六七八九十", 4, "utf16") == ["一二三四", "五六七八", "九十"]


def test_the_units_count_differently() -> None:
    assert (width("党a", "utf16"), width("党a", "bytes")) == (2, 4)
    assert (width("👍", "utf16"), width("👍", "bytes")) == (2, 4)
    assert split("党党党党", 6, "bytes") == ["党党", "党党"]


def test_bold_and_quote_go_on_in_the_next_part() -> None:
    assert split("**一二三四五六**", 4, "utf16") == ["**一二三四**", "**五六**"]
    assert split("> 一二三四五六", 6, "utf16") == ["> 一二三四", "> 五六"]


def test_the_rest_of_a_line_does_not_become_a_bullet() -> None:
    first, second = split("一二三四- 五", 4, "utf16")
    assert (first, to_plain(second)) == ("一二三四", "- 五")


def test_a_good_end_that_would_leave_most_of_a_part_empty_is_passed_over() -> None:
    assert split("甲\n\n乙乙乙乙乙乙乙乙乙乙", 10, "utf16") == ["甲\n\n乙乙乙乙乙乙乙", "乙乙乙"]


def test_a_link_stays_whole_and_one_longer_than_a_part_becomes_words_and_address() -> None:
    link = "[这里](https://e.cn/)"
    assert split(f"甲甲甲甲{link}", width(to_plain(link), "utf16") + 1, "utf16") == ["甲甲甲甲", link]
    parts = split("> 看[这里](https://e.cn/0123456789)。", 12, "utf16")
    assert "".join(to_plain(part).removeprefix("│ ") for part in parts) == "看这里（https://e.cn/0123456789）。"
    assert all(width(to_plain(part), "utf16") <= 12 for part in parts)


def test_a_visible_character_and_an_escaped_one_are_not_cut() -> None:
    family = "👨‍👩‍👧‍👦"
    assert split(f"甲甲{family}乙", width(family, "utf16"), "utf16") == ["甲甲", family, "乙"]
    assert split("甲\\*\\*", 2, "utf16") == ["甲\\*", "\\*"]


@UNHURRIED
@given(words, st.integers(min_value=1, max_value=30), UNITS)
def test_what_was_typed_comes_whole_however_small_the_parts(said: str, limit: int, unit: Unit) -> None:
    parts = split(escape(said), limit, unit)
    assert "".join("".join(map(to_plain, parts)).split()) == "".join(said.split())
    if max(width(character, unit) for character in regex.findall(r"\X", said)) <= limit:
        assert all(width(to_plain(part), unit) <= limit for part in parts)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "tg://user?id=1", "//e.cn", "https://e cn"])
def test_a_link_leads_to_a_web_address_or_is_none(address: str) -> None:
    assert [span.mark for span in parse(f"[这里]({address})")[0].spans] == ["text"]
