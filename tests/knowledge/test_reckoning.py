"""Questions with figures: what is heard in them, what the rules make of it, and what is left to the search."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.handbook import Handbook
from knowledge.reckoning import reckon, sentences
from knowledge.reckoning.asked import Asked
from knowledge.rules.quorum import Formula, present_needed, votes_needed

TODAY = date(2026, 11, 24)

ANSWERED = [
    ("16个正式党员要到多少人", "votes_any", ["8人", "9人", "13人", "9票"]),
    ("我们支部15名党员，选举要到几个人", "votes_election", ["至少到会**12人**", "8票"]),
    ("支部一共二十三个党员，其中两个预备的，换届到会多少人才行", "votes_election", ["**17人**", "21×0.8"]),
    (
        "全支部20名正式党员，其中5名长期外出经批准不计入应到，换届要到几人",
        "votes_election",
        ["**12人**", "不计入应到的5人"],
    ),
    ("应到16人，实到12人，能选举吗", "votes_election", ["不能选举", "13人"]),
    ("应到选举18人，实际来了16人，可以选吗", "votes_election", ["可以选举"]),
    ("应到16人實到13人可以選舉嗎", "votes_election", ["可以选举"]),
    ("31名正式党员发展党员大会要多少票通过", "votes_admission", ["赞成**16票**通过", "16人"]),
    ("党员大会35人到了18个人，可以表决不", "votes_general", ["可以表决"]),
    ("有表决权的党员20人，10票赞成通过了吗", "votes_general", ["没有通过", "11票"]),
    ("支委5人到几个能开会", "votes_committee", ["**3名**"]),
    ("应选5人候选人要几个", "candidates", ["**6人**"]),
    ("选3名委员提几个候选人", "candidates", ["**4人**"]),
    ("应选7名，差额多少", "candidates", ["**9人**"]),
    ("8个正式党员要设支委会吗", "size_committee", ["要设支委会"]),
    ("支部有6名正式党员设不设支委会", "size_committee", ["不设支委会"]),
    ("单位有2名正式党员能成立党支部吗", "size_branch", ["不能单独成立"]),
    ("党员60人要设总支吗", "size_above", ["党总支"]),
    ("工资6200交多少党费", "dues_employed", ["93元", "6200×1.5%"]),
    ("每月到手六千二要交多少党费", "dues_employed", ["93元"]),
    ("工资6200一次交一年党费多少", "dues_employed", ["93元", "1116元"]),
    ("月薪1万2党费", "dues_employed", ["240元"]),
    ("税后3,001元党费多少", "dues_employed", ["30.01元"]),
    ("退休金5千2党费一年多少", "dues_retired", ["52元", "624元"]),
    ("农民党员一年交多少党费", "dues_farmer", ["2.4元至12元"]),
    ("大学生党员半年党费一共多少", "dues_fixed", ["1.2元"]),
    ("2026年3月5日确定的积极分子什么时候能列发展对象", "candidate", ["2027年3月5日"]),
    ("二〇二六年三月五日大会通过的预备党员什么时候转正", "probation", ["2027年3月5日"]),
    ("20260305接收的预备党员预备期到哪天", "probation", ["2027年3月5日"]),
    ("2024年2月29日接收预备党员，哪天期满", "probation", ["2025年2月28日"]),
    ("2025.7.1接收的预备党员,延长预备期最长到什么时候", "extension", ["2027年1月1日", "2027年7月1日"]),
    ("3月5号交的入党申请书什么时候前谈话", "talk", ["2026年4月5日"]),
    ("2026-09-30公示,哪天结束", "notice", ["2026年10月12日"]),
    ("2026年11月20日大会通过的党委最晚什么时候批", "approval", ["2027年2月20日", "2027年5月20日"]),
    ("2026年11月20日大会收的预备党员，上面最迟啥时候批完", "approval", ["2027年2月20日"]),
    ("2026年11月20日支部大会讨论转正,党委啥时候审批", "full_approval", ["2027年2月20日"]),
    ("2026年10月8日预审合格最晚哪天上会", "admission_meeting", ["2026年11月8日"]),
    ("我们村支部2021年3月换的届，什么时候到期", "term", ["2026年3月1日", "您只说了月份"]),
    ("2023年5月10日选举产生的支委会哪天届满", "term", ["2026年5月10日", "2028年5月10日"]),
    ("2015年7月1日转正党龄几年了", "seniority", ["**11年**"]),
    ("2024年7月1日接收为预备党员，党龄从哪天算", "seniority", ["2025年7月1日"]),
    ("2007年8月15日出生什么时候能申请入党", "eighteen", ["2025年8月15日"]),
    ("正式党员20人，其中1人留党察看，接收预备党员要几票", "votes_admission", ["赞成**10票**通过", "不计入应到"]),
    ("2026年3月1日大会通过、4月1日党委批准，预备期到哪天", "probation", ["2027年3月1日"]),
    ("2026年12月1日任期届满，延期最晚到什么时候", "term_extended", ["2027年12月1日"]),
    ("2026年12月1日任期届满，上级什么时候提醒", "term_reminder", ["2026年6月1日"]),
    ("2025年7月1日毕业，组织关系能留学校到什么时候", "graduate", ["2027年7月1日"]),
    ("2026年5月6日开始限期改正，到哪天", "correction", ["2026年11月6日", "2027年5月6日"]),
    ("上次考察是2026年2月28日，下次最晚哪天", "review", ["2026年8月28日"]),
    ("2024年7月1日接收为预备党员，按期转正，党龄从哪天算", "seniority", ["2025年7月1日"]),
    ("2026年3月1日刚当上书记，培训最晚哪一天完成", "training", ["2026年9月1日"]),
    ("党员2026年1月10日失联，到哪一天满半年", "lost", ["2026年7月10日"]),
    ("2026年7月9日起公示，到哪一天够5个工作日", "notice", ["2026年7月15日"]),
    ("16名正式党员民主评议最多几个优秀", "excellent", ["**5名**"]),
    ("有130名党员应当设什么党组织", "size_above", ["基层党委"]),
    ("年薪制当月实际拿到9000元党费多少", "dues_employed", ["135元"]),
    ("打算选3名支委，要准备几个人选", "candidates", ["**4人**"]),
    ("选五名委员，名单上就写了五个人", "candidates", ["**6人**"]),
    ("支部20人里有2个预备的，应到算20还是18", "votes_any", ["按18人算"]),
    ("应到35人到会30人，他得了16票选上没有", "votes_election", ["不能当选", "18票"]),
    ("6名正式党员选了3个支委合规吗", "size_committee", ["不设支委会"]),
    ("支部56名党员合规吗", "size_limit", ["超过了"]),
    ("22人到会18人赞成，应到30人，通过了吗", "votes_general", ["到会22人", "18票赞成", "**通过**"]),
    ("应到三十人到会二十二人，可以表决吗", "votes_general", ["到会22人", "应到30人"]),
    ("党员28人，换届那天来了22人行不行", "votes_election", ["不能选举", "23人"]),
    ("季度收入3万的个体户每月交多少党费", "dues_employed", ["**150元**", "上季度月平均"]),
    ("2027年1月15日任期届满，最晚能推到什么时候换", "term_extended", ["2028年1月15日"]),
    ("从2025年3月1日失联，什么时候停止党籍", "lost", ["2025年9月1日"]),
    ("党员今年学了20学时，还差多少", "hours", ["**12学时**"]),
    ("支部书记学了56学时，够了吗", "hours", ["**够了**", "最新规划"]),
    ("党员120人应该设什么", "size_above", ["基层党委"]),
    ("2024年9月1日停止党籍什么时候除名", "suspension", ["2026年9月1日"]),
]

LEFT_TO_THE_SEARCH = [
    "想一次拿三千块交党费，钱留支部吗",
    "书记和委员一年没谈过话要几次才够",
    "预备期多长",
    "党费怎么算",
    "党员不到7人的支部设几个书记",
    "村委会换届35人投票要几票",
    "业委会选举应选5人候选人要几个",
    "工会20个人选举要到多少人",
    "今天天气28度",
    "工资6200扣多少税",
    "公务员试用期2026年3月5日开始什么时候转正",
    "共青团员2026年3月5日入团什么时候满一年",
    "应选五百万人候选人要几个",
    "支部一般有多少人",
    "2027年1月15日任期届满，要准备什么",
    "发展对象培训了20学时还差多少",
    "自愿多交2000元党费交到哪里",
    "一次交一千元以上的党费怎么办",
    "三个支委一合计就把新党员定了，行吗",
    "应选4人，有张选票上5个候选人都画了圈",
    "",
    "2026",
]


@pytest.mark.parametrize(("question", "id", "figures"), ANSWERED, ids=[question for question, *_ in ANSWERED])
def test_the_result_comes_from_the_figures_in_the_question(question: str, id: str, figures: list[str]) -> None:
    found = reckon(question, TODAY)
    assert found is not None
    assert found.id == id
    for figure in figures:
        assert figure in found.answer


@pytest.mark.parametrize("question", LEFT_TO_THE_SEARCH)
def test_what_no_rule_is_sure_of_is_left_alone(question: str) -> None:
    assert reckon(question, TODAY) is None


def test_a_day_without_a_year_needs_to_know_today() -> None:
    assert reckon("3月5号交的入党申请书什么时候前谈话") is None


@given(st.integers(1, 2000))
def test_every_branch_gets_the_figures_of_the_rules(eligible: int) -> None:
    found = reckon(f"支部有{eligible}名正式党员，换届选举要到多少人")
    assert found is not None
    needed = present_needed(Formula.ELECTION, eligible=eligible)
    assert f"至少到会**{needed}人**，得**{votes_needed(eligible=eligible)}票**" in found.answer


@given(st.text(max_size=300))
def test_no_question_is_a_crash(question: str) -> None:
    reckon(question, TODAY)


@given(st.text(alphabet="0123456789.,年月日零一二三十百千万个人名票党费工资应选候选到会支部预备", max_size=60))
def test_no_row_of_figures_is_a_crash(question: str) -> None:
    reckon(question, TODAY)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("六千二", 6200),
        ("6千2", 6200),
        ("1万2", 12000),
        ("1.2万", 12000),
        ("1万2千", 12000),
        ("6,200", 6200),
        ("8k", 8000),
    ],
)
def test_money_is_heard_as_people_say_it(words: str, value: int) -> None:
    assert [figure.value for figure in Asked(f"工资{words}").figures] == [value]


def test_every_sentence_belongs_to_an_entry_of_the_handbook() -> None:
    handbook = Handbook.load()
    assert [id for id, sentence in sentences().items() if handbook.entry(sentence.entry) is None] == []
