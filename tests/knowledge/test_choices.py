"""What a reply to a list means: numbers, labels, letters, slips; and what must never be taken for an option."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.choices import (
    PersonKey,
    by_pinyin,
    match_many,
    match_option,
    match_person,
    whole_number,
    without_numbering,
    yes_no,
)

MEETINGS = ["支部党员大会", "支委会会议", "党小组会", "党课", "主题党日", "组织生活会", "民主评议党员"]
NESTED = ["党员大会", "支部党员大会"]
PREFIXED = ["党课", "党课报告"]
COMING = ["参加", "请假"]
OPPOSED = ["不参加", "请假"]
BRANCHES = ["第二党支部", "第一党支部", "机关支部"]
TEAMS = ["2组", "1组", "3组"]
EMOJI = ["👍 好", "👎 不好", "🤷"]
FILES = ["Word 文件", "照片"]


@pytest.mark.parametrize(
    ("reply", "labels", "chosen"),
    [
        # numbers, in every way they are typed
        *[(reply, MEETINGS, "支委会会议") for reply in ("2", "２", "二", "②", "2️⃣", "2.", "2、", "（2）", "2）", " 2 ")],
        *[
            (reply, MEETINGS, "支委会会议")
            for reply in ("第二", "第二个", "第2项", "选2", "选第二个", "我选2", "2吧", "2号", "两")
        ],
        ("七", MEETINGS, "民主评议党员"),
        # labels, whole and in part
        ("党课", MEETINGS, "党课"),
        ("黨課", MEETINGS, "党课"),
        (" 党 课 ", MEETINGS, "党课"),
        ("党课。", MEETINGS, "党课"),
        ("“党课”", MEETINGS, "党课"),
        ("党课吧", MEETINGS, "党课"),
        ("我们开党课", MEETINGS, "党课"),
        ("支委会", MEETINGS, "支委会会议"),
        ("党员大会", MEETINGS, "支部党员大会"),
        ("生活会", MEETINGS, "组织生活会"),
        ("民主评议", MEETINGS, "民主评议党员"),
        # labels that hold each other
        ("党员大会", NESTED, "党员大会"),
        ("支部党员大会", NESTED, "支部党员大会"),
        ("开党员大会", NESTED, "党员大会"),
        ("开支部党员大会吧", NESTED, "支部党员大会"),
        ("支部大会", NESTED, "支部党员大会"),
        ("党课", PREFIXED, "党课"),
        ("党课报告", PREFIXED, "党课报告"),
        ("1", PREFIXED, "党课"),
        # letters
        ("dk", MEETINGS, "党课"),
        ("DK", MEETINGS, "党课"),
        ("zbdydh", MEETINGS, "支部党员大会"),
        ("dydh", MEETINGS, "支部党员大会"),
        ("dangke", MEETINGS, "党课"),
        ("dang ke", MEETINGS, "党课"),
        ("dangyuandahui", MEETINGS, "支部党员大会"),
        ("zhutidangr", MEETINGS, "主题党日"),
        ("word", FILES, "Word 文件"),
        ("zp", FILES, "照片"),
        # slips and homophones
        ("民住评议党员", MEETINGS, "民主评议党员"),
        ("主题当日", MEETINGS, "主题党日"),
        ("请加", COMING, "请假"),
        ("情假", COMING, "请假"),
        ("组织生活绘", MEETINGS, "组织生活会"),
        # a digit or an ordinal in the label
        ("1", TEAMS, "2组"),
        ("1组", TEAMS, "1组"),
        ("一组", TEAMS, "1组"),
        ("第二", BRANCHES, "第二党支部"),
        ("第2", BRANCHES, "第二党支部"),
        ("第二个", BRANCHES, "第一党支部"),
        ("2", BRANCHES, "第一党支部"),
        ("第一党支部", BRANCHES, "第一党支部"),
        ("2支部", BRANCHES, "第二党支部"),
        ("3", ["3", "5", "7"], "3"),
        ("7", ["3", "5", "7"], "7"),
        # emoji
        ("👍 好", EMOJI, "👍 好"),
        ("🤷", EMOJI, "🤷"),
        ("好", EMOJI, "👍 好"),
        ("不好", EMOJI, "👎 不好"),
        ("党课👍", MEETINGS, "党课"),
    ],
)
def test_a_reply_is_taken_for_the_option_it_means(reply: str, labels: list[str], chosen: str) -> None:
    match = match_option(reply, labels)
    assert match.index is not None
    assert labels[match.index] == chosen
    assert match.kind not in ("ambiguous", "none")


@pytest.mark.parametrize(
    ("reply", "labels"),
    [
        *[(reply, MEETINGS) for reply in ("0", "8", "99", "-1", "第八个", "1.5", "1 2", "12345", "八", "零", "1/2")],
        *[
            (reply, MEETINGS)
            for reply in ("", " ", "。", "👍", "🙂🙂", "吃饭了吗", "明天下午三点", "hello", "x", "开", "课")
        ],
        *[(reply, COMING) for reply in ("不参加", "不能参加", "没参加", "不请假", "别请假了", "bucanjia", "取消参加")],
        *[(reply, OPPOSED) for reply in ("参加", "canjia", "我参加")],
        *[("党课" * 2000, MEETINGS), ("党" * 4000, MEETINGS), ("a" * 4000, MEETINGS), ("1" * 4000, MEETINGS)],
        *[("会", MEETINGS), ("大会", NESTED), ("党支部", BRANCHES), ("1", []), ("党课", [])],
        *[("张三", ["张三（1234）", "张三（5678）"]), ("党课", ["党课", "党课"])],
    ],
)
def test_what_means_no_option_or_several_is_not_taken_for_one(reply: str, labels: list[str]) -> None:
    assert match_option(reply, labels).index is None


def test_what_could_be_several_names_them() -> None:
    assert match_option("大会", NESTED).near == (0, 1)
    assert match_option("张三", ["张三（1234）", "李四", "张三（5678）"]).near == (0, 2)
    assert match_option("不参加", COMING).near == (0,)


@pytest.mark.parametrize("labels", [MEETINGS, NESTED, PREFIXED, COMING, OPPOSED, BRANCHES, TEAMS, EMOJI, FILES])
def test_every_option_can_be_typed_by_number_and_by_label(labels: list[str]) -> None:
    for index, label in enumerate(labels):
        assert match_option(str(index + 1), labels).index == index
        assert match_option(label, labels).index == index


@given(st.text(), st.lists(st.text(), max_size=5))
def test_no_text_breaks_the_matching(reply: str, labels: list[str]) -> None:
    match = match_option(reply, labels)
    assert match.index is None or 0 <= match.index < len(labels)
    named = match_many(reply, labels)
    assert named is None or named == sorted(set(named))
    people = [PersonKey(label, "1234") for label in labels]
    assert all(0 <= index < len(people) for index in match_person(reply, people))
    whole_number(reply)
    without_numbering(reply)
    yes_no(reply)


NAMES = ["张三", "李四", "王五", "张和平", "王 芳", "张三丰"]


@pytest.mark.parametrize(
    ("reply", "chosen"),
    [
        ("张三", ["张三"]),
        ("张三、李四", ["张三", "李四"]),
        ("李四，张三", ["张三", "李四"]),
        ("张三 李四", ["张三", "李四"]),
        ("张三和李四", ["张三", "李四"]),
        ("张三、李四和王五", ["张三", "李四", "王五"]),
        ("张三以及王五", ["张三", "王五"]),
        ("张和平", ["张和平"]),
        ("张和平、李四", ["李四", "张和平"]),
        ("张和平和李四", ["李四", "张和平"]),
        ("王芳、李四", ["李四", "王 芳"]),
        ("王 芳", ["王 芳"]),
        ("张三李四", ["张三", "李四"]),
        ("张三丰李四", ["李四", "张三丰"]),
        ("1 2", ["张三", "李四"]),
        ("1、3", ["张三", "王五"]),
        ("1,3,3", ["张三", "王五"]),
        ("1.3", ["张三", "王五"]),
        ("1和3", ["张三", "王五"]),
        ("第一个和第三个", ["张三", "王五"]),
        ("1-3", ["张三", "李四", "王五"]),
        ("2到4", ["李四", "王五", "张和平"]),
        ("ls ww", ["李四", "王五"]),
        ("全部", NAMES),
        ("全选", NAMES),
        ("都不选", []),
        ("没有", []),
        ("张三\n李四", ["张三", "李四"]),
    ],
)
def test_several_can_be_named_at_once(reply: str, chosen: list[str]) -> None:
    named = match_many(reply, NAMES)
    assert named is not None
    assert [NAMES[index] for index in named] == chosen


@pytest.mark.parametrize(
    "reply",
    [
        *["", " ", "、", "张三和赵六", "张三、赵六", "赵六", "除了张三", "张三7", "0", "7", "1、7", "5-9", "3-1", "👍"],
        *["张四" * 2000, "张三" * 2000 + "丁", "1 " * 2000 + "9", "不是张三"],
    ],
)
def test_nothing_is_chosen_when_a_part_is_not_understood(reply: str) -> None:
    assert match_many(reply, NAMES) is None


PEOPLE = [
    PersonKey("王桂兰", "1001"),
    PersonKey("王建国", "1002"),
    PersonKey("李建国", "1003"),
    PersonKey("王建国", "1004"),
    PersonKey("曾小明", "1005"),
    PersonKey("单芳", "1006"),
    PersonKey("阿依古丽·买买提", "1007"),
    PersonKey("李明", "1008"),
    PersonKey("李明华", "1008"),
]


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("王桂兰", [0]),
        ("王 桂 兰", [0]),
        ("王桂蘭", [0]),
        ("王桂兰同志", [0]),
        ("就是王桂兰", [0]),
        ("wgl", [0]),
        ("WGL", [0]),
        ("wangguilan", [0]),
        ("wang gui lan", [0]),
        ("wangguilang", [0]),
        ("桂兰", [0]),
        ("王贵兰", [0]),
        ("王桂南", [0]),
        ("王桂花", [0]),
        ("王兰桂", [0]),
        ("1001", [0]),
        ("王桂兰1001", [0]),
        ("王桂兰（1001）", [0]),
        ("尾号1001", [0]),
        ("手机尾号是1001", [0]),
        ("13812341001", [0]),
        ("王建国", [1, 3]),
        ("王建国1004", [3]),
        ("wjg1002", [1]),
        ("wjg", [1, 3]),
        ("建国", [1, 2, 3]),
        ("王", [0, 1, 3]),
        ("zxm", [4]),
        ("cxm", [4]),
        ("zengxiaoming", [4]),
        ("曾晓明", [4]),
        ("shanfang", [5]),
        ("sf", [5]),
        ("阿依古丽", [6]),
        ("买买提", [6]),
        ("李明", [7]),
        ("李明华", [8]),
        ("李明华同志", [8]),
        ("lm", [7]),
        ("1008", [7, 8]),
        ("李明1008", [7]),
    ],
)
def test_a_person_is_found_by_whatever_people_know(reply: str, found: list[int]) -> None:
    assert match_person(reply, PEOPLE) == found


@pytest.mark.parametrize(
    "reply",
    [
        *["", "  ", "👤", "赵六", "9999", "王桂兰9999", "12", "100", "zzz", "不是王桂兰", "x" * 4000, "王桂兰" * 1000],
        *["昨天下午王桂兰同志到我家来过一趟", "1" * 4000],
    ],
)
def test_nobody_is_found_by_what_names_nobody(reply: str) -> None:
    assert match_person(reply, PEOPLE) == []


def test_people_are_listed_in_the_order_their_names_are_read() -> None:
    assert sorted(["曾小明", "陈静", "单芳", "丁一"], key=by_pinyin) == ["陈静", "丁一", "单芳", "曾小明"]


YES = (
    "是 好 好的 好的。 行 行吧 可以 可以的 嗯 嗯嗯嗯 对 对对对 對 是的呢 没错 没问题 OK ok！ Ok的 👌 👍🏻 ✅ 确认 確認 "
    "1 中 好，没问题"
)
NO = "不 不是 不行 否 不用了 不要 不对 不對 错了 ❌ 👎 no NO 别 没 没有 2 不，不对 算了"
NEITHER = "好好好好好好好好好好好好 也许 是不是 对不起 好像 不知道 明天 是，不对 👍👎 3 。。。 不是不行 好不好"


@pytest.mark.parametrize("reply", YES.split())
def test_yes_is_heard(reply: str) -> None:
    assert yes_no(reply) is True


@pytest.mark.parametrize("reply", NO.split())
def test_no_is_heard(reply: str) -> None:
    assert yes_no(reply) is False


@pytest.mark.parametrize("reply", [*NEITHER.split(), "", " ", "好" * 4000 + "坏"])
def test_what_is_neither_yes_nor_no_is_not_guessed(reply: str) -> None:
    assert yes_no(reply) is None


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        *[
            ("12", 12),
            ("１２", 12),
            ("十二", 12),
            ("12人", 12),
            ("12 人", 12),
            ("12名。", 12),
            ("共12人", 12),
            ("一共12个", 12),
        ],
        *[
            ("①", 1),
            ("⑳", 20),
            ("3️⃣", 3),
            ("0", 0),
            ("零", 0),
            ("两", 2),
            ("俩", 2),
            ("十", 10),
            ("一十", 10),
            ("三十", 30),
        ],
        *[
            ("一百零五", 105),
            ("一百五", 150),
            ("二百五十", 250),
            ("一千二百", 1200),
            ("三千五", 3500),
            ("二〇二六", 2026),
        ],
        *[
            ("1,200", 1200),
            ("1，200", 1200),
            ("007", 7),
            ("一万", 10000),
            ("12位", 12),
            ("12票", 12),
            ("500元", 500),
            ("12次", 12),
        ],
        ("9月", 9),
        ("30%", 30),
        ("50张", 50),
    ],
)
def test_a_whole_number_is_read(reply: str, number: int) -> None:
    assert whole_number(reply) == number


@pytest.mark.parametrize(
    "reply",
    [
        *[
            "",
            " ",
            "人",
            "-3",
            "3.5",
            "1/2",
            "三四",
            "十几",
            "十十",
            "百",
            "大概12",
            "12或13",
            "abc",
            "👍",
            "1 2",
            "第三",
        ],
        *["1" * 4000, "一" * 4000, "1234567890", "1,2,3", "1,20"],
    ],
)
def test_what_is_no_whole_number_is_none(reply: str) -> None:
    assert whole_number(reply) is None


@pytest.mark.parametrize(
    ("line", "point"),
    [
        *[
            (f"{sign}学习文件", "学习文件")
            for sign in ("1、", "1.", "1．", "1) ", "1）", "（1）", "(1)", "1，", "1: ", "10、")
        ],
        *[
            (f"{sign}学习文件", "学习文件")
            for sign in ("一、", "（二）", "十一、", "①", "⑴", "1️⃣ ", "- ", "-", "• ", "·", "* ")
        ],
        ("  2、 讨论  ", "讨论"),
        ("3.5亿元的项目", "3.5亿元的项目"),
        ("10:30 集合", "10:30 集合"),
        ("12.5 会议总结", "12.5 会议总结"),
        ("2026年计划", "2026年计划"),
        ("3名同志转正", "3名同志转正"),
        ("一是学习", "一是学习"),
        ("1. 5个支部汇报", "5个支部汇报"),
        ("1、", ""),
        ("", ""),
    ],
)
def test_only_the_numbering_is_taken_off_a_line(line: str, point: str) -> None:
    assert without_numbering(line) == point


def test_lone_surrogates_are_no_worse_than_other_text() -> None:
    with suppress(UnicodeError):
        match_option("\ud800", MEETINGS)
