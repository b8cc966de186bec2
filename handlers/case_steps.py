"""Beginning a case, recording its steps, correcting them: one question a message, checked as they are typed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from handlers.case_questions import Fitted, PhoneDigits, SomebodyNew, Stop, question_of
from handlers.case_recording import Taken, settle, write_steps
from handlers.case_words import begun_title, next_words, page_rows, paper_rows, step_title
from handlers.case_work import Work, around_of, branch_of, open_steps, require_open, step_place, work_from, work_on
from handlers.dialogue import Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.questions import Choices, OneOf, Option, PersonIn, YesNo
from handlers.messages import Button
from knowledge.procedure.checking import Problem, made_words, problems, sentence, shown
from knowledge.procedure.facts import Facts, dump, is_asked
from knowledge.procedure.model import About, Asked, Kind, Level, Procedure, Step
from knowledge.procedure.takeover import facts_that_matter
from knowledge.procedure.timeline import usual_day
from storage.case_steps import CaseMoved, correct_step, steps_of, withdraw_step
from storage.cases import CaseView, add_case, case, cases_of, open_case_about, reopen_case
from storage.memberships import enrol
from storage.models import CaseState, Status
from storage.people import Member, audit

NEW = 0
"""The id of a case, or of a person, that is not written yet."""
LONG = 4
"""From so many steps on a case may have begun before, and is worth being taken over midway."""
AT_A_GLANCE = 12


@dataclass
class Sitting:
    """What is being recorded now, in order, and what has to be said of it before it is confirmed."""

    work: Work
    taken: list[Taken] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dialogue("start_case", role=Role.SECRETARY)
async def start_case(d: Dialogue) -> None:
    """A secretary begins a procedure: about whom or what, from which step; the first steps are recorded at once."""
    procedure = await _procedure(d)
    branch = await branch_of(d.session, d.place.organization_id)
    procedure = d.turn.around.procedures.named(procedure.id, branch.names)
    subject = await _subject(d, procedure, branch.people)
    matter = (
        await d.ask("matter", Text(max_length=60), asked=procedure.matter) if procedure.about is About.MATTER else ""
    )
    title = begun_title(d.texts, procedure, subject.name if subject else matter, d.today)
    at = await _begins_at(d, procedure)
    view = _not_written(d, procedure, subject, title, at)
    work = replace(
        work_from(d.turn.around.procedures, d.today, view, branch, []), around=around_of(branch, view, d.today)
    )
    sitting = Sitting(work)
    if at:
        await _earlier_steps(d, sitting, at)
    else:
        await _sit(d, sitting, procedure.steps[0], may_stop=True)
    await d.confirm(
        "start_confirm", title=title, made=_made_of(sitting), warnings=sitting.warnings, empty=not sitting.taken
    )
    person_id = subject.person_id if subject else None
    if person_id == NEW and subject is not None:
        person_id = await enrol(
            d.session,
            organization_id=d.place.organization_id,
            name=subject.name,
            phone_last4=subject.phone_last4,
            status=_stands_as(procedure, at),
            since=d.today,
        )
    case_id = await add_case(
        d.session,
        organization_id=d.place.organization_id,
        procedure=procedure.id,
        subject_id=person_id,
        title=title,
        started_on=d.today,
        remind_on=None,
        started_by_id=d.turn.person_id,
        taken_over_at=at,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, d.place.organization_id, "start_case", f"case:{case_id}")
    written = await case(d.session, case_id)
    assert written is not None
    await _write(d, replace(sitting, work=replace(sitting.work, case=written)))


async def _procedure(d: Dialogue) -> Procedure:
    """The one that a button named, or one that is picked by name."""
    procedures = d.turn.around.procedures
    named = str(d.given.get("argument", ""))
    if not named:
        offered = [Option(one.id, one.title) for one in procedures if one.steps]
        named = await d.ask("procedure", OneOf(offered))
    if named not in procedures or not procedures.named(named).steps:
        raise Refused("no_such_procedure")
    return procedures.named(named)


async def _subject(d: Dialogue, procedure: Procedure, people: Sequence[Member]) -> Member | None:
    """Whom the case is about: somebody of the branch, or a new applicant whom the roster does not have yet."""
    if procedure.about is not About.PERSON:
        return None
    fitting = [one for one in people if not procedure.subject or one.status.value in procedure.subject]
    applicants = Status.APPLICANT.value in procedure.subject
    if not fitting and not applicants:
        raise Refused("nobody_fits", title=procedure.title)
    found = NEW
    if fitting:
        found = await d.ask("who", SomebodyNew(fitting) if applicants else PersonIn(fitting), title=procedure.title)
    if found == NEW:
        name = await d.ask("name", Text(max_length=30))
        digits = await d.ask("digits", PhoneDigits())
        return Member(NEW, name, digits, Status.APPLICANT, False, None)
    running = await open_case_about(d.session, procedure.id, found)
    subject = next(one for one in fitting if one.person_id == found)
    if running is not None:
        raise Refused("already_open", title=running.title)
    return subject


async def _begins_at(d: Dialogue, procedure: Procedure) -> str:
    """The step at which a case that began before is taken over; empty when it begins now."""
    if procedure.about is not About.PERSON or len(procedure.steps) < LONG:
        return ""
    if await d.ask("from_the_start", YesNo(), title=procedure.title):
        return ""
    steps = list(procedure.steps[1:])
    if len(steps) > AT_A_GLANCE:
        stages = [Option(str(number), stage.title) for number, stage in enumerate(procedure.stages)]
        chosen = await d.ask("stage", OneOf(stages))
        stage = procedure.stages[int(chosen)]
        steps = [step for step in stage.steps if step in steps]
    if len(steps) == 1:
        return steps[0].id
    return await d.ask("at_step", OneOf([Option(step.id, step.title) for step in steps]))


def _stands_as(procedure: Procedure, at: str) -> Status:
    """As what somebody is registered whose case is taken over at a step: what the steps before it make of people."""
    found = Status.APPLICANT
    for step in procedure.steps:
        if not at or step.id == at:
            break
        for effect in step.effects:
            if effect.status:
                found = Status(effect.status)
    return found


def _not_written(d: Dialogue, procedure: Procedure, subject: Member | None, title: str, at: str) -> CaseView:
    place = d.place
    return CaseView(
        id=NEW,
        organization_id=place.organization_id,
        organization_name=place.name,
        path=place.path,
        timezone=str(place.zone),
        procedure=procedure.id,
        subject_id=subject.person_id if subject else None,
        subject_name=subject.name if subject else None,
        title=title,
        state=CaseState.OPEN,
        outcome=None,
        started_on=d.today,
        closed_on=None,
        remind_on=None,
        paused_why="",
        taken_over_at=at,
    )


async def _earlier_steps(d: Dialogue, sitting: Sitting, at: str) -> None:
    """What was done before the case was taken over, as far as later rules need it."""
    for id, asked in facts_that_matter(sitting.work.procedure, at).items():
        step = sitting.work.procedure.step(id)
        with d.within("", id):
            taken = await _ask_step(d, sitting, step, only=asked)
        if taken is not None:
            _take(sitting, taken)


@dialogue("record", role=Role.SECRETARY)
async def record(d: Dialogue) -> None:
    """The secretary records what was done: one step, and those that are done along with it, confirmed once."""
    argument, _, wanted = str(d.given.get("argument", "")).partition(".")
    work = await work_on(d.turn, argument or await _which_case(d))
    require_open(work)
    step = await _which_step(d, work, wanted)
    sitting = Sitting(work)
    peers = await _peers(d, work, step)
    if peers:
        await _sit_together(d, sitting, step, peers)
        return
    await _sit(d, sitting, step)
    await d.confirm(title=work.case.title, made=_made_of(sitting), warnings=sitting.warnings)
    await _write(d, sitting)


async def _which_case(d: Dialogue) -> str:
    running = await cases_of(d.session, d.place.organization_id, states=[CaseState.OPEN], limit=30)
    if not running:
        raise Refused("none_running")
    if len(running) == 1:
        return str(running[0].id)
    return await d.ask("which", OneOf([Option(str(one.id), one.title) for one in running]))


async def _which_step(d: Dialogue, work: Work, wanted: str) -> Step:
    """The step that a button named, or the one that the case waits for, or one of several.

    Raises `Refused` when none may be, with the reason.
    """
    may = open_steps(work)
    if wanted:
        place = step_place(work, wanted)
        if place.step not in may:
            raise Refused("not_now", words=next_words(d.texts, work, only=place))
        return place.step
    if not may:
        raise Refused("not_now", words=next_words(d.texts, work))
    needed = [step for step in may if not step.optional]  # the others have their button on the case's page
    if len(may) == 1 or len(needed) == 1:
        return (needed or may)[0]
    chosen = await d.ask("step", OneOf([Option(step.id, step.title) for step in may]))
    return next(step for step in may if step.id == chosen)


async def _sit(d: Dialogue, sitting: Sitting, step: Step, *, may_stop: bool = False) -> None:
    """Record a step, then those after it that have usually happened by today, until one has not."""
    while True:
        with d.within("", step.id):
            taken = await _ask_step(d, sitting, step, may_stop=may_stop or bool(sitting.taken))
        if taken is None:
            return
        _take(sitting, taken)
        following = _likely_done(sitting, d.today)
        if following is None:
            return
        step = following


def _likely_done(sitting: Sitting, today: date) -> Step | None:
    """The next step that comes after one of this sitting, or along with it, and has usually been done by today."""
    work, taken = sitting.work, {one.step.id for one in sitting.taken}
    near = taken.union(*(work.procedure.before(one.step) for one in sitting.taken))
    done = {place.step.id: place.done_on for place in work.standing.places if place.done_on}
    for place in work.standing.open:
        before = set(work.procedure.before(place.step))
        if place.step.id in taken or place.step.optional or not before & near:
            continue
        days = [place.done_on] if place.done_on else [done[id] for id in before if id in done]
        if days and usual_day(max(days), place.step.usually) <= today:
            return place.step
    return None


def _take(sitting: Sitting, taken: Taken) -> None:
    sitting.taken.append(taken)
    sitting.work = sitting.work.supposing(taken.step.id, taken.done_on, taken.answers)


async def _ask_step(
    d: Dialogue,
    sitting: Sitting,
    step: Step,
    *,
    may_stop: bool = False,
    only: Sequence[Asked] | None = None,
    given: dict[str, Any] | None = None,
    fields: Sequence[Asked] | None = None,
    whose: str = "",
) -> Taken | None:
    """Ask the fields of a step, holding every answer against the rules; None when the sitting ends before it.

    `only` are those that matter of a step done before the case was taken over, held against no rule. `given` are
    answers that others of the same sitting share, `fields` what is asked besides them, of `whose` case.
    """
    work, values, reasons = sitting.work, dict(given or {}), dict[str, str]()
    asked_for = fields if fields is not None else only if only is not None else step.fields
    first = given is None
    for asked in asked_for:
        facts = work.facts.supposing(step, values)
        if not is_asked(asked, facts, step.id):
            continue
        value = await _ask_field(
            d, work, step, asked, values, first=first, may_stop=may_stop and first, ruled=only is None, whose=whose
        )
        if isinstance(value, Stop):
            return None
        first = False
        values[asked.id] = value
        if only is None:
            await _ask_reasons(d, work, step, asked, values, reasons, sitting)
    done_on: date = values[step.dated]
    answers = {one.id: dump(one.kind, values[one.id]) for one in step.fields if values.get(one.id) is not None}
    return Taken(step, done_on, answers, reasons)


async def _ask_field(
    d: Dialogue,
    work: Work,
    step: Step,
    asked: Asked,
    values: dict[str, Any],
    *,
    first: bool,
    may_stop: bool,
    ruled: bool,
    whose: str = "",
) -> Any:
    facts = work.facts.supposing(step, values)

    def complaint(value: Any) -> str:
        found = _found(work, step, asked, {**values, asked.id: value}) if ruled else []
        stopping = [problem for problem in found if problem.level is Level.STOP]
        return _words(d, stopping[0]) if stopping else ""

    default = facts.get(asked.default, step.id) if asked.default else None
    likely = {} if default in (None, [], "") else {_likely(d, asked, default): default}
    question = Fitted(
        question_of(asked, work.branch.people, facts, step.id, d.today, step.dated),
        likely=likely,
        skippable=asked.optional,
        may_stop=may_stop,
        complaint=complaint,
    )
    with d.within("", asked.id):
        return await d.ask(
            "value",
            question,
            label=f"{whose} {asked.label}" if whose else asked.label,
            head=step_title(step) if first else "",
            who=step.who,
            guide=sentence(step.guide, facts, step.id) if ruled else "",
            locally=step.confirm_locally if ruled else "",
            second_hand=_second_hand(work, step) if ruled and first else "",
            asked=sentence(asked.ask, facts, step.id),
            why=sentence(asked.why, facts, step.id),
            example=asked.example,
            unit=asked.unit,
        )


def _likely(d: Dialogue, asked: Asked, value: Any) -> str:
    if asked.default == "today":
        return d.texts.say("case_steps", "today_button")
    return shown(asked.kind, value, asked.among)


def _second_hand(work: Work, step: Step) -> str:
    version = work.procedure.version_on(work.today)
    held = version and version.second_hand and any(check.version == version.id for check in step.checks)
    return version.second_hand if version and held else ""


def _found(work: Work, step: Step, asked: Asked, values: dict[str, Any]) -> list[Problem]:
    """What the rules say against the newest answer; with the last one, against all of them together."""
    supposed = work.facts.supposing(step, values)
    day = values.get(step.dated) or work.today
    later = step.fields[step.fields.index(asked) + 1 :] if asked in step.fields else ()
    last = not any(one.id not in values and is_asked(one, supposed, step.id) for one in later)
    return problems(work.procedure, step, supposed, day, touching="" if last else asked.id)


def _words(d: Dialogue, problem: Problem) -> str:
    source = problem.source
    cited = d.turn.around.procedures.cite(source) if source else ""
    return d.texts.say(
        "case_steps", "problem", says=problem.says, then=problem.then, cited=cited, local=problem.check.local
    )


async def _ask_reasons(
    d: Dialogue,
    work: Work,
    step: Step,
    asked: Asked,
    values: dict[str, Any],
    reasons: dict[str, str],
    sitting: Sitting,
) -> None:
    """What may only be recorded with a reason gets one; what is only to be borne in mind is kept for the summary."""
    for problem in _found(work, step, asked, values):
        if problem.level is Level.WARN:
            words = problem.words
            if words not in sitting.warnings:
                sitting.warnings.append(words)
        elif problem.level is Level.REASON and problem.check.id not in reasons:
            with d.within("", problem.check.id):
                reasons[problem.check.id] = await d.ask("reason", Text(max_length=200), problem=_words(d, problem))


async def _peers(d: Dialogue, work: Work, step: Step) -> list[Work]:
    """Other cases of the same kind that stand at the same step, of which some may be decided at the same meeting."""
    if not step.batch:
        return []
    procedure, branch = work.procedure, work.branch
    others = await cases_of(
        d.session, work.case.organization_id, states=[CaseState.OPEN], procedure=procedure.id, limit=50
    )
    others = [one for one in others if one.id != work.case.id]
    views = await steps_of(d.session, [one.id for one in others]) if others else {}
    works = [work_from(d.turn.around.procedures, work.today, one, branch, views.get(one.id, [])) for one in others]
    ready = [one for one in works if step in open_steps(one)]
    if not ready:
        return []
    options = [Option(str(one.case.id), one.case.subject_name or one.case.title) for one in ready]
    chosen = await d.ask("together", Choices(options), step=step.title, name=work.case.subject_name or work.case.title)
    return [one for one in ready if str(one.case.id) in chosen]


async def _sit_together(d: Dialogue, sitting: Sitting, step: Step, peers: Sequence[Work]) -> None:
    """One meeting about several people: what is the same is asked once, each is discussed and voted on alone."""
    common = [asked for asked in step.fields if asked.shared]
    alone = [asked for asked in step.fields if not asked.shared]
    sittings = [sitting, *(Sitting(one) for one in peers)]
    shared: dict[str, Any] = {}
    for asked in common:
        if not is_asked(asked, sitting.work.facts.supposing(step, shared), step.id):
            continue
        with d.within("", step.id):
            value = await _ask_field(d, sitting.work, step, asked, shared, first=not shared, may_stop=False, ruled=True)
        shared[asked.id] = value
    for one in sittings:
        name = one.work.case.subject_name or one.work.case.title
        with d.within("", f"case{one.work.case.id}"):
            await d.say("about", name=name)
            taken = await _ask_step(d, one, step, given=shared, fields=alone, whose=name)
        assert taken is not None
        _take(one, taken)
    warnings = _of_whom(sittings)
    made = [(f"{one.work.case.subject_name}：{label}", words) for one in sittings for label, words in _made_of(one)]
    await d.confirm(title=step.title, made=made, warnings=warnings)
    for one in sittings:
        with d.within("", f"case{one.work.case.id}"):
            await _write(d, one)


def _of_whom(sittings: Sequence[Sitting]) -> list[str]:
    """What is to be borne in mind, with the name of whom it is about where it is not about all."""
    found: dict[str, None] = {}
    for one in sittings:
        for words in one.warnings:
            all_of_them = all(words in each.warnings for each in sittings)
            found[words if all_of_them else f"{one.work.case.subject_name}：{words}"] = None
    return list(found)


async def _write(d: Dialogue, sitting: Sitting) -> None:
    """Record the sitting and say what follows: the papers, the next step, its earliest day, the reminder."""
    before = replace(sitting.work, records=sitting.work.records[: len(sitting.work.records) - len(sitting.taken)])
    try:
        ended = await write_steps(d.turn, before, sitting.taken)
    except CaseMoved:
        await d.say("moved", rows=((Button(sitting.work.case.title[:30], f"case.{sitting.work.case.id}"),),))
        return
    work = sitting.work
    reminder = None if ended else work.standing.next_reminder(d.turn.today)
    rows = (
        *paper_rows(d.turn, work, [one.step for one in sitting.taken]),
        *page_rows(d.turn, work, ended=ended is not None),
    )
    await d.say(
        "recorded",
        rows=rows,
        title=work.case.title,
        steps=[(one.step.title, shown(Kind.DAY, one.done_on)) for one in sitting.taken],
        derived=_made_of(sitting),
        ended=ended,
        following="" if ended else next_words(d.texts, work),
        reminder=reminder,
    )


def _made_of(sitting: Sitting) -> list[tuple[str, str]]:
    """What the rules made of the answers of a sitting, in words."""
    found = []
    for taken in sitting.taken:
        for derived in taken.step.derived:
            if sitting.work.facts.holds(derived.when, taken.step.id) is not True:
                continue  # another rule makes the same fact
            value = sitting.work.facts.get(derived.id, taken.step.id)
            if value is not None and derived.label and (words := made_words(derived, value)):
                found.append((derived.label, words))
    return found


@dialogue("correct_step", role=Role.SECRETARY)
async def correct(d: Dialogue) -> None:
    """A wrong entry is put right, with a reason; what stood there before is kept."""
    work = await work_on(d.turn, str(d.given.get("argument", "")) or await _which_case(d))
    if not work.views:
        raise Refused("nothing_recorded")
    known = {step.id: step for step in work.procedure.steps}
    views = [view for view in work.views if view.step in known]
    options = [Option(str(view.id), f"{known[view.step].title} {view.done_on:%Y-%m-%d}") for view in views]
    chosen = await d.ask("which_step", OneOf(options)) if len(options) > 1 else options[0].id
    view = next(one for one in views if str(one.id) == chosen)
    step, rest = known[view.step], work.without(view.id)
    ways = [Option(way, d.texts.say(d.file, key)) for way, key in (("field", "a_field"), ("all", "all_of_it"))]
    if await d.ask("what", OneOf(ways)) == "all":
        reason = await d.ask("reason_why", Text(max_length=200))
        await d.confirm("withdraw_confirm", step=step.title, day=shown(Kind.DAY, view.done_on))
        await _put_right(
            d,
            rest,
            lambda: withdraw_step(d.session, view.id, reason=reason, recorded_by_id=d.turn.person_id, now=d.turn.now),
            roster=bool(step.effects),
        )
        return
    old = Facts(work.procedure, [next(one for one in work.records if one.id == view.id)], work.around).of(step.id)
    fields = [one for one in step.fields if is_asked(one, rest.facts.supposing(step, old), step.id)]
    picked = await d.ask("which_field", OneOf([Option(one.id, _was(one, old.get(one.id))) for one in fields]))
    asked = next(one for one in fields if one.id == picked)
    sitting = Sitting(rest)
    reasons = dict(view.answers.get("reasons", {}))
    with d.within("", step.id):
        value = await _ask_field(d, rest, step, asked, {**old, asked.id: None}, first=True, may_stop=False, ruled=True)
        new = {**old, asked.id: value}
        await _ask_reasons(d, rest, step, asked, new, reasons, sitting)
    reason = await d.ask("reason_why", Text(max_length=200))
    answers = {one.id: dump(one.kind, new[one.id]) for one in step.fields if new.get(one.id) is not None}
    taken = Taken(step, new[step.dated], answers, reasons)
    _take(sitting, taken)
    await d.confirm(
        "correct_confirm", step=step.title, warnings=[*sitting.warnings, *_later_trouble(sitting.work, step)]
    )
    await _put_right(
        d,
        sitting.work,
        lambda: correct_step(
            d.session,
            view.id,
            done_on=taken.done_on,
            answers=taken.kept,
            reason=reason,
            recorded_by_id=d.turn.person_id,
            now=d.turn.now,
        ),
        roster=bool(step.effects),
    )


def _was(asked: Asked, value: Any) -> str:
    return f"{asked.label}：{shown(asked.kind, value, asked.among)}" if value is not None else asked.label


def _later_trouble(work: Work, changed: Step) -> list[str]:
    """What a correction makes wrong in steps that were recorded already."""
    found = []
    for record_ in work.records:
        if record_.step == changed.id or record_.id == NEW:
            continue
        step = next((one for one in work.procedure.steps if one.id == record_.step), None)
        if step is not None:
            found += [
                f"{step.title}：{problem.words}"
                for problem in problems(work.procedure, step, work.facts, record_.done_on)
                if problem.level is Level.STOP
            ]
    return found


async def _put_right(d: Dialogue, work: Work, write: Callable[[], Awaitable[int]], *, roster: bool) -> None:
    """Write a correction; `roster` says that the step had changed the roster, which is not changed back."""
    try:
        await write()
    except CaseMoved:
        await d.say("moved", rows=((Button(work.case.title[:30], f"case.{work.case.id}"),),))
        return
    await audit(
        d.session, d.turn.now, d.turn.person_id, work.case.organization_id, "correct_step", f"case:{work.case.id}"
    )
    if work.case.state is CaseState.CLOSED and work.standing.ended is None:
        await reopen_case(d.session, work.case.id)
    if work.case.state is not CaseState.PAUSED:
        await settle(d.turn, work)
    await d.say(
        "put_right",
        rows=page_rows(d.turn, work),
        title=work.case.title,
        following=next_words(d.texts, work),
        roster=roster,
    )
