"""Readings: what is understood of a file of each format; a broken one is refused, whatever is in it."""

import io
import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.readings import Book, Passage, Unreadable, understand
from knowledge.readings.splitting import LONGEST, SHORTEST
from tests.knowledge.files import epub, pdf, word, zipped

MEETING = "党支部党员大会是党支部的议事决策机构，由全体党员参加，一般每季度召开1次。"
DUES = "党员应当自觉按月交纳党费，有特殊情况的，经党支部同意可以每季度交一次。"
LONG = "支部委员会会议一般每月召开一次，根据需要可以随时召开。" * 40

SCANNED = f"""
支部建设读物

# 支部工作读本

◎本书编写组

## 图书在版编目(CIP)数据

ISBN 978-7-0000-0000-0

# 前 言

{MEETING}这本读本是写给新任支部书记的。

# 目 录

CONTENTS

|   |      |
|---|------|
| 关于开展支部建设年的实施意见 ..... | 1 |
| <b>第一章 组织生活的主要内容和要求 .....</b> | <b>6</b> |
| <b>【重要论述】</b> |     |
| 一、党员大会怎么开 ..... | 7 |
| 二、小结 ..... | 9 |

**第二章 党费的收缴、使用和管理** ..... 18

- 一、交多少 ..... 19
- 二、以创先争优为动力，把党费收缴工作做得更细更实、让每名  
党员都明白 ..... 21
- 三、小结 ..... 24

**附 录**

**破解几个难题** ..... 30

# 关于开展支部建设年的实施意见

{DUES}

## 第一章

# 组织生活的主要内容和要求

### 【重要论述】

{MEETING}

——《关于开展支部建设年的实施意见》

## 一、党员大会怎么开

{MEETING}它的决议要经过应到会有表决权的党员半数以上同意，这一点必须

反复提醒每一位党员。

### 1. 会前

{DUES}

## 二、小 结

{MEETING}

## 第二章 党费的收缴、使用与管理

## 一、交多少

| 月工资 | 比例 |
|---|---|
| 3000元以下 | 0.5% |
| 3000元到5000元 | 1% |

## 三、小结

{DUES}
"""


def places(book: Book) -> list[tuple[str, str, str]]:
    """Where the passages stand."""
    return [(passage.chapter, passage.heading, passage.page) for passage in book.passages]


def scanned() -> Book:
    """The reading above."""
    return understand("ocr_0007.txt", SCANNED.encode())


def test_of_a_scanned_book_chapters_headings_and_the_pages_of_the_contents_are_known() -> None:
    book = scanned()
    assert book.title == "支部工作读本"
    first, second = "第一章 组织生活的主要内容和要求", "第二章 党费的收缴、使用与管理"
    assert places(book)[:8] == [
        ("前言", "", ""),
        ("关于开展支部建设年的实施意见", "", "1—5"),
        (first, "【重要论述】", "6—7"),
        (first, "一、党员大会怎么开", "7—9"),
        (first, "一、党员大会怎么开 1. 会前", "7—9"),
        (first, "二、小结", "9—17"),
        (second, "一、交多少", "19—21"),
        (second, "三、小结", "24—30"),
    ]
    assert book.characters == sum(len(passage.text) for passage in book.passages)


def test_a_paragraph_that_a_page_breaks_is_whole_again() -> None:
    assert scanned().passages[3].text.endswith("这一点必须反复提醒每一位党员。")


def test_what_only_the_contents_name_is_found_with_its_page() -> None:
    book = scanned()
    assert book.passages[8:] == (
        Passage(
            "第二章 党费的收缴、使用和管理",
            "目录",
            "21",
            "二、以创先争优为动力，把党费收缴工作做得更细更实、让每名党员都明白：第21页",
        ),
        Passage("附录", "目录", "30", "破解几个难题：第30页"),
    )
    assert book.warnings == ("目录里有 2 个标题在正文里没有找到，可能只有书的一部分；记下了它们在第几页。",)


def test_imprint_and_contents_are_no_text() -> None:
    text = "\n".join(passage.text for passage in scanned().passages)
    assert not any(word in text for word in ("ISBN", "本书编写组", "CONTENTS", "....."))


def test_a_table_keeps_its_rows() -> None:
    assert scanned().passages[6].text == "月工资｜比例\n3000元以下｜0.5%\n3000元到5000元｜1%"


def test_a_table_of_figures_in_the_text_is_no_contents_page() -> None:
    rows = "\n".join(f"| 第{number}小组 | {number} |" for number in range(1, 12))
    book = understand("名册.md", f"# 概况\n\n{MEETING}\n\n# 人数\n\n{rows}\n\n# 其他\n\n{DUES}".encode())
    assert book.chapters == ("概况", "人数", "其他")
    assert "第11小组｜11" in book.passages[1].text


REGULATION = f"""第一章　总则
第一条　为了加强党支部建设，制定本办法。
第二条　{MEETING}
具体包括：
（一）听取支部委员会工作报告；
（二）讨论重大事项。
第二章　附则
第三条　{DUES}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_plain_text_in_every_encoding_is_read_article_by_article(encoding: str) -> None:
    book = understand("支部办法.txt", REGULATION.encode(encoding))
    assert book.title == "支部办法"
    assert book.chapters == ("第一章 总则", "第二章 附则")
    assert [passage.heading for passage in book.passages] == ["第一条", "第二条", "第三条"]
    assert book.passages[1].text.endswith("具体包括：\n（一）听取支部委员会工作报告；\n（二）讨论重大事项。")
    assert book.warnings == ("没有页码，引用时只写章节。",)


def test_a_file_that_was_cut_off_within_a_character_is_read_up_to_there() -> None:
    assert understand("a.txt", MEETING.encode()[:-1]).passages[0].text == MEETING[:-1]


def test_a_damaged_byte_makes_no_nonsense_of_the_rest() -> None:
    data = MEETING.encode()
    book = understand("a.txt", data[:60] + b"\xff" + data[61:] + DUES.encode())
    assert book.passages[0].text.endswith(DUES)
    assert any("字坏了" in warning for warning in book.warnings)


def test_a_list_of_short_items_is_text_and_not_headings() -> None:
    items = "需要准备的材料有：\n1. 入党申请书\n2. 思想汇报\n3. 政审材料\n"
    book = understand("材料.md", f"## 一、材料\n\n{items}\n## 二、时间\n\n{MEETING}".encode())
    assert book.passages[0].text == "需要准备的材料有：\n1. 入党申请书\n2. 思想汇报\n3. 政审材料"
    assert book.chapters == ("一、材料", "二、时间")


def test_the_only_heading_without_a_number_is_the_title_and_no_chapter() -> None:
    book = understand("x.md", f"# 支部手册\n\n## 发展党员\n\n### 申请\n\n{MEETING}\n\n## 党费\n\n{DUES}".encode())
    assert book.title == "支部手册"
    assert places(book) == [("发展党员", "申请", ""), ("党费", "", "")]


def test_marks_of_markdown_are_not_quoted() -> None:
    book = understand(
        "x.md", f"**注意**：[条例](https://example.org/a)说，`每月`一次。![图](a.png)\n\n- {DUES}".encode()
    )
    assert book.passages[0].text == f"注意：条例说，每月一次。\n{DUES}"


def test_passages_are_of_a_readable_length_and_cut_between_sentences() -> None:
    book = understand("a.txt", f"{LONG}\n{MEETING}\n短句。\n{LONG}".encode())
    assert "".join(passage.text for passage in book.passages).replace("\n", "") == f"{LONG}{MEETING}短句。{LONG}"
    assert all(SHORTEST <= len(passage.text) <= LONGEST + SHORTEST for passage in book.passages)
    assert all(passage.text.endswith("。") for passage in book.passages)


def test_a_sentence_without_end_is_cut_at_its_clauses() -> None:
    book = understand("a.txt", ("加强领导，" * 300).encode())
    assert all(len(passage.text) <= LONGEST + SHORTEST and passage.text.endswith("，") for passage in book.passages)


def test_word_has_its_headings_and_tables_and_tells_what_is_lost() -> None:
    rows = [["类别", "次数"], ["党员大会", "每季度一次"]]
    book = understand("a.docx", word("# 工作手册", "1 组织生活", "一、党员大会", MEETING, rows, "2 党费", DUES))
    assert book.title == "工作手册"
    assert places(book) == [("组织生活", "一、党员大会", ""), ("组织生活", "党费", "")]
    assert book.passages[0].text == f"{MEETING}\n类别｜次数\n党员大会｜每季度一次"


def test_the_contents_of_word_with_a_tab_before_the_page_give_the_pages() -> None:
    contents = ("目录", "第一章 会议\t1", "第二章 党费\t4", "第三章 附则\t9")
    book = understand(
        "手册.docx", word(*contents, "1 第一章 会议", MEETING, "1 第二章 党费", DUES, "1 第三章 附则", MEETING)
    )
    assert [(passage.page, passage.text) for passage in book.passages] == [
        ("1—3", MEETING),
        ("4—8", DUES),
        ("9", MEETING),
    ]


def test_word_without_a_title_is_called_like_its_file() -> None:
    assert understand("资料/值班制度.docx", word(MEETING)).title == "值班制度"


PAGES = [
    ["支部工作手册", "第一章 组织生活", "一、党员大会", MEETING[:20], MEETING[20:] + "主要讨论", "1"],
    ["支部工作手册", "决定重大事项，", "并且选举支部委员。", "（一）程序", DUES, "2"],
    ["第一章 组织生活", DUES, "3"],
    ["支部工作手册", "4"],
    ["第一章 组织生活", MEETING, "5"],
    ["第一章 组织生活", DUES, "6"],
]


TABBED = ["目　录", "第一章 组织生活\t3", "一、党员大会\t4", "第二章 党费\t\t12"]
TABBED_BODY = ["第一章 组织生活", "一、党员大会", MEETING, "第二章 党费", DUES]


@pytest.mark.parametrize("file_name", ["a.txt", "a.docx"])
def test_contents_whose_page_numbers_stand_behind_a_tab_are_understood(file_name: str) -> None:
    lines = [*TABBED, *TABBED_BODY]
    book = understand(file_name, word(*lines) if file_name == "a.docx" else "\n".join(lines).encode())
    assert places(book) == [("第一章 组织生活", "一、党员大会", "4—11"), ("第二章 党费", "", "12")]


def test_the_contents_that_word_makes_by_itself_stand_in_a_frame_and_are_found() -> None:
    with zipfile.ZipFile(io.BytesIO(word(*TABBED_BODY, [["一", "二"]]))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    lines = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in TABBED).replace("\t", "</w:t><w:tab/><w:t>")
    frame = f"<w:body><w:sdt><w:sdtContent>{lines}</w:sdtContent></w:sdt>".encode()
    members["word/document.xml"] = members["word/document.xml"].replace(b"<w:body>", frame)
    book = understand("a.docx", zipped(members))
    assert places(book) == [("第一章 组织生活", "一、党员大会", "4—11"), ("第二章 党费", "", "12")]
    assert book.passages[1].text == f"{DUES}\n一｜二"


def test_pdf_has_the_printed_pages_without_running_titles_and_with_whole_paragraphs() -> None:
    book = understand("a.pdf", pdf([["支部工作手册"], ["目次"], *PAGES], title="支部工作手册"))
    assert book.title == "支部工作手册"
    assert places(book)[0] == ("第一章 组织生活", "一、党员大会", "1—2")
    assert book.passages[0].text.endswith(f"{MEETING}主要讨论决定重大事项，并且选举支部委员。")
    assert {passage.heading for passage in book.passages[1:]} == {"一、党员大会 （一）程序"}
    assert [passage.page for passage in book.passages[1:]] == ["2—6"]
    assert "第一章" not in "".join(passage.text for passage in book.passages)


def test_the_contents_of_a_pdf_are_no_text_also_where_nothing_says_so() -> None:
    titles = ["第一章 组织生活", "一、党员大会", "二、支委会", "第二章 党费", "一、标准", "二、使用"]
    contents = [f"{title} ................ {at}" for at, title in enumerate(titles, 2)]
    pages = [contents, *([title, MEETING] for title in titles)]
    book = understand("a.pdf", pdf(pages, title="手册"))
    assert places(book)[0] == ("第一章 组织生活", "", "2")
    assert [passage.page for passage in book.passages] == ["2", "3", "4", "5", "6", "7"]
    assert {passage.text for passage in book.passages} == {MEETING}


def test_a_list_with_figures_is_no_contents_page() -> None:
    rows = [f"茶叶{kind}种………{at}" for at, kind in enumerate("甲乙丙丁戊己庚", 11)]
    book = understand("价目.txt", "\n".join(["第一章 价目", *rows, "第二章 说明", DUES]).encode())
    assert book.passages[0].text == "\n".join(rows)


def test_what_a_bookmark_names_is_a_heading_on_its_page_though_it_is_broken_into_lines() -> None:
    pages = [["支部工作经验", "汇编之一", MEETING], [DUES, "——《支部工作经验汇编之一》"]]
    book = understand("a.pdf", pdf(pages, title="经验", bookmark="支部工作经验 汇编之一"))
    assert places(book) == [("支部工作经验 汇编之一", "", "1—2")]
    assert book.passages[0].text == f"{MEETING}\n{DUES}\n——《支部工作经验汇编之一》"


def test_pdf_without_printed_numbers_counts_its_pages_and_names_the_scanned_ones() -> None:
    book = understand("值班.pdf", pdf([[MEETING, DUES], [], [DUES, MEETING]], title="Microsoft Word - 值班.doc"))
    assert book.title == "值班"
    assert [passage.page for passage in book.passages] == ["1—3"]
    assert "有 1 页没有文字，多半是扫描的图片，没有读进来。" in book.warnings


def test_an_e_book_is_read_in_the_order_of_its_spine_with_the_pages_it_marks() -> None:
    first = (
        f'<span epub:type="pagebreak" title="7"/><h1>第一章</h1><h2>组织生活</h2><p>{MEETING}</p><ul><li>学习</li></ul>'
    )
    second = (
        f'<h1>第二章 党费</h1><p>{DUES}<span role="doc-pagebreak" aria-label="8"></span></p>'
        f"<table><tr><td>工资</td><td>比例</td></tr></table><script>x()</script><p>{LONG}</p>"
    )
    book = understand("a.epub", epub(first, second, title="支部手册"))
    assert (book.title, book.chapters) == ("支部手册", ("第一章 组织生活", "第二章 党费"))
    assert book.passages[0] == Passage("第一章 组织生活", "", "7", f"{MEETING}\n学习")
    assert book.passages[1].text.startswith(f"{DUES}\n工资｜比例\n支部委员会")
    assert book.passages[-1].page == "8"


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "nothing in it": ("a.txt", b" \n", "空"),
    "no text in it": ("a.md", b"---\n***\n", "没有读到"),
    "another ending": ("a.exe", b"MZ", "不认识"),
    "no ending": ("readme", b"x", "后缀"),
    "old Word": ("a.doc", b"x", "另存为 .docx"),
    "too large": ("a.txt", b"a" * 50_000_001, "太大"),
    "no text at all": ("a.txt", bytes(range(256)) * 4, "读不出文字"),
    "a scan": ("a.pdf", pdf([[], []]), "扫描"),
    "a password": ("a.pdf", pdf([[MEETING]], encrypted=True), "密码"),
    "no PDF": ("a.pdf", MEETING.encode(), "打不开"),
    "no archive": ("a.docx", b"PK\x03\x04 not really", "打不开"),
    "another archive": ("a.docx", zipped({"a.txt": b"a"}), "打不开"),
    "an e-book without a package": ("a.epub", zipped({"mimetype": b"application/epub+zip"}), "打不开"),
    "a bomb": ("a.epub", zipped({"bomb": b"0" * 200_000_001}), "太大"),
    "a bomb in Word": ("a.docx", zipped({"word/document.xml": b"0" * 200_000_001}), "太大"),
    "another compression": ("a.epub", zipped({"a": b"a"}, zipfile.ZIP_LZMA), "打不开"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence(name: str) -> None:
    file_name, data, reason = REFUSED[name]
    with pytest.raises(Unreadable, match=reason):
        understand(file_name, data)


def test_an_archive_that_says_less_than_it_unfolds_to_is_refused() -> None:
    true = zipped({"META-INF/container.xml": b"0" * 1_000_000})
    # Both headers of the member say one byte.
    lying = true.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 1))
    with pytest.raises(Unreadable, match="打不开"):
        understand("a.epub", lying)


def test_entities_that_unfold_without_end_stay_folded() -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {two} '{f'&{one};' * 10}'>" for one, two in pairwise("abcdefghij")
    )
    book = understand("a.epub", epub(f"{bomb}]><p>{MEETING}&j;</p>", title="手册"))
    assert book.characters < 1000
    with zipfile.ZipFile(io.BytesIO(word(MEETING))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/document.xml"] = members["word/document.xml"].replace(
        b"<w:document", f"{bomb}]><w:document".encode(), 1
    )
    members["word/document.xml"] = members["word/document.xml"].replace(b"</w:t>", b"&j;</w:t>")
    # libxml2 refuses it, or leaves the entity as it is; which of the two depends on its version.
    other = understood_or_refused("a.docx", zipped(members))
    assert other is None or other.characters < 1000


@pytest.mark.parametrize(
    "pattern", ["<a ", "<!--", "<![CDATA[", "<", "&#", "</", "<a b='", "[", "**", "......1\n", "# a\n"]
)
def test_what_costs_some_parsers_minutes_is_read_at_once(pattern: str) -> None:
    # The time-out of every test is the limit here; a parser that goes back and forth needs hours for these.
    for file_name, data in (("a.md", pattern * 50_000), ("a.epub", pattern * 50_000)):
        understood_or_refused(file_name, epub(f"<p>{MEETING}</p>{data}") if "epub" in file_name else data.encode())


def understood_or_refused(file_name: str, data: bytes) -> Book | None:
    """The book, whose passages can be kept, or None; anything else is a fault."""
    try:
        book = understand(file_name, data)
    except Unreadable:
        return None
    assert book.passages
    assert book.title
    for passage in book.passages:
        assert passage.text.strip()
        assert "\x00" not in f"{passage}"
        assert len(passage.page) <= 20
        f"{passage} {book.title}".encode()
    return book


SOUND: dict[str, Callable[[], bytes]] = {
    "a.txt": SCANNED.encode,
    "a.md": REGULATION.encode,
    "a.docx": lambda: word("# 手册", "1 组织生活", MEETING, [["一", "二"]], "2 党费", DUES),
    "a.pdf": lambda: pdf(PAGES, title="手册"),
    "a.epub": lambda: epub(f"<h1>第一章</h1><p>{MEETING}</p>", f"<p>{DUES}</p>", title="手册"),
}


@pytest.mark.parametrize("file_name", SOUND)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(min_size=1, max_size=300))
def test_random_bytes_are_a_book_or_refused(file_name: str, data: bytes) -> None:
    understood_or_refused(file_name, data)


@pytest.mark.parametrize("file_name", SOUND)
@settings(max_examples=60, deadline=None)
@given(
    damage=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=8)
)
def test_a_damaged_file_is_a_book_or_refused(file_name: str, damage: list[tuple[int, bytes, int]]) -> None:
    data = SOUND[file_name]()
    for at, put, taken in damage:
        place = at % len(data)
        data = data[:place] + put + data[place + taken :]
    understood_or_refused(file_name, data)


@pytest.mark.parametrize("file_name", ["a.docx", "a.epub"])
@settings(max_examples=60, deadline=None)
@given(damage=st.tuples(st.integers(0, 10**6), st.binary(max_size=6), st.integers(0, 40)), which=st.integers(0, 30))
def test_an_archive_with_a_damaged_member_is_a_book_or_refused(
    file_name: str, damage: tuple[int, bytes, int], which: int
) -> None:
    with zipfile.ZipFile(io.BytesIO(SOUND[file_name]())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(members)[which % len(members)]
    at, put, taken = damage
    place = at % (len(members[name]) + 1)
    members[name] = members[name][:place] + put + members[name][place + taken :]
    understood_or_refused(file_name, zipped(members))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("第一二三章条、。；：，（）12. #*|-…\n\t 党支部目录会议"), max_size=400))
def test_no_word_of_a_text_is_lost_or_made_up(text: str) -> None:
    book = understood_or_refused("文件.md", text.encode())
    if book is not None and not any("目录" in passage.heading for passage in book.passages):
        said = {character for passage in book.passages for character in passage.text}
        assert said <= {*text, "｜", " "}
