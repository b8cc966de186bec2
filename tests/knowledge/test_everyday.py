"""Everyday words in the terms of the rules, and subjects that are not ours."""

import pytest

from knowledge.everyday import in_terms
from knowledge.foreign import foreign_to
from knowledge.handbook import Handbook


def test_everyday_words_become_the_terms_of_the_rules() -> None:
    assert in_terms("苗子的考验期多长") == "入党积极分子的预备期多长"
    assert in_terms("老王八月交的打平了怎么办") == "交的票数相等了怎么办"
    assert in_terms("预备期多长") is None


@pytest.mark.parametrize(
    "question", ["工会几年换届一次", "团费每个月交多少", "业委会怎么成立", "谁投了老张的反对票", "养老金怎么计算的"]
)
def test_what_is_about_another_body_is_not_answered(handbook: Handbook, question: str) -> None:
    assert foreign_to(question)
    assert handbook.ask(question).status != "answered"


def test_an_entry_that_is_about_it_still_answers(handbook: Handbook) -> None:
    assert handbook.ask("28岁以下入党要团组织推优吗").status == "answered"
