"""What the engine promises to the author of a dialogue, each promise on the smallest dialogue that shows it."""

import json
from datetime import datetime, timedelta

import pytest

from handlers.dialogue import Dialogue, DialogueBug, Number, Option, Refused, Role, Text, YesNo, dialogue
from handlers.dialogue.questions import Choices, OneOf
from handlers.messages import Kind
from storage.models import RunState
from tests.fakes import MONDAY
from tests.handlers.dialogue.tiny import Broken, Tiny, shared, write

FIRST, SECOND, THIRD = "第一问？", "第二问？", "第三问？"


async def two(d: Dialogue) -> None:
    """Two questions and a sentence."""
    first = await d.ask("first", Text())
    second = await d.ask("second", Text())
    await d.say("finished", answers=f"{first} {second}")


async def offering(d: Dialogue) -> None:
    """A question with buttons, then one without."""
    kind = await d.ask("kind", OneOf([Option("a", "甲种"), Option("b", "乙种")]))
    second = await d.ask("second", Text())
    await d.say("finished", answers=f"{kind} {second}")


# Saying and writing


async def test_a_sentence_between_questions_is_said_once(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.say("hello")
        await d.ask("first", Text())
        await d.say("between")
        await d.ask("count", Number())
        await d.ask("second", Text())

    tiny.define(play)
    assert await tiny.starts() == ["先说一句。", FIRST]
    assert await tiny.hears("甲") == ["中间一句。", "几份？"]
    assert await tiny.hears("不知道") == [f"{shared('no_number')}\n\n几份？"]
    assert await tiny.hears("3") == [SECOND]
    assert await tiny.hears("返回", "返回") == ["几份？", FIRST]
    assert await tiny.hears("丙") == ["中间一句。", "几份？"], "it followed an answer that was given anew"


@pytest.mark.parametrize("how", ["execute", "add", "push"])
async def test_a_write_or_a_notice_before_a_question_is_our_bug_and_leaves_nothing(tiny: Tiny, how: str) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        if how == "execute":
            await write(d)
        elif how == "add":
            d.turn.account.reachable = not d.turn.account.reachable
        else:
            d.turn.push([1], "通知", title="通知", key="k")
        await d.ask("second", Text())

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]
    assert await tiny.answers() == {}
    assert (await tiny.run()).journal["asked"] == "first"
    assert await tiny.written() == 0


async def test_what_is_written_after_the_last_question_stays(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        await write(d)
        await d.say("finished", answers="")

    tiny.define(play)
    await tiny.starts()
    await tiny.hears("甲")
    assert await tiny.written() == 1
    assert await tiny.state() is RunState.DONE


async def test_once_happens_once_across_replays_and_steps_back(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        number = await d.once("kept", lambda: write(d))
        await d.ask("count", Number())
        second = await d.ask("second", Text())
        await d.say("finished", answers=f"{number == 1} {second}")

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == ["几份？"]
    assert await tiny.written() == 1
    await tiny.hears("不知道", "3", "返回", "返回")
    assert await tiny.hears("丁", "4", "戊") == ["几份？", SECOND, "办好了：True 戊"]
    assert await tiny.written() == 1


async def test_a_turn_that_fails_after_once_takes_it_back_and_does_it_again(tiny: Tiny) -> None:
    broken = True

    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        await d.once("kept", lambda: write(d))
        if broken:
            raise Broken
        await d.ask("second", Text())

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]
    assert await tiny.written() == 0
    broken = False
    assert await tiny.hears("甲") == [SECOND]
    assert await tiny.written() == 1


async def test_once_in_a_loop_is_once_for_each_round(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        for id in (7, 8):
            with d.within("each", id):
                await d.once("kept", lambda: write(d))
                await d.ask("count", Number())

    tiny.define(play)
    await tiny.starts()
    await tiny.hears("1", "2")
    assert await tiny.written() == 2


# Loops


async def test_answers_of_a_loop_belong_to_an_id_when_the_list_changes(tiny: Tiny) -> None:
    people = ["王", "赵", "周"]

    async def play(d: Dialogue) -> None:
        counts = {}
        for id in people:
            with d.within("each", id):
                counts[id] = await d.ask("count", Number())
        await d.say("finished", answers=json.dumps(counts, ensure_ascii=False))

    tiny.define(play)
    await tiny.starts()
    await tiny.hears("1", "2")
    people[:] = ["李", "赵", "王", "周"]
    assert await tiny.hears("3") == [f"{shared('things_changed')}\n\n几份？"]
    assert await tiny.hears("4", "3") == ["几份？", '办好了：{"李": 4, "赵": 2, "王": 1, "周": 3}']


async def test_an_id_may_hold_any_characters(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        for id in ("1.2", "1:2", "a b"):
            with d.within("each", id):
                await d.ask("count", Number())
        await d.say("finished", answers="")

    tiny.define(play)
    assert await tiny.starts() == ["几份？"]
    assert await tiny.hears("1", "2", "3") == ["几份？", "几份？", "办好了："]


# Time


async def test_today_and_now_are_those_of_the_beginning(tiny: Tiny) -> None:
    seen: list[tuple[datetime, str, datetime]] = []

    async def play(d: Dialogue) -> None:
        seen.append((d.now, d.today.isoformat(), d.turn.now))
        await d.ask("first", Text())
        await d.ask("second", Text())

    tiny.define(play)
    await tiny.starts()
    tiny.town.later(days=3)
    await tiny.hears("甲")
    assert [now for now, _, _ in seen] == [MONDAY, MONDAY]
    assert [today for _, today, _ in seen] == ["2026-11-23", "2026-11-23"]
    assert seen[1][2] == MONDAY + timedelta(days=3), "the turn has its own time"


# Waiting and failing


async def test_waiting_passes_through_except_exception(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        try:
            first = await d.ask("first", Text())
            raise Broken
        except Exception:
            first = "caught"
        await d.say("finished", answers=first)

    tiny.define(play)
    assert await tiny.starts() == [FIRST]
    assert await tiny.hears("甲") == ["办好了：caught"]


async def test_a_crash_says_so_keeps_the_answers_and_goes_on_after_the_fix(tiny: Tiny) -> None:
    async def broken(d: Dialogue) -> None:
        await d.ask("first", Text())
        await d.ask("second", Text())
        await write(d)
        raise Broken

    tiny.define(broken)
    await tiny.starts()
    await tiny.hears("甲")
    for _ in range(2):
        assert await tiny.hears("乙") == [shared("crashed")]
        assert await tiny.answers() == {"first": "甲"}
        assert await tiny.state() is RunState.OPEN
    assert await tiny.written() == 0
    tiny.define(two)
    assert await tiny.hears("乙") == ["办好了：甲 乙"]


async def test_a_refusal_ends_the_run_with_its_sentence(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        raise Refused("no_use")

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == ["现在办不了。"]
    assert await tiny.state() is RunState.CANCELLED


async def test_a_refusal_after_a_write_is_our_bug(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        await d.ask("first", Text())
        await write(d)
        raise Refused("no_use")

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲") == [shared("crashed")]
    assert await tiny.state() is RunState.OPEN
    assert await tiny.written() == 0


def test_two_dialogues_of_one_name_are_our_bug(registry: None) -> None:
    dialogue("tiny", role=Role.ANYONE)(two)
    dialogue("tiny", role=Role.ANYONE)(two)
    with pytest.raises(DialogueBug):
        dialogue("tiny", role=Role.ANYONE)(offering)


async def test_the_same_update_again_changes_nothing_and_says_nothing(tiny: Tiny) -> None:
    tiny.define(two)
    await tiny.starts()
    await tiny.hears("甲")
    await tiny.chat.again()
    assert tiny.chat.hears() == []
    assert await tiny.answers() == {"first": "甲"}


# The way back


async def test_back_goes_one_answer_at_a_time_and_stops_at_the_first(tiny: Tiny) -> None:
    tiny.define(two)
    await tiny.starts()
    await tiny.hears("甲")
    assert await tiny.hears("返回") == [FIRST]
    assert await tiny.hears("返回") == [f"{shared('first_question')}\n\n{FIRST}"]
    assert await tiny.hears("丙", "丁") == [SECOND, "办好了：丙 丁"]


async def test_a_summary_opens_one_answer_and_keeps_the_others(tiny: Tiny) -> None:
    async def play(d: Dialogue) -> None:
        first = await d.ask("first", Text())
        second = await d.ask("second", Text())
        await d.confirm()
        await d.say("finished", answers=f"{first} {second}")

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("甲", "乙") == [SECOND, "对吗？\n• first：甲\n• second：乙"]
    await tiny.chat.taps(shared("revise_button"))
    assert tiny.chat.hears() == [shared("which_answer")]
    await tiny.chat.taps("first")
    assert tiny.chat.hears() == [FIRST]
    assert await tiny.hears("丙") == ["对吗？\n• first：丙\n• second：乙"]
    assert await tiny.hears("second") == [SECOND]
    assert await tiny.hears("返回") == ["对吗？\n• first：丙\n• second：乙"], (
        "a change that is given up changes nothing"
    )
    assert await tiny.hears("对") == ["办好了：丙 乙"]


async def test_a_confirmation_that_was_another_question_is_asked_again(tiny: Tiny) -> None:
    async def before(d: Dialogue) -> None:
        await d.ask("first", Text())
        await d.ask("confirm", YesNo(), summary="")
        await d.ask("second", Text())

    async def after(d: Dialogue) -> None:
        await d.ask("first", Text())
        await d.confirm()
        await d.say("finished", answers="")

    tiny.define(before)
    await tiny.starts()
    await tiny.hears("甲", "否")
    tiny.define(after)
    assert await tiny.hears("乙") == [f"{shared('no_longer_offered')}\n\n对吗？\n• first：甲"]
    assert await tiny.hears("确认") == ["办好了："]


async def test_what_was_ticked_and_is_gone_does_not_count(tiny: Tiny) -> None:
    offered = ["甲", "乙"]

    async def play(d: Dialogue) -> None:
        chosen = await d.ask("who", Choices([Option(name, name) for name in offered], at_least=1))
        await d.say("finished", answers="、".join(chosen))

    tiny.define(play)
    await tiny.starts()
    assert await tiny.hears("乙") == [shared("chosen_so_far", count=1)]
    offered.remove("乙")
    assert (await tiny.hears("好了"))[-1].startswith(shared("choose_at_least", at_least=1))
    assert await tiny.hears("甲", "好了") == [shared("chosen_so_far", count=1), "办好了：甲"]


# Several dialogues


async def test_opening_another_sets_the_first_aside_and_it_is_offered_again(tiny: Tiny) -> None:
    tiny.define(two)
    tiny.define(offering, name="other")
    await tiny.starts()
    await tiny.hears("甲")
    assert await tiny.starts("other") == ["哪一种？"]
    assert [run.state for run in await tiny.runs()] == [RunState.PARKED, RunState.OPEN]
    assert await tiny.hears("甲种", "丙") == [SECOND, "办好了：a 丙", shared("still_parked", count=1)]
    await tiny.chat.taps(shared("resume_this", title="小事"))
    assert tiny.chat.hears() == [f"{shared('resumed', title='小事')}\n\n{SECOND}"]
    assert await tiny.hears("乙") == ["办好了：甲 乙"]


async def test_taking_up_what_was_set_aside_sets_the_open_one_aside(tiny: Tiny) -> None:
    tiny.define(two)
    tiny.define(two, name="other")
    await tiny.starts()
    await tiny.hears("甲")
    await tiny.starts("other")
    first, _ = await tiny.runs()
    await tiny.taps(f"resume.{first.id}")
    assert [run.state for run in await tiny.runs()] == [RunState.OPEN, RunState.PARKED]


# Buttons that are not the newest ones of the run


async def test_a_button_of_an_earlier_question_repeats_the_open_one(tiny: Tiny) -> None:
    tiny.define(offering)
    await tiny.starts()
    old, old_cancel = tiny.payload("甲种"), tiny.payload(shared("cancel_button"))
    await tiny.taps(tiny.payload("乙种"))
    for payload in (old, old_cancel):
        assert await tiny.taps(payload) == [f"{shared('stale_button')}\n\n{SECOND}"]
        assert await tiny.answers() == {"kind": "b"}
        assert await tiny.state() is RunState.OPEN


async def test_a_button_of_a_finished_run_does_nothing(tiny: Tiny) -> None:
    tiny.define(offering)
    await tiny.starts()
    old = tiny.payload("甲种")
    await tiny.hears("乙种", "丙")
    assert await tiny.taps(old) == [shared("finished_button")]
    await tiny.starts()
    assert await tiny.taps(old) == [f"{shared('finished_button')}\n\n哪一种？"]
    done, current = await tiny.runs()
    assert done.journal["answers"] == {"kind": "b", "second": "丙"}
    assert "answers" not in current.journal


async def test_a_button_of_a_run_that_was_set_aside_offers_to_take_it_up(tiny: Tiny) -> None:
    tiny.define(offering)
    await tiny.starts()
    old = tiny.payload("甲种")
    await tiny.hears("稍后")
    assert await tiny.taps(old) == [shared("parked", title="小事")]
    assert await tiny.answers() == {}
    await tiny.chat.taps(shared("resume_button"))
    assert tiny.chat.hears() == [f"{shared('resumed', title='小事')}\n\n哪一种？"]


async def test_a_button_of_somebody_else_does_nothing_to_either(tiny: Tiny) -> None:
    tiny.define(offering)
    await tiny.starts()
    theirs = tiny.payload("甲种")
    stranger = await tiny.town.chat("别人")
    await stranger.sends(Kind.TAP, payload=theirs)
    assert stranger.hears() == [shared("not_your_button")]
    assert await tiny.answers() == {}
    [run] = await tiny.runs()
    await stranger.sends(Kind.TAP, payload=f"c{run.id}.{run.turn}.x")
    assert stranger.hears() == [shared("not_your_button")]
    assert await tiny.state() is RunState.OPEN


@pytest.mark.parametrize(
    "forged",
    [
        "r{run}.{turn}.2",
        "r{run}.{turn}.999",
        "r{run}.{turn}.-1",
        "r{run}.{turn}.b",
        "c{run}.{turn}.0",
        "c{run}.{turn}.y",
        "r{run}.{turn}",
        "r{run}.{turn}.0.0",
        "r{run}.{turn}.0\n",
        "r{run}.{turn}.9999999999999999999",
        "r.{turn}.0",
        "",
        ".",
        "nonsense.1",
    ],
)
async def test_an_invented_button_of_ones_own_run_changes_nothing(tiny: Tiny, forged: str) -> None:
    tiny.define(offering)
    await tiny.starts()
    run = await tiny.run()
    assert await tiny.taps(forged.format(run=run.id, turn=run.turn)) == [shared("unknown_button")]
    after = await tiny.run()
    assert (after.journal, after.state, after.turn) == (run.journal, RunState.OPEN, run.turn)


@pytest.mark.parametrize("argument", ["0", "999999", "2147483648", "-1", "x", "１"])
async def test_an_invented_run_cannot_be_taken_up(tiny: Tiny, argument: str) -> None:
    tiny.define(offering)
    await tiny.starts()
    [said] = (await tiny.taps(f"resume.{argument}"))[:1]
    assert said.split("\n")[0] in {shared("nothing_parked"), shared("gone")}
    assert await tiny.state() is RunState.OPEN


async def test_what_somebody_else_set_aside_cannot_be_taken_up(tiny: Tiny) -> None:
    tiny.define(offering)
    await tiny.starts()
    await tiny.hears("稍后")
    stranger = await tiny.town.chat("别人")
    await stranger.sends(Kind.TAP, payload=f"resume.{(await tiny.run()).id}")
    assert stranger.hears() == [shared("nothing_parked")]
    assert await tiny.state() is RunState.PARKED
