"""Days and times as people say them, seen from several moments; what does not exist; what is no date."""

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.dates import DateProblem, format_moment, read_day, read_moment

MONDAY = datetime.fromisoformat("2026-11-23 10:00")
SUNDAY = datetime.fromisoformat("2026-11-29 20:00")
MONTH_END = datetime.fromisoformat("2026-11-30 09:00")
YEAR_END = datetime.fromisoformat("2026-12-31 23:50")
LEAP_DAY = datetime.fromisoformat("2028-02-29 08:00")
HOLIDAY = datetime.fromisoformat("2026-10-03 12:00")

FROM_A_MONDAY = {
    # the day beside us
    "今天下午三点": "2026-11-23 15:00",
    "今日15时": "2026-11-23 15:00",
    "今晚七点": "2026-11-23 19:00",
    "明天": "2026-11-24",
    "明天上午9点": "2026-11-24 09:00",
    "明早八点": "2026-11-24 08:00",
    "明儿下午4点": "2026-11-24 16:00",
    "明天中午": "2026-11-24 12:00",
    "明天中午1点": "2026-11-24 13:00",
    "后天": "2026-11-25",
    "后天下午": "2026-11-25",
    "後天下午三點": "2026-11-25 15:00",
    "大后天晚上8点": "2026-11-26 20:00",
    "昨天": "2026-11-22",
    "大前天上午10点": "2026-11-20 10:00",
    "明儿头晌九点": "2026-11-24 09:00",
    "明天晌午": "2026-11-24 12:00",
    "后天后晌3点": "2026-11-25 15:00",
    # a meeting from three to five begins at three
    "明天下午3点到5点": "2026-11-24 15:00",
    "明天下午两点半至下午四点半": "2026-11-24 14:30",
    "明天14:30-16:00": "2026-11-24 14:30",
    "明天下午差五分到三点": "2026-11-24 14:55",
    # weekdays
    "周三": "2026-11-25",
    "周一": "2026-11-23",
    "周一上午9点": "2026-11-30 09:00",
    "周一下午3点": "2026-11-23 15:00",
    "这周五": "2026-11-27",
    "本周五下午2点半": "2026-11-27 14:30",
    "周五下午2点半": "2026-11-27 14:30",
    "礼拜3": "2026-11-25",
    "礼拜天上午": "2026-11-29",
    "星期天": "2026-11-29",
    "星期日晚上7点": "2026-11-29 19:00",
    "周日": "2026-11-29",
    "週三下午三點": "2026-11-25 15:00",
    "下周三下午三点": "2026-12-02 15:00",
    "下周3下午3点钟": "2026-12-02 15:00",
    "下周三 15:00": "2026-12-02 15:00",
    "下个星期三": "2026-12-02",
    "下个礼拜三三点半": "2026-12-02 15:30",
    "下周日": "2026-12-06",
    "下下周一上午九点": "2026-12-07 09:00",
    "上周五": "2026-11-20",
    "上上周一": "2026-11-09",
    "下週三下午三點": "2026-12-02 15:00",
    # days of a month
    "25号下午三点": "2026-11-25 15:00",
    "23号": "2026-11-23",
    "22号": "2026-12-22",
    "31号": "2026-12-31",
    "这个月25号": "2026-11-25",
    "本月25日下午3点": "2026-11-25 15:00",
    "下月15号": "2026-12-15",
    "下个月15": "2026-12-15",
    "上个月5号": "2026-10-05",
    "二十五号上午十点": "2026-11-25 10:00",
    "廿五号": "2026-11-25",
    "12月5号晚七点半": "2026-12-05 19:30",
    "12月5号晚上7:30": "2026-12-05 19:30",
    "十二月二十号上午十点": "2026-12-20 10:00",
    "12月二十一": "2026-12-21",
    "11月25日14:30": "2026-11-25 14:30",
    "11.25 14:30": "2026-11-25 14:30",
    "12.5 19:30": "2026-12-05 19:30",
    "12.2下午三点": "2026-12-02 15:00",
    "12/2 下午3点": "2026-12-02 15:00",
    "12-2 15:00": "2026-12-02 15:00",
    "12月2号，下午3点": "2026-12-02 15:00",
    "12月2号下午，3点": "2026-12-02 15:00",
    "12月2号 下午 3 点": "2026-12-02 15:00",
    "12 月 2 号下午 3 点半": "2026-12-02 15:30",
    "１２月２号下午３点": "2026-12-02 15:00",
    "十二月五 三点": "2026-12-05 15:00",
    "1月3日": "2027-01-03",
    "11月22日": "2027-11-22",
    # with a year
    "2026年12月20日": "2026-12-20",
    "2026-12-5": "2026-12-05",
    "2026/12/5 15:00:00": "2026-12-05 15:00",
    "2026-12-05T15:00": "2026-12-05 15:00",
    "2026.12.5下午3点": "2026-12-05 15:00",
    "26年12月5日": "2026-12-05",
    "二〇二六年十二月五日": "2026-12-05",
    "二○二六年十二月五日下午三时": "2026-12-05 15:00",
    "20261205": "2026-12-05",
    "明年3月5号": "2027-03-05",
    "今年12月5日": "2026-12-05",
    # with the weekday beside it
    "12月2日（周三）下午3:00": "2026-12-02 15:00",
    "12月2日周三": "2026-12-02",
    "12月2日，星期三，上午9点": "2026-12-02 09:00",
    "周三（12月2日）": "2026-12-02",
    "下周三12月2号下午3点": "2026-12-02 15:00",
    "明天（星期二）上午": "2026-11-24",
    # in a month, at its end
    "本月最后一个星期五上午9点": "2026-11-27 09:00",
    "本月最后一个周五上午9点": "2026-11-27 09:00",
    "最后一个周五": "2026-11-27",
    "下个月第一个周一": "2026-12-07",
    "第一个周一": "2026-12-07",
    "第五个周一": "2026-11-30",
    "第五个周二": "2026-12-29",
    "12月第二个星期三下午3点": "2026-12-09 15:00",
    "本月倒数第二个周五": "2026-11-20",
    "下月第一个工作日": "2026-12-01",
    "本月最后一个工作日": "2026-11-30",
    "月底前": "2026-11-30",
    "本月底": "2026-11-30",
    "12月底": "2026-12-31",
    "月末": "2026-11-30",
    "年底前": "2026-12-31",
    "明年年底": "2027-12-31",
    "11月的最后一天": "2026-11-30",
    # so and so much later
    "三天后": "2026-11-26",
    "三天以后下午3点": "2026-11-26 15:00",
    "再过三天": "2026-11-26",
    "3日后": "2026-11-26",
    "三天前": "2026-11-20",
    "两周后": "2026-12-07",
    "一个月后": "2026-12-23",
    "半个月后": "2026-12-08",
    "半年后": "2027-05-23",
    "一年后": "2027-11-23",
    "5个工作日后": "2026-11-30",
    "半小时后": "2026-11-23 10:30",
    "一个半小时后": "2026-11-23 11:30",
    "两个小时后": "2026-11-23 12:00",
    "过两小时": "2026-11-23 12:00",
    "20分钟后": "2026-11-23 10:20",
    "一刻钟后": "2026-11-23 10:15",
    # festivals
    "七一": "2027-07-01",
    "七一上午9点": "2027-07-01 09:00",
    "元旦": "2027-01-01",
    "明年五一": "2027-05-01",
    "2027年国庆节": "2027-10-01",
    "建党节": "2027-07-01",
    "国庆节": "2027-10-01",
    "除夕": "2027-02-05",
    # a time alone
    "三点": "2026-11-23 15:00",
    "下午三点": "2026-11-23 15:00",
    "上午九点": "2026-11-24 09:00",
    "三点正": "2026-11-23 15:00",
    "三点整": "2026-11-23 15:00",
    "三点钟": "2026-11-23 15:00",
    "十五时三十分": "2026-11-23 15:30",
    "下午三点一刻": "2026-11-23 15:15",
    "下午三点三刻": "2026-11-23 15:45",
    "差一刻三点": "2026-11-23 14:45",
    "下午差5分3点": "2026-11-23 14:55",
    "三点差五分": "2026-11-23 14:55",
    "下午3点零5分": "2026-11-23 15:05",
    "下午3点过5分": "2026-11-23 15:05",
    "下午3.30": "2026-11-23 15:30",
    "明天下午3": "2026-11-24 15:00",
    "15:30": "2026-11-23 15:30",
    "06:30": "2026-11-24 06:30",
    "晚上8点左右": "2026-11-23 20:00",
    "今晚12点": "2026-11-24 00:00",
    "今晚零点": "2026-11-24 00:00",
    "明天24:00": "2026-11-25 00:00",
    "今晚差五分十二点": "2026-11-23 23:55",
    "明天凌晨一点": "2026-11-24 01:00",
    "今晚1点": "2026-11-24 01:00",
    "明天12点": "2026-11-24 12:00",
    "明天0点": "2026-11-24 00:00",
    # around it
    "定在下周三下午三点开会": "2026-12-02 15:00",
    "那就明天上午9点吧。": "2026-11-24 09:00",
    "改到后天下午三点！": "2026-11-25 15:00",
    "  明天上午9点  ": "2026-11-24 09:00",
}
ELSEWHERE = {
    # On a Sunday evening the week is nearly over; it began on the Monday before.
    (SUNDAY, "星期天"): "2026-11-29",
    (SUNDAY, "星期天下午3点"): "2026-12-06 15:00",
    (SUNDAY, "本周三"): "2026-11-25",
    (SUNDAY, "周三"): "2026-12-02",
    (SUNDAY, "下周三"): "2026-12-02",
    (SUNDAY, "下周日"): "2026-12-06",
    (SUNDAY, "上周日"): "2026-11-22",
    (SUNDAY, "三点"): "2026-11-30 15:00",
    (SUNDAY, "晚上9点"): "2026-11-29 21:00",
    (SUNDAY, "半小时后"): "2026-11-29 20:30",
    # On the last day of a month
    (MONTH_END, "明天"): "2026-12-01",
    (MONTH_END, "1号"): "2026-12-01",
    (MONTH_END, "30号"): "2026-11-30",
    (MONTH_END, "29号"): "2026-12-29",
    (MONTH_END, "31号"): "2026-12-31",
    (MONTH_END, "月底"): "2026-11-30",
    (MONTH_END, "下月底"): "2026-12-31",
    (MONTH_END, "下个月30号"): "2026-12-30",
    (MONTH_END, "三个月后"): "2027-02-28",
    (MONTH_END, "最后一个周五"): "2026-12-25",
    (MONTH_END, "本月最后一个周五"): "2026-11-27",
    # Ten minutes before the new year
    (YEAR_END, "明天上午9点"): "2027-01-01 09:00",
    (YEAR_END, "元旦"): "2027-01-01",
    (YEAR_END, "明年元旦"): "2027-01-01",
    (YEAR_END, "半小时后"): "2027-01-01 00:20",
    (YEAR_END, "今晚12点"): "2027-01-01 00:00",
    (YEAR_END, "23:55"): "2026-12-31 23:55",
    (YEAR_END, "23:45"): "2027-01-01 23:45",
    (YEAR_END, "1月5号"): "2027-01-05",
    (YEAR_END, "12月30日"): "2027-12-30",
    (YEAR_END, "年底"): "2026-12-31",
    (YEAR_END, "下个月第一个周一"): "2027-01-04",
    (YEAR_END, "元旦后第一个工作日"): "2027-01-04",
    (YEAR_END, "下周三"): "2027-01-06",
    # On 29 February
    (LEAP_DAY, "明天"): "2028-03-01",
    (LEAP_DAY, "2月29日"): "2028-02-29",
    (LEAP_DAY, "一年后"): "2029-02-28",
    (LEAP_DAY, "一个月后"): "2028-03-29",
    (LEAP_DAY, "月底"): "2028-02-29",
    (LEAP_DAY, "30号"): "2028-03-30",
    # In a holiday
    (HOLIDAY, "国庆节后第一个工作日"): "2026-10-08",
    (HOLIDAY, "国庆后的第一个工作日上午9点"): "2026-10-08 09:00",
    (HOLIDAY, "十一"): "2027-10-01",
    (HOLIDAY, "3个工作日后"): "2026-10-10",
}
PHRASES = [(MONDAY, said, meant) for said, meant in FROM_A_MONDAY.items()]
PHRASES += [(now, said, meant) for (now, said), meant in ELSEWHERE.items()]


@pytest.mark.parametrize(("now", "said", "meant"), PHRASES)
def test_what_people_say_is_understood(now: datetime, said: str, meant: str) -> None:
    moment = read_moment(said, now=now)
    assert moment is not None
    assert (f"{moment.day} {moment.time:%H:%M}" if moment.time else f"{moment.day}") == meant


@pytest.mark.parametrize(
    "said",
    [
        *[
            "2月30日",
            "12月32号",
            "13月1日",
            "0月5日",
            "12月0号",
            "本月31号",
            "明年2月29日",
            "2026-02-29",
            "13.5",
            "12.45",
        ],
        *["2月29日", "0号", "32号", "本月第五个周二", "12月第6个周一", "0000-01-01", "9999年后", "9999-12-31 24:00"],
        *["12月2日（周四）", "下周三12月3日", "明天星期五", "0000年七一"],
    ],
)
def test_a_day_that_does_not_exist_is_said_to_be_none(said: str) -> None:
    with pytest.raises(DateProblem) as problem:
        read_moment(said, now=MONDAY)
    assert problem.value.key == "no_such_day"


@pytest.mark.parametrize(
    "said",
    [
        "明天25点",
        "25:00",
        "明天下午3点60分",
        "12:75",
        "24:30",
        "上午15点",
        "凌晨13点",
        "晚上15点",
        "中午9点",
        "明天早上20:00",
    ],
)
def test_a_time_that_does_not_exist_is_said_to_be_none(said: str) -> None:
    with pytest.raises(DateProblem) as problem:
        read_moment(said, now=MONDAY)
    assert problem.value.key == "no_such_time"


@pytest.mark.parametrize(
    "said",
    [
        *[
            "",
            " ",
            "吃饭了吗",
            "党员大会",
            "好的",
            "返回",
            "村委会二楼会议室",
            "？",
            "👍",
            "。。。",
            "的",
            "第",
            "于",
            "开会",
        ],
        *["周末", "下周", "下个月", "明年", "春天", "下午", "晚上", "每月25日", "每周三", "周一到周五", "12月2日至4日"],
        *[
            "两小时",
            "半天后",
            "腊月二十三",
            "农历八月十五",
            "十一月",
            "二十一",
            "三",
            "12",
            "2026",
            "3个人",
        ],
        *["一季度", "年初", "什么时候", "二楼三点钟方向的屋子", "会议室201", "13800001234", "中午吃什么", "三点水"],
    ],
)
def test_what_is_no_date_or_could_be_several_is_none(said: str) -> None:
    assert read_moment(said, now=MONDAY) is None
    assert read_day(said, now=MONDAY) is None


@pytest.mark.parametrize("said", ["三" * 4000, "12月5日" * 800, "  " * 2000, "1" * 4000, "周" * 4000, "点" * 61])
def test_a_long_text_is_no_date(said: str) -> None:
    assert read_moment(said, now=MONDAY) is None
    assert read_day(said, now=MONDAY) is None


def test_a_phrase_with_many_blanks_around_it_is_still_read() -> None:
    assert read_day(" " * 500 + "明天", now=MONDAY) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("12月5号", "2025-12-05"),
        ("11月5号", "2026-11-05"),
        ("23号", "2026-11-23"),
        ("24号", "2026-10-24"),
        ("31号", "2026-10-31"),
        ("周五", "2026-11-20"),
        ("周一", "2026-11-23"),
        ("上周五下午3点", "2026-11-20"),
        ("七一", "2026-07-01"),
        ("去年七一", "2025-07-01"),
        ("2019.5.1", "2019-05-01"),
        ("20190501", "2019-05-01"),
        ("1998年7月1日", "1998-07-01"),
        ("昨天", "2026-11-22"),
        ("昨天晚上", "2026-11-22"),
        ("三天前", "2026-11-20"),
        ("一个月前", "2026-10-23"),
        ("最后一个周五", "2026-10-30"),
        ("下周三", "2026-12-02"),
    ],
)
def test_a_day_without_a_year_lies_behind_when_it_is_about_what_happened(said: str, meant: str) -> None:
    assert read_day(said, now=MONDAY) == date.fromisoformat(meant)


def test_a_day_can_be_asked_for_that_lies_ahead() -> None:
    assert read_day("12月5号", now=MONDAY, prefer_future=True) == date(2026, 12, 5)
    assert read_day("22号", now=MONDAY, prefer_future=True) == date(2026, 12, 22)


def test_what_had_to_be_assumed_is_marked() -> None:
    marks = {}
    for said in ("明天三点", "明天下午三点", "明天九点", "下午三点", "明天15:00", "明天03:00"):
        moment = read_moment(said, now=MONDAY)
        assert moment is not None
        marks[said] = moment.assumed
    assert [said for said, assumed in marks.items() if assumed] == ["明天三点", "下午三点"]


@pytest.mark.parametrize(("said", "half"), [("后天下午", "下午"), ("12月5号晚", "晚"), ("明晚", "晚上"), ("后天", "")])
def test_half_a_day_alone_is_kept_for_the_time_that_is_still_missing(said: str, half: str) -> None:
    moment = read_moment(said, now=MONDAY)
    assert moment is not None
    assert (moment.time, moment.half) == (None, half)


moments = st.datetimes(
    min_value=datetime.fromisoformat("1900-01-01 00:00"), max_value=datetime.fromisoformat("2199-12-31 00:00")
).map(lambda moment: moment.replace(second=0, microsecond=0))


@given(moments, moments)
def test_a_moment_that_is_shown_can_be_typed_again(moment: datetime, now: datetime) -> None:
    read = read_moment(format_moment(moment), now=now)
    assert read is not None
    assert (read.day, read.time, read.assumed) == (moment.date(), moment.time(), False)
    assert read_day(format_moment(moment.date()), now=now) == moment.date()


WORDS = (
    "今明后天大前周星期礼拜下上本这个月底年末一二三四五六日十两半点时分刻差早晚午中凌晨:：.-/ 0123456789号第最后七国庆"
    "元旦工作过再去（）"
)
SAID = st.text(max_size=70) | st.text(alphabet=WORDS, max_size=12)


@given(SAID, moments)
def test_no_text_does_more_than_name_a_problem(text: str, now: datetime) -> None:
    for read in (read_moment, read_day):
        with suppress(DateProblem):
            read(text, now=now)


@given(moments, st.integers(min_value=1, max_value=7))
def test_a_weekday_is_never_behind_and_never_more_than_a_week_ahead(now: datetime, weekday: int) -> None:
    moment = read_moment(f"周{'一二三四五六日'[weekday - 1]}下午三点", now=now)
    assert moment is not None
    assert moment.time is not None
    meant = datetime.combine(moment.day, moment.time)
    assert moment.day.isoweekday() == weekday
    assert now < meant <= now + timedelta(days=7)
