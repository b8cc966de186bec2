"""Every kind of fault that `python -m bot check` promises is found, by file and line, in a house of a few files."""

from pathlib import Path

import pytest

from bot.check import all_faults

CODE = """\
@dialogue("greet", role=Role.MEMBER)
async def greet(d):
    name = await d.ask("name", Text(), example="王桂兰")
    await d.confirm(day=d.today)
    await d.notify(others, "notice", name=name)
    await d.say("greeted" if name else "nobody", name=name)


@reply("page", role=Role.ANYONE)
async def page(turn, argument):
    if not argument:
        raise Refused("gone")
    body = turn.texts.document("page.j2", name=argument)
    await turn.say(body, rows=((Button(turn.texts.title("greet"), "greet"), Button("更多", f"page.{argument}")),))


class Mood(StrEnum):
    GOOD = "good"
    FAIR = "fair"
"""
TEXTS = """\
greet:
  title: 问好
  words: [问好, 打招呼]
  name:
    ask: 您叫什么？例如：{{ example }}
    label: 姓名
  confirm:
    ask: |-
      请核对：
      {{ summary | marked }}
      {{ day }}
  notice:
    title: "{{ name }}来了"
    say: 请跟{{ name }}打个招呼。
  greeted: |-
    您好，
    {{ name }}同志！
  nobody: 您好！
page:
  title: 一页
  words: [看一页]
"""
WORDS = """\
Mood:
  good: 好
  fair: 还行
"""
ENTRIES = """\
- id: probation
  title: 预备期多长
  aliases: [预备期是几年, 预备党员多久转正, 预备期时间, 预备期有多久]
  answer: 预备党员的预备期为**一年**。
  document: rules
  article: 第1条
  state: in_force
  topic: 入党
"""
PAGE = "第一行\n{{ name }}的一页\n"
MODULE, SENTENCES, WORD_LIST = "handlers/greeting.py", "handlers/texts/zh/greeting.yaml", "handlers/texts/zh/words.yaml"
DOCUMENT, ENTRY_FILE = "handlers/texts/zh/documents/page.j2", "knowledge/entries/rules.yaml"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house in which everything agrees."""
    files = {
        MODULE: CODE,
        SENTENCES: TEXTS,
        WORD_LIST: WORDS,
        "handlers/texts/zh/shared.yaml": "gone: 没有了。\n",
        DOCUMENT: PAGE,
        ENTRY_FILE: ENTRIES,
        "knowledge/entries/documents.yaml": "- {id: rules, title: 《规定》, year: 2020年}\n",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def line_of(path: Path, words: str) -> int:
    """Where words stand in a file."""
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if words in line)


def test_where_all_agree_there_is_no_fault(house: Path) -> None:
    assert [str(fault) for fault in all_faults(house)] == []


def test_our_own_house_agrees() -> None:
    assert [str(fault) for fault in all_faults()] == []


@pytest.mark.parametrize(
    ("edited", "old", "new", "named", "at", "words"),
    [
        pytest.param(
            SENTENCES, "  nobody: 您好！\n", "", MODULE, '"nobody"', "has no nobody", id="a sentence is missing"
        ),
        pytest.param(SENTENCES, "    ask: 您叫", "    hint: 您叫", MODULE, '"name"', "no name.ask", id="a question is"),
        pytest.param(
            SENTENCES, '    title: "{{ name }}来了"\n', "", MODULE, '"notice"', "notice.title", id="a title is"
        ),
        pytest.param("handlers/texts/zh/shared.yaml", "gone", "lost", MODULE, '"gone"', "no gone", id="a refusal is"),
        pytest.param(
            SENTENCES,
            "  nobody:",
            "  old: 旧话\n  nobody:",
            SENTENCES,
            "old:",
            "nothing says greet.old",
            id="one is unused",
        ),
        pytest.param(
            SENTENCES, "{{ name }}同志", "{{ nme }}同志", MODULE, '"greeted"', "wants nme", id="undefined name"
        ),
        pytest.param(
            SENTENCES, "{{ example }}", "{{ instance }}", MODULE, '"name"', "wants instance", id="in a question"
        ),
        pytest.param(SENTENCES, "{{ day }}", "{{ when }}", MODULE, "d.confirm", "wants when", id="in a confirmation"),
        pytest.param(
            SENTENCES, '"{{ name }}来', '"{{ who }}来', MODULE, '"notice"', "wants who", id="in a notice's title"
        ),
        pytest.param(DOCUMENT, "{{ name }}", "{{ nme }}", MODULE, "page.j2", "wants nme", id="in a long message"),
        pytest.param(SENTENCES, "{{ name }}同志", "{{ name", SENTENCES, "{{ name！", "is broken", id="broken template"),
        pytest.param(SENTENCES, "{{ name }}同志", "{{ name | nmae }}", SENTENCES, "nmae", "nmae", id="unknown filter"),
        pytest.param(DOCUMENT, "{{ name }}", "{% if %}", DOCUMENT, "{% if %}", "is broken", id="broken long message"),
        pytest.param(
            MODULE, '"page.j2"', '"pages.j2"', MODULE, "pages.j2", "has no pages.j2", id="wrong template name"
        ),
        pytest.param(
            MODULE, '"page.j2"', '"pages.j2"', DOCUMENT, "第一行", "nothing sends", id="template nobody sends"
        ),
        pytest.param(
            DOCUMENT, "第一行", '{% include "top.j2" %}', DOCUMENT, "include", "no top.j2", id="wrong include"
        ),
        pytest.param(SENTENCES, "  title: 问好\n", "", MODULE, "@dialogue", "greet has no title", id="no title"),
        pytest.param(MODULE, '"greet"),', '"great"),', MODULE, '"great"', "called great", id="button to nowhere"),
        pytest.param(MODULE, 'f"page.{', 'f"pages.{', MODULE, 'f"pages.', "called pages", id="argument to nowhere"),
        pytest.param(
            SENTENCES, "[看一页]", "[看一页, 打招呼！]", SENTENCES, "看一页", "both greet and page", id="two owners"
        ),
        pytest.param(WORD_LIST, "  fair: 还行\n", "", WORD_LIST, "Mood", "no word for fair", id="value without a word"),
        pytest.param(
            WORD_LIST, "  fair:", "  poor: 差\n  fair:", WORD_LIST, "poor", "no value poor", id="word without value"
        ),
        pytest.param(
            SENTENCES, "  words: [问好", "  words: [[问好", SENTENCES, "  name:", "not YAML", id="broken YAML"
        ),
        pytest.param(
            SENTENCES, "  nobody:", "  greeted: 又\n  nobody:", SENTENCES, "又", "written twice", id="written twice"
        ),
        pytest.param(WORD_LIST, WORDS, "- 好\n", WORD_LIST, "好", "not a mapping", id="no mapping"),
        pytest.param(ENTRY_FILE, "rules\n", "rule\n", ENTRY_FILE, "document", "没有文件“rule”", id="unknown source"),
        pytest.param(ENTRY_FILE, "  topic: 入党\n", "", ENTRY_FILE, "id:", "缺少“topic”", id="entry lacks something"),
        pytest.param(ENTRY_FILE, "**一年**", "**一年", ENTRY_FILE, "answer", "没有成对", id="broken markup"),
        pytest.param(
            ENTRY_FILE, "state: in_force", "state: a: b", ENTRY_FILE, "a: b", "YAML", id="entries are no YAML"
        ),
    ],
)
def test_a_fault_is_found_where_it_is(
    house: Path, edited: str, old: str, new: str, named: str, at: str, words: str
) -> None:
    path = house / edited
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    found = [fault for fault in all_faults(house) if words in fault.words]
    assert [(fault.file.removeprefix(f"{house}/"), fault.line) for fault in found] == [
        (named, line_of(house / named, at))
    ]


def test_a_file_that_is_no_text_is_named(house: Path) -> None:
    (house / SENTENCES).write_bytes(b"greet: \xff\xfe\n")
    assert [(fault.file, fault.line) for fault in all_faults(house)] == [(SENTENCES, 1)]


def test_an_empty_file_of_texts_lacks_everything_and_breaks_nothing(house: Path) -> None:
    (house / SENTENCES).write_text("", encoding="utf-8")
    assert {fault.file for fault in all_faults(house)} == {MODULE}
