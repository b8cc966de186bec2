"""What is wrong in a file of papers is said by line."""

from pathlib import Path

import pytest

from knowledge.documents.papers import BrokenPapers, Papers, faults

GOOD = "- id: one\n  title: 通知\n  layout: letter\n  body:\n    - text: 正文\n"


def messages(folder: Path, text: str) -> list[tuple[int, str]]:
    (folder / "papers.yaml").write_text(text, encoding="utf-8")
    return [(fault.line, fault.message) for fault in faults(folder)]


def test_a_good_file_has_no_faults(tmp_path: Path) -> None:
    assert messages(tmp_path, GOOD) == []
    assert list(Papers.load(tmp_path)) == ["one"]


@pytest.mark.parametrize(
    ("wrong", "right", "line", "word"),
    [
        ("layout: paper", "layout: letter", 1, "没有版式 paper"),
        ("id: One", "id: one", 1, "写法不对"),
        ("title: 通", "title: 通知", 2, "太短"),
        ("text: '{{ step.x'", "text: 正文", 4, "模板写法有误"),
        ("text: '{{ stp.x }}'", "text: 正文", 4, "没有“stp”可填"),
        ("{text: 正文, when: 'step.'}", "text: 正文", 4, "条件写法有误"),
        ("{text: 正文, fields: [[甲]]}", "text: 正文", 4, "写一样"),
        ("fields: [[甲, 乙, 丙, 丁, 戊]]", "text: 正文", 4, "不能多于"),
        ("table: {head: [甲, 乙], widths: [1]}", "text: 正文", 4, "一致"),
        ("table: {head: [甲], widths: [1], row: [乙]}", "text: 正文", 4, "each"),
    ],
)
def test_a_fault_is_said_where_it_is(tmp_path: Path, wrong: str, right: str, line: int, word: str) -> None:
    found = messages(tmp_path, GOOD.replace(right, wrong))
    assert {at for at, _ in found} == {line}
    assert word in found[0][1]


def test_an_id_is_used_once(tmp_path: Path) -> None:
    found = messages(tmp_path, GOOD + GOOD)
    assert [line for line, _ in found] == [6]
    with pytest.raises(BrokenPapers, match="用过"):
        Papers.load(tmp_path)


def test_a_paper_says_what_it_is_filled_from(tmp_path: Path) -> None:
    sentence = "{{ it.name }}{{ facts.talk.held_on|day }}{% for x in step.y %}{{ x }}{% endfor %}"
    body = f"    - each: people\n      text: '{sentence}'\n"
    (tmp_path / "papers.yaml").write_text(GOOD + body, encoding="utf-8")
    assert Papers.load(tmp_path)["one"].wants == {"people", "facts.talk.held_on", "step.y"}
