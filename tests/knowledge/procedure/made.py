"""Small procedures made for tests of what holds for all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from knowledge.procedure.facts import Facts, Record
from knowledge.procedure.model import Procedure
from knowledge.procedure.timeline import Row, timeline

BEGUN = date(2026, 3, 2)


def step(id: str, **more: Any) -> dict[str, Any]:
    """One step that asks for its day and nothing else."""
    asked = {"id": "on", "kind": "day", "ask": "哪天？", "label": "日期", "default": "today"}
    usual = {"id": id, "title": f"步骤{id}", "who": "支部", "guide": "照着做。", "dated": "on", "fields": [asked]}
    return {**usual, **more}


def procedure(*stages: Sequence[Mapping[str, Any]]) -> Procedure:
    """Stages of steps, as a file would have them."""
    return Procedure.model_validate(
        {
            "id": "made",
            "title": "测试规程",
            "words": ["测试"],
            "purpose": "只为测试。",
            "about": "branch",
            "stages": [{"title": f"阶段{number}", "steps": list(steps)} for number, steps in enumerate(stages, 1)],
        }
    )


def check(rule: str, bound: str, fact: str = "on", **of: str) -> dict[str, Any]:
    """A rule that holds a step's day."""
    words = f"{rule}{bound}".replace("_", "")
    return {"id": words, "rule": rule, "of": of, "fact": fact, "bound": bound, "level": "stop", "says": "日子不对。"}


def record(id: int, its: str, day: date, **more: Any) -> Record:
    """A step as it was recorded."""
    return Record(id, its, day, {"on": day.isoformat(), **more})


def rows(made: Procedure, today: date, *records: Record, at: str = "", **around: Any) -> dict[str, Row]:
    """The timeline, by step."""
    facts = Facts(made, records, {"today": today, **around})
    return {row.step.id: row for row in timeline(made, records, facts, today, taken_over_at=at)}


@st.composite
def procedures(draw: st.DrawFn) -> Procedure:
    """Up to eight steps in any order that a file may have, some repeated, some optional, some held by rules."""
    steps: list[dict[str, Any]] = []
    for number in range(draw(st.integers(2, 8))):
        made = step(f"s{number}", usually={"days": draw(st.integers(0, 60)), "months": draw(st.integers(0, 7))})
        repeat = draw(st.sampled_from([None, None, {"at_least": 2}, {"due": "next_review_due", "at_least": 1}]))
        above = [one["id"] for one in steps if not repeat or "repeat" not in one]
        if above:
            made["after"] = draw(st.lists(st.sampled_from(above), min_size=1, max_size=3, unique=True))
            since = f"{draw(st.sampled_from(made['after']))}.on"
            made["checks"] = draw(st.sampled_from(_held(since)))
        if repeat:
            made["repeat"] = repeat
        made["optional"] = draw(st.sampled_from([False, False, False, True]))
        steps.append(made)
    return procedure(steps)


def _held(since: str) -> list[list[dict[str, Any]]]:
    order = check("same_day", "at_least", day=since)
    return [
        [],
        [order],
        [order, check("talk_due", "at_most", applied=since)],
        [check("earliest_candidate_date", "at_least", activist_since=since)],
        [check("notice_ends", "at_least", first=since)],
        [check("extension_range", "within", probation_end=since)],
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Procedure, list[Record], date]:
    """A procedure, what was recorded of its first steps, and a day after that."""
    made = draw(procedures())
    done = draw(st.integers(0, len(made.steps)))
    day, found = BEGUN, []
    for one in made.steps[:done]:
        least = one.repeat.at_least if one.repeat else 1
        for _ in range(
            0 if one.optional and draw(st.booleans()) else draw(st.integers(least, least + bool(one.repeat)))
        ):
            found.append(record(len(found) + 1, one.id, day))
            day += timedelta(days=draw(st.integers(0, 400)))
    return made, found, day + timedelta(days=draw(st.integers(0, 200)))
