"""Messages that an administrator words anew: used at once, kept in a sandbox, and passed over when they are broken."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.check import template_faults
from handlers.digest_samples import samples
from handlers.digest_trials import trials
from handlers.digest_words import digest_words
from handlers.figures import DigestStyle
from handlers.wording import FOLDER, Texts
from tests.fakes import TEXTS

MIXED = samples()[4]
TRIALS = trials(TEXTS)
OURS = digest_words(TEXTS, MIXED, DigestStyle())[0]


def said(folder: Path) -> str:
    """The digest as it is sent where this folder is named."""
    return digest_words(Texts(templates=folder), MIXED, DigestStyle())[0]


def test_a_template_in_the_folder_takes_the_place_of_ours_and_a_change_holds_at_once(tmp_path: Path) -> None:
    texts = Texts(templates=tmp_path)
    assert digest_words(texts, MIXED, DigestStyle())[0] == OURS
    file = tmp_path / "digest.j2"
    file.write_text("**{{ place }}**：{{ needing_count }} 个支部要帮忙", encoding="utf-8")
    assert digest_words(texts, MIXED, DigestStyle())[0] == "**清河镇党委**：3 个支部要帮忙"
    file.unlink()
    assert digest_words(texts, MIXED, DigestStyle())[0] == OURS


def test_ours_can_be_taken_in(tmp_path: Path) -> None:
    (tmp_path / "digest_own.j2").write_text('{% include "builtin/digest_own.j2" %}\n\n有事打电话。', encoding="utf-8")
    body, _ = digest_words(Texts(templates=tmp_path), samples()[3], DigestStyle(own=True))
    assert body.startswith("**清河镇党委**")
    assert body.endswith("有事打电话。")


def test_what_is_put_in_is_escaped_there_too(tmp_path: Path) -> None:
    (tmp_path / "digest.j2").write_text("{{ '**x**' }}{{ rate if not week else '' }}", encoding="utf-8")
    assert said(tmp_path) == r"\*\*x\*\*"


BROKEN = {
    "a sign that does not close": ("一\n{{ place", 2),
    "a filter nobody made": ("{{ place | shout }}", 1),
    "a name nobody gives": ("一\n二\n{{ plcae }}", 3),
    "a field that is not there": ("一\n{{ totals.mebmers }}", 2),
    "a branch's field": ("一\n{% for one in needing %}\n- {{ one.nam }}\n{% endfor %}", 3),
    "nothing divided": ("一\n{{ 1 // 0 }}", 2),
    "words and figures added": ("{{ place + 1 }}", 1),
    "a file that is not there": ("一\n{% include 'x.j2' %}", 2),
    "nothing said": ("{# 以后再写 #}", 1),
    "no end": ("{% for a in range(90000) %}好的好的{% endfor %}", 1),
    "too long a range": ("一\n{% for a in range(10 ** 9) %}{% endfor %}", 2),
    "a way out of the sandbox": ("一\n{{ ''.__class__.__mro__ }}", 2),
}


@pytest.mark.parametrize(("source", "line"), BROKEN.values(), ids=BROKEN)
def test_a_broken_template_is_named_by_check_with_its_line_and_costs_no_digest(
    tmp_path: Path, source: str, line: int
) -> None:
    file = tmp_path / "digest.j2"
    file.write_text(source, encoding="utf-8")
    overrides = Texts(templates=tmp_path).overrides
    assert overrides is not None
    found = list(overrides.faults(TRIALS))
    assert [(place, at) for place, at, _ in found] == [(str(file), line)]
    with capture_logs() as logs:
        assert said(tmp_path) == OURS
    assert {(one["event"], one["file"], one["log_level"]) for one in logs} == {
        ("template left out", "digest.j2", "warning")
    }
    assert not any("清河镇" in str(one) for one in logs)


def test_a_file_that_is_no_text_is_passed_over_too(tmp_path: Path) -> None:
    (tmp_path / "digest.j2").write_bytes("周报".encode("gbk"))
    assert said(tmp_path) == OURS
    overrides = Texts(templates=tmp_path).overrides
    assert overrides is not None
    assert [line for _, line, _ in overrides.faults(TRIALS)] == [1]


def test_check_says_what_is_wrong_with_the_folder(tmp_path: Path) -> None:
    (tmp_path / "notice.j2").write_text("会议通知", encoding="utf-8")
    (tmp_path / "foot.j2").write_text("有事打电话。", encoding="utf-8")
    (tmp_path / "digest.j2").write_text("{{ place }}\n{% include 'foot.j2' %}", encoding="utf-8")
    faults = template_faults(FOLDER, tmp_path)
    assert faults == [(str(tmp_path / "notice.j2"), 1, "没有用到：能换的是 digest.j2、digest_own.j2")]
    gone = tmp_path / "gone"
    assert template_faults(FOLDER, gone) == [(str(gone), 1, "没有这个文件夹")]


def test_a_fault_in_a_template_that_is_taken_in_is_named_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "foot.j2").write_text("一\n二\n{{ totals.nobody }}", encoding="utf-8")
    (tmp_path / "digest.j2").write_text("{{ place }}\n{% include 'foot.j2' %}", encoding="utf-8")
    overrides = Texts(templates=tmp_path).overrides
    assert overrides is not None
    assert [(file, line) for file, line, _ in overrides.faults(TRIALS)] == [(str(tmp_path / "foot.j2"), 3)]


def test_ours_have_no_fault(tmp_path: Path) -> None:
    for name in ("digest.j2", "digest_own.j2"):
        (tmp_path / name).write_text(f'{{% extends "builtin/{name}" %}}', encoding="utf-8")
    overrides = Texts(templates=tmp_path).overrides
    assert overrides is not None
    assert list(overrides.faults(TRIALS)) == []
