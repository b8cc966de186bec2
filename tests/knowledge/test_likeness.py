"""Questions that ask the same are one group."""

from knowledge.likeness import grouped


def test_what_asks_the_same_is_one_group_in_the_order_of_the_first() -> None:
    asked = ["党徽怎么戴", "食堂几点开门", "请问党徽怎么佩戴", "黨徽怎麼戴？", "食堂几点开", "党辉怎么带"]
    assert grouped(asked, str) == [
        ["党徽怎么戴", "请问党徽怎么佩戴", "黨徽怎麼戴？", "党辉怎么带"],
        ["食堂几点开门", "食堂几点开"],
    ]


def test_different_questions_stay_apart() -> None:
    assert len(grouped(["预备期多长", "任期多长", "党费怎么交", "党徽怎么戴"], str)) == 4
