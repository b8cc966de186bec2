"""What becomes of a message on a platform that carries less: one table of rules, the same for every channel."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.fitting import WHOLE, fit, is_choice, is_way_out
from handlers.markup import to_plain, width
from handlers.messages import Address, Button, Document, Limits, Outgoing, Rows

TO = Address("fake", "t", "甲")
WIDE = Limits(4096, "utf16", 8, 20, "payload", "free", "free", 10)
FEW_BUTTONS = replace(WIDE, buttons=2)
NO_BUTTONS = replace(WIDE, buttons=0)
PICTURE = Document("码.png", "image/png", b"png")
SHEET = Document("**记录**.xlsx", "application/xlsx", b"xlsx")
WAYS_OUT = (Button("‹ 返回", "c7.2.b"), Button("取消", "c7.2.x"))


def question(*labels: str) -> Outgoing:
    """A question with these options and the ways out."""
    options = tuple((Button(label, f"r7.2.{index}"),) for index, label in enumerate(labels))
    return Outgoing("5", TO, "要开什么会？", (*options, WAYS_OUT))


def test_what_fits_is_sent_as_it_is() -> None:
    message = replace(question("党课", "主题党日"), documents=(PICTURE,), title="开会", replaces="31")
    assert fit(message, WIDE) == (message,)


def test_one_button_too_many_makes_all_of_them_a_numbered_list_and_names_the_ways_out() -> None:
    (message,) = fit(question("党课", "主题党日"), FEW_BUTTONS)
    assert message.buttons == ()
    assert message.body == "要开什么会？\n\n回复数字：\n1. 党课\n2. 主题党日\n\n也可以回复：返回、取消"


def test_as_many_buttons_as_a_platform_has_stay_buttons() -> None:
    message = question("党课", "主题党日")
    assert fit(message, replace(WIDE, buttons=4)) == (message,)
    assert fit(message, replace(WIDE, buttons=3))[0].buttons == ()


def test_a_label_that_is_too_long_for_one_button_makes_a_list_of_all() -> None:
    labels = ("党课", "民主评议党员" * 4)
    assert fit(question(*labels), WIDE)[0].body.endswith(f"1. {labels[0]}\n2. {labels[1]}\n\n也可以回复：返回、取消")
    assert fit(question(labels[0], "长" * 20), WIDE)[0].buttons


def test_without_options_only_the_ways_out_are_named() -> None:
    assert fit(question(), NO_BUTTONS)[0].body == "要开什么会？\n\n也可以回复：返回、取消"


def test_where_a_tap_comes_back_as_its_label_like_labels_become_a_list() -> None:
    by_text = replace(WIDE, tap="text")
    assert fit(question("张三", "张 三"), by_text)[0].body.startswith("要开什么会？\n\n回复数字：\n1. 张三\n2. 张 三")
    assert fit(question("张三", "李四"), by_text)[0].buttons
    assert fit(question("张三", "张 三"), WIDE)[0].buttons, "a payload tells them apart"
    assert fit(question("→", "←"), by_text)[0].buttons, "signs without a letter are told apart too"


def test_a_button_with_an_address_becomes_a_link_and_takes_no_number() -> None:
    rows: Rows = ((Button("看全文", url="https://e.cn/a(1)"),), (Button("党课", "lecture"),))
    (message,) = fit(Outgoing("5", TO, "查到了。", rows), NO_BUTTONS)
    assert message.body == "查到了。\n\n- [看全文](https://e.cn/a(1%29)\n\n回复数字：\n1. 党课"
    assert to_plain(message.body).startswith("查到了。\n\n• 看全文（https://e.cn/a(1%29）")


def test_labels_are_put_into_a_list_as_they_read() -> None:
    (message,) = fit(question("**党课**", "[点](https://e.cn)"), NO_BUTTONS)
    assert "1. **党课**\n2. [点](https://e.cn)" in to_plain(message.body)


def test_only_what_can_be_chosen_has_a_number() -> None:
    assert [is_choice(payload) for payload in ("r7.2.0", "menu", "convene.3", "c7.2.b", "c7.2.x", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert [is_way_out(button) for button in (*WAYS_OUT, Button("签到", "check_in"))] == [True, True, False]


def test_a_long_text_is_split_and_its_buttons_and_files_go_under_the_last_part() -> None:
    message = Outgoing(
        "5", TO, "甲" * 60 + "\n\n" + "乙" * 60, ((Button("菜单", "menu"),),), (PICTURE,), replaces="31", title="记录"
    )
    first, second = fit(message, replace(WIDE, text=100))
    assert (first.id, first.body, first.buttons, first.documents) == ("5", "甲" * 60, (), ())
    assert (second.id, second.body, second.buttons) == ("5.1", "乙" * 60, message.buttons)
    assert second.documents == (PICTURE,)
    assert (first.replaces, second.replaces) == ("31", ""), "only one message can take the place of another"
    assert first.title == second.title == "记录"


@pytest.mark.parametrize(("characters", "parts"), [(99, 1), (100, 1), (101, 2), (300, 3)])
def test_at_the_limit_it_is_one_message_and_one_character_more_makes_two(characters: int, parts: int) -> None:
    assert len(fit(Outgoing("5", TO, "字" * characters), replace(WIDE, text=100, documents=0))) == parts


def test_the_limit_is_in_the_unit_of_the_platform() -> None:
    assert len(fit(Outgoing("5", TO, "😀" * 50), replace(WIDE, text=100))) == 1
    assert len(fit(Outgoing("5", TO, "字" * 50), replace(WIDE, text=100, unit="bytes"))) == 2


def test_what_would_take_more_than_three_parts_is_its_beginning_and_a_file_with_all_of_it() -> None:
    body = "**开头**\n\n" + "\n\n".join(f"第{number}段" + "字" * 40 for number in range(20))
    message = Outgoing("5", TO, body, ((Button("菜单", "menu"),),), (PICTURE,))
    (sent,) = fit(message, replace(WIDE, text=100))
    assert sent.body.startswith("**开头**")
    assert sent.body.endswith(f"……（全文见附件“{WHOLE}”）")
    assert width(to_plain(sent.body), "utf16") <= 100
    assert sent.buttons == message.buttons
    picture, whole = sent.documents
    assert picture == PICTURE
    assert whole.blob == b"\xef\xbb\xbf" + to_plain(body).encode(), "phones take it for GBK without the mark"


@pytest.mark.parametrize(("characters", "parts", "files"), [(300, 3, 0), (301, 1, 1)])
def test_three_parts_are_sent_as_parts_and_four_are_not(characters: int, parts: int, files: int) -> None:
    sent = fit(Outgoing("5", TO, "字" * characters), replace(WIDE, text=100))
    assert (len(sent), len(sent[-1].documents)) == (parts, files)


def test_where_no_file_can_be_sent_all_parts_are() -> None:
    parts = fit(Outgoing("5", TO, "字" * 450), replace(WIDE, text=100, documents=0))
    assert [part.id for part in parts] == ["5", "5.1", "5.2", "5.3", "5.4"]
    assert "".join(part.body for part in parts) == "字" * 450


def test_files_that_cannot_be_sent_are_named() -> None:
    message = Outgoing("5", TO, "会议记录", documents=(PICTURE, SHEET))
    (none,) = fit(message, replace(WIDE, documents=0))
    assert none.documents == ()
    assert to_plain(none.body) == "会议记录\n\n（这里发不了文件：码.png、**记录**.xlsx。请换一个平台查看。）"
    (one,) = fit(message, replace(WIDE, documents=1))
    assert one.documents == (PICTURE,)
    assert to_plain(one.body).endswith("（这里发不了文件：**记录**.xlsx。请换一个平台查看。）")


ALONE = replace(WIDE, caption=100)
"""Where each document goes by itself."""


def test_where_each_document_goes_by_itself_the_words_go_under_the_last_one() -> None:
    message = replace(question("党课"), body="字" * 100, documents=(PICTURE, SHEET), replaces="31")
    first, last = fit(message, ALONE)
    assert (first.id, first.body, first.buttons, first.documents) == ("5", "", (), (PICTURE,))
    assert (last.id, last.body, last.buttons, last.documents) == ("5.1", message.body, message.buttons, (SHEET,))
    assert (first.replaces, last.replaces) == ("", ""), "what comes below cannot take the place of what is above"


@pytest.mark.parametrize(
    ("words", "files", "parts"),
    [("字" * 99, 0, 1), ("字" * 100, 1, 1), ("字" * 101, 1, 2), ("😀" * 51, 2, 3), ("", 2, 2), ("字" * 5000, 1, 3)],
)
def test_words_that_have_no_room_under_a_document_go_before_it_with_the_buttons(
    words: str, files: int, parts: int
) -> None:
    message = replace(question("党课"), body=words, documents=(PICTURE, SHEET)[:files])
    found = fit(message, ALONE)
    assert len(found) == parts
    assert [part.documents for part in found if part.documents] == [(one,) for one in message.documents]
    (tappable,) = (part for part in found if part.buttons)
    assert tappable == next(part for part in reversed(found) if part.body or not words)


LABELS = st.lists(st.text(st.sampled_from("党课会议12 *[😀"), min_size=1, max_size=12).filter(str.strip), max_size=12)


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.sampled_from("党课，会。\n*"), min_size=1, max_size=400).filter(str.strip),
    LABELS,
    st.integers(0, 3),
    st.builds(
        Limits,
        st.integers(150, 300),
        st.sampled_from(["utf16", "bytes"]),
        st.integers(0, 10),
        st.integers(5, 20),
        st.sampled_from(["payload", "text"]),
        st.just("none"),
        st.just("free"),
        st.integers(0, 3),
        st.sampled_from([None, 0, 60, 200]),
    ),
)
def test_whatever_comes_every_part_can_be_carried_and_every_choice_made(
    body: str, labels: list[str], files: int, limits: Limits
) -> None:
    message = replace(question(*labels), body=body, documents=(PICTURE,) * files)
    parts = fit(message, limits)
    assert len({part.id for part in parts}) == len(parts)
    for part in parts:
        assert width(to_plain(part.body), limits.unit) <= limits.text
        buttons = [button for row in part.buttons for button in row]
        assert len(buttons) <= limits.buttons
        assert all(len(button.label) <= limits.label for button in buttons)
        assert len(part.documents) <= limits.documents
        if limits.caption is not None and part.documents:
            assert len(part.documents) == 1
            assert width(to_plain(part.body), limits.unit) <= limits.caption
    if not any(part.buttons for part in parts):
        shown = "".join("".join(to_plain(part.body) for part in parts).split())
        for number, label in enumerate(labels, 1):
            figures = any(other.isdecimal() for other in labels)
            assert "".join((label if figures else f"{number}. {label}").split()) in shown
        assert "返回、取消" in shown


def test_where_a_figure_is_asked_for_no_number_stands_for_a_button() -> None:
    (message,) = fit(question("4", "跳过"), FEW_BUTTONS)
    assert message.body == "要开什么会？\n\n可以直接回复：\n- 4\n- 跳过\n\n也可以回复：返回、取消"
