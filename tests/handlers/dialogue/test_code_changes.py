"""The code of a dialogue changes while somebody is in the middle of it: every line of the table in the README."""

from typing import Any

from handlers.dialogue import Dialogue, Lines, Number, Option, Text, YesNo
from handlers.dialogue.engine import Play
from handlers.dialogue.questions import OneOf, Question, When
from storage.models import RunState
from tests.handlers.dialogue.tiny import Tiny, shared, write

FIRST, SECOND, THIRD = "第一问？", "第二问？", "第三问？"


def asking(*keys: str) -> Play:
    """A dialogue of text questions in this order."""

    async def play(d: Dialogue) -> None:
        answers = [await d.ask(key, Text()) for key in keys]
        await d.say("finished", answers=" ".join(answers))

    return play


async def test_a_question_added_at_the_end_is_asked_when_the_run_comes_to_it(tiny: Tiny) -> None:
    tiny.define(asking("first", "second"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.define(asking("first", "second", "third"))
    assert await tiny.hears("乙") == [THIRD]
    assert await tiny.hears("丙") == ["办好了：甲 乙 丙"]


async def test_a_question_added_before_the_open_one_is_asked_first_and_the_reply_is_not_taken_for_it(
    tiny: Tiny,
) -> None:
    tiny.define(asking("first", "third"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.define(asking("first", "second", "third"))
    [said] = await tiny.hears("丙")
    assert said == f"{shared('things_changed')}\n\n{SECOND}"
    assert await tiny.answers() == {"first": "甲"}
    assert await tiny.hears("乙", "丙") == [THIRD, "办好了：甲 乙 丙"]


async def test_the_answer_of_a_removed_question_is_ignored_and_kept(tiny: Tiny) -> None:
    tiny.define(asking("first", "second", "third"))
    await tiny.starts()
    await tiny.hears("甲", "乙")
    tiny.define(asking("first", "third"))
    assert await tiny.hears("丙") == ["办好了：甲 丙"]
    assert await tiny.answers() == {"first": "甲", "second": "乙", "third": "丙"}


async def test_when_the_open_question_is_removed_the_reply_to_it_is_not_taken_for_another(tiny: Tiny) -> None:
    tiny.define(asking("first", "second", "third"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.define(asking("first", "third"))
    assert await tiny.hears("乙") == [f"{shared('things_changed')}\n\n{THIRD}"]
    assert await tiny.answers() == {"first": "甲"}


async def test_a_renamed_question_is_asked_again(tiny: Tiny) -> None:
    tiny.define(asking("first", "second"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.define(asking("third", "second"))
    assert await tiny.hears("乙") == [f"{shared('things_changed')}\n\n{THIRD}"]
    assert await tiny.hears("丙", "乙") == [SECOND, "办好了：丙 乙"]


async def test_a_new_order_keeps_all_answers(tiny: Tiny) -> None:
    tiny.define(asking("first", "second", "third"))
    await tiny.starts()
    await tiny.hears("甲", "乙")
    tiny.define(asking("second", "first", "third"))
    assert await tiny.hears("丙") == ["办好了：乙 甲 丙"]


async def test_what_no_longer_fits_is_forgotten_with_all_later_answers_and_its_complaint_is_said(tiny: Tiny) -> None:
    def narrow(at_most: int) -> Play:
        async def play(d: Dialogue) -> None:
            first = await d.ask("first", Text())
            count = await d.ask("count", Number(at_most=at_most))
            second = await d.ask("second", Text())
            third = await d.ask("third", Text())
            await d.say("finished", answers=f"{first} {count} {second} {third}")

        return play

    tiny.define(narrow(100))
    await tiny.starts()
    await tiny.hears("甲", "80", "乙")
    tiny.define(narrow(50))
    assert await tiny.hears("丙") == [f"{shared('out_of_bounds', at_least=0, at_most=50)}\n\n几份？"]
    assert await tiny.answers() == {"first": "甲"}
    assert await tiny.hears("40", "乙", "丙") == [SECOND, THIRD, "办好了：甲 40 乙 丙"]


async def test_a_shorter_limit_of_a_text_asks_for_a_shorter_text(tiny: Tiny) -> None:
    def limited(max_length: int) -> Play:
        async def play(d: Dialogue) -> None:
            await d.ask("first", Text(max_length=max_length))
            await d.ask("second", Text())

        return play

    tiny.define(limited(20))
    await tiny.starts()
    await tiny.hears("一二三四五六七八九十")
    tiny.define(limited(5))
    assert await tiny.hears("乙") == [f"{shared('too_long', max_length=5, length=10)}\n\n{FIRST}"]


async def test_an_answer_of_another_form_is_asked_again(tiny: Tiny) -> None:
    kinds: dict[str, Question[Any]] = {
        "text": Text(),
        "lines": Lines(),
        "number": Number(),
        "yes or no": YesNo(),
        "when": When(),
    }
    given = {"text": "甲", "lines": "甲\n乙", "number": "3", "yes or no": "是", "when": "明天下午3点"}

    def of(kind: str) -> Play:
        async def play(d: Dialogue) -> None:
            await d.ask("first", kinds[kind])
            await d.ask("second", Text())

        return play

    for before, after in (
        ("text", "lines"),
        ("text", "number"),
        ("text", "yes or no"),
        ("text", "when"),
        ("lines", "text"),
        ("lines", "number"),
        ("lines", "yes or no"),
        ("lines", "when"),
        ("number", "lines"),
        ("number", "text"),
        ("number", "yes or no"),
        ("yes or no", "text"),
        ("yes or no", "lines"),
        ("when", "number"),
    ):
        tiny.define(of(before))
        assert await tiny.starts() == [FIRST], before
        assert await tiny.hears(given[before]) == [SECOND], before
        tiny.define(of(after))
        said = await tiny.hears("乙")
        assert said == [f"{shared('things_changed')}\n\n{FIRST}"], (before, after)
        assert await tiny.answers() == {}, (before, after)


async def test_a_tap_on_an_option_that_the_code_no_longer_has_answers_nothing(tiny: Tiny) -> None:
    def of(question: Question[Any]) -> Play:
        async def play(d: Dialogue) -> None:
            answer = await d.ask("kind", question)
            await d.say("finished", answers=answer)

        return play

    tiny.define(of(OneOf([Option("a", "甲种"), Option("b", "乙种")])))
    await tiny.starts()
    old = tiny.payload("甲种")
    tiny.define(of(YesNo()))
    assert await tiny.taps(old) == [f"{shared('no_longer_offered')}\n\n哪一种？"]
    assert await tiny.hears("是") == ["办好了：True"]


async def test_a_write_moved_before_a_question_stops_the_run_and_keeps_its_answers(tiny: Tiny) -> None:
    async def wrong(d: Dialogue) -> None:
        await d.ask("first", Text())
        await write(d)
        await d.ask("second", Text())

    tiny.define(asking("first", "second"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.define(wrong)
    assert await tiny.hears("乙") == [shared("crashed")]
    assert await tiny.answers() == {"first": "甲"}
    assert await tiny.written() == 0
    tiny.define(asking("first", "second"))
    assert await tiny.hears("乙") == ["办好了：甲 乙"]


async def test_a_removed_dialogue_ends_with_a_sentence_at_the_next_message(tiny: Tiny) -> None:
    tiny.define(asking("first", "second"))
    await tiny.starts()
    await tiny.hears("甲")
    tiny.remove()
    assert await tiny.hears("乙") == [shared("no_longer_there")]
    assert await tiny.state() is RunState.CANCELLED
    assert await tiny.hears("返回") == [shared("nothing_open")]


async def test_a_removed_dialogue_that_was_set_aside_ends_when_it_is_taken_up(tiny: Tiny) -> None:
    tiny.define(asking("first", "second"))
    await tiny.starts()
    await tiny.hears("甲", "稍后")
    tiny.remove()
    assert await tiny.hears("接着办") == [shared("no_longer_there")]
    assert await tiny.state() is RunState.CANCELLED


async def test_buttons_of_a_removed_dialogue_end_it_too(tiny: Tiny) -> None:
    for label, ending in ((shared("back_button"), "no_longer_there"), (shared("cancel_button"), "cancelled")):
        tiny.define(asking("first", "second"))
        await tiny.starts()
        await tiny.hears("甲")
        payload = tiny.payload(label)
        tiny.remove()
        assert await tiny.taps(payload) == [shared(ending, title=shared("old_title"))]
        assert await tiny.state() is RunState.CANCELLED
