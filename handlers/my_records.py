"""Everything that is held on one person, gathered by topic in plain words; other people's names are in none of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.dialogue.turn import Turn
from handlers.dues_lines import month_words
from handlers.report_words import plain
from handlers.wording import day_words
from knowledge.rules.customs import period_words
from storage.case_steps import steps_of
from storage.cases import cases_about
from storage.dues import assessments_by_person, payments_by
from storage.learning import learning_of
from storage.models import Presence
from storage.my_data import (
    attended_by,
    bound_to,
    charged_to,
    done_by,
    made_up_by,
    other_names,
    served_by,
    small_traces,
    stretches_of,
)
from storage.reports import notes_on, reports_by

Record = dict[str, str]
"""One thing that is held, by the keys of `labels` in the texts; what is not known is left out."""

TOPICS = (
    "membership",
    "attendance",
    "reports",
    "dues",
    "hours",
    "cases",
    "tasks",
    "make_ups",
    "accounts",
    "traces",
)


@dataclass(frozen=True, slots=True)
class Gathering:
    """What the parts of the gathering share: whose it is, and how days and others' words are written."""

    turn: Turn
    hide: Callable[[str], str]

    @property
    def person_id(self) -> int:
        """Whose records they are."""
        return self.turn.person_id

    def moment(self, at: datetime | None) -> str:
        """A moment on the person's clock."""
        return (
            ""
            if at is None
            else f"{day_words(at.astimezone(self.turn.zone).date())} {at.astimezone(self.turn.zone):%H:%M}"
        )

    def word(self, key: str) -> str:
        """One of the words of this file."""
        return self.turn.texts.say("my_data", key)


def _day(day: date | None) -> str:
    return "" if day is None else day_words(day)


def _filled(**values: str) -> Record:
    return {name: value for name, value in values.items() if value}


def without(words: str, names: Sequence[str], instead: str) -> str:
    """What somebody else wrote, without the names of other people; the longest are looked for first."""
    if not names:
        return words
    return re.sub("|".join(re.escape(name) for name in names), instead, words)


async def gathered(turn: Turn) -> dict[str, list[Record]]:
    """Everything, by topic."""
    names = await other_names(turn.session, turn.person_id)
    instead = turn.texts.say("my_data", "somebody")
    here = Gathering(turn, lambda words: without(words, names, instead))
    parts = (
        _membership,
        _attendance,
        _reports,
        _dues,
        _hours,
        _cases,
        _tasks,
        _make_ups,
        _accounts,
        _traces,
    )
    return {topic: await part(here) for topic, part in zip(TOPICS, parts, strict=True)}


async def _membership(here: Gathering) -> list[Record]:
    turn = here.turn
    found = [
        _filled(
            organization=one.organization_name,
            status=turn.texts.word(one.status),
            since=_day(one.since),
            until=_day(one.until),
            vote="" if one.may_vote else here.word("no_vote"),
        )
        for one in await stretches_of(turn.session, here.person_id)
    ]
    found += [
        _filled(
            organization=one.organization_name,
            post=turn.texts.word(one.kind),
            since=_day(one.since),
            term_ends=_day(one.term_ends),
            until=_day(one.until),
        )
        for one in await served_by(turn.session, here.person_id)
    ]
    return found


async def _attendance(here: Gathering) -> list[Record]:
    word = here.turn.texts.word
    return [
        _filled(
            when=here.moment(one.starts_at),
            meeting=here.hide(one.title) or word(one.kind),
            organization=one.organization_name,
            place=here.hide(one.place),
            presence=word(one.presence) if one.expected or one.presence is Presence.PRESENT else "",
            guest="" if one.expected else here.word("sat_in"),
            answer="" if one.will_come is None else here.word("will_come" if one.will_come else "will_not_come"),
            way=word(one.way) if one.way else "",
            how=here.hide(one.how),
            checked_in=here.moment(one.checked_in_at),
            late=str(one.late_minutes) if one.late_minutes else "",
            left=here.moment(one.left_at),
            reason=one.reason,
        )
        for one in await attended_by(here.turn.session, here.person_id)
    ]


async def _reports(here: Gathering) -> list[Record]:
    turn = here.turn
    found = await reports_by(turn.session, here.person_id, None)
    notes: dict[int, list[str]] = {}
    for note in await notes_on(turn.session, [one.id for one in found]):
        mine = note.author_id == here.person_id
        words = note.text if mine else here.hide(note.text)
        who = here.word("i_added" if mine else "was_asked")
        notes.setdefault(note.report_id, []).append(f"{who}（{here.moment(note.at)}）：{words}")
    return [
        _filled(
            number=one.number,
            kind=turn.texts.word(one.kind),
            period=period_words(one.period),
            subject=one.title,
            hours=plain(one.hours) if one.hours is not None else "",
            handed_in=here.moment(one.handed_in_at),
            read=here.moment(one.read_at),
            state=turn.texts.word(one.state),
            files="、".join(file.name for file in one.files),
            text=one.text,
            notes="\n".join(notes.get(one.id, ())),
        )
        for one in found
    ]


async def _dues(here: Gathering) -> list[Record]:
    turn = here.turn
    fixed = [
        _filled(
            year=f"{one.year}",
            payer=turn.texts.word(one.payer),
            monthly=f"{one.monthly:.2f}",
            first_month=month_words([one.first_month]),
            reason=here.hide(one.reason),
        )
        for one in await assessments_by_person(turn.session, here.person_id)
    ]
    paid = [
        _filled(
            month=month_words([one.month]),
            amount=f"{one.amount:.2f}",
            paid_on=_day(one.paid_on),
            voided=(here.hide(one.note) or here.word("yes")) if one.voided else "",
        )
        for one in reversed(await payments_by(turn.session, [here.person_id], voided=True))
    ]
    return [*fixed, *paid]


async def _hours(here: Gathering) -> list[Record]:
    word = here.turn.texts.word
    return [
        _filled(
            day=_day(one.held_on),
            subject=here.hide(one.title),
            kind=word(one.kind),
            hours=plain(one.hours),
            proof=here.word("yes") if one.proof_id else "",
        )
        for one in reversed(await learning_of(here.turn.session, [here.person_id]))
    ]


async def _cases(here: Gathering) -> list[Record]:
    turn = here.turn
    views = await cases_about(turn.session, here.person_id)
    steps = await steps_of(turn.session, [one.id for one in views])
    procedures = turn.around.procedures
    states = turn.texts.find("my_data", "case_states.words")
    found = []
    for one in views:
        known = procedures.named(one.procedure).title if one.procedure in procedures else one.procedure
        titles = case_step_titles(turn, one.procedure)
        done = [f"{titles.get(view.step, view.step)} {_day(view.done_on)}" for view in steps.get(one.id, [])]
        found.append(
            _filled(
                case=here.hide(one.title),
                procedure=known,
                organization=one.organization_name,
                state=str(states[one.state.value]),
                begun=_day(one.started_on),
                closed=_day(one.closed_on),
                steps="；".join(done),
            )
        )
    return found


def case_step_titles(turn: Turn, procedure: str) -> dict[str, str]:
    """The titles of a procedure's steps by id; empty when the procedure is there no more."""
    procedures = turn.around.procedures
    return {step.id: step.title for step in procedures.named(procedure).steps} if procedure in procedures else {}


async def _tasks(here: Gathering) -> list[Record]:
    return [
        _filled(task=here.hide(one.what), due=_day(one.due_on), done=_day(one.done_on))
        for one in await charged_to(here.turn.session, here.person_id)
    ]


async def _make_ups(here: Gathering) -> list[Record]:
    return [
        _filled(
            meeting=here.hide(one.title) or here.turn.texts.word(one.kind),
            when=here.moment(one.starts_at),
            task=here.hide(one.what),
            due=_day(one.due_on),
            done=_day(one.done_on),
        )
        for one in await made_up_by(here.turn.session, here.person_id)
    ]


async def _accounts(here: Gathering) -> list[Record]:
    turn = here.turn
    return [
        _filled(
            account=turn.texts.find("my_data", "channels").get(one.channel, one.channel),
            bound=here.moment(one.created_at),
            this=here.word("yes") if one.id == turn.account.id else "",
            reachable="" if one.reachable else here.word("no"),
        )
        for one in await bound_to(turn.session, here.person_id)
    ]


async def _traces(here: Gathering) -> list[Record]:
    turn = here.turn
    counts = await small_traces(turn.session, here.person_id)
    actions = turn.texts.find("my_data", "actions")
    found = [_filled(trace=here.word(name), count=str(count)) for name, count in counts.items() if count]
    found += [
        _filled(when=here.moment(one.at), trace=str(actions.get(one.action, here.word("other_action"))))
        for one in await done_by(turn.session, here.person_id)
    ]
    return found
