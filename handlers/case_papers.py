"""The papers of a case: filled in on request from what is known, kept when handed in, packed for the archive."""

import asyncio
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.case_work import Work, require_open, work_on
from handlers.dialogue import Dialogue, Papers, Refused, Role, dialogue
from handlers.dialogue.questions import OneOf, Option
from handlers.dialogue.turn import Turn, record_id
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.wording import day_words
from knowledge.procedure.facts import papers_made
from knowledge.procedure.model import Asked, Kind, Step
from knowledge.procedure.standing import State
from storage.cases import CaseFileView, add_case_file, case_files
from storage.files import file
from storage.models import CaseState
from storage.people import audit

PAGE = 8
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FRONT = ("case_cover", "case_contents")
"""The papers that lie in front of an archive."""


def papers_of(turn: Turn, work: Work, *, done_only: bool = False) -> list[tuple[str, Step | None]]:
    """The ids of a case's papers with the step that makes each, in the order of the procedure, each once.

    Those of steps that are far ahead are left out; `done_only` leaves out those of steps to come as well.
    """
    wanted = (State.DONE,) if done_only else (State.DONE, State.OPEN, State.EARLY)
    found: dict[str, Step | None] = {}
    for place in work.standing.places:
        if place.records or place.state in wanted:
            for id in papers_made(place.step, work.facts):
                wanted_now = place.records or (not done_only and id not in found)
                if id in turn.around.papers and wanted_now:
                    found[id] = place.step  # of several steps that make it, the newest that was done
    for id in work.procedure.papers:
        if id in turn.around.papers:
            found.setdefault(id, None)
    return list(found.items())


def context_of(turn: Turn, work: Work, step: Step | None) -> dict[str, Any]:
    """What a paper is filled in from: names, facts in words, the branch's people."""
    nested = work.facts.nested()
    steps = {one.id: one for one in work.procedure.steps}
    facts = {id: _in_words(steps[id], values) for id, values in nested.items() if id in steps}
    people = [
        {"id": one.person_id, "name": one.name, "status": turn.texts.word(one.status)} for one in work.branch.people
    ]
    here = next((one for one in people if one["id"] == work.case.subject_id), {})
    subject = {**here, "name": work.case.subject_name} if work.case.subject_name else None
    known = {
        "branch": nested.get("branch"),
        "committee": nested.get("committee"),
        "secretary": nested.get("secretary"),
        "subject": subject,
        "today": work.today,
        "case": {"title": work.case.title, "started_on": work.case.started_on},
        "facts": facts,
        "step": facts.get(step.id) if step else None,
        "records": {id: [_in_words(one, values) for values in work.facts.rounds(id)] for id, one in steps.items()},
        "people": people,
    }
    return {name: value for name, value in known.items() if value is not None}


def _in_words(step: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    asked = {one.id: one for one in step.fields}
    return {id: _worded(asked.get(id), value) for id, value in values.items()}


def _worded(asked: Asked | None, value: Any) -> Any:
    if asked is not None and asked.kind is Kind.CHOICE:
        return asked.among.get(value, value)
    if asked is not None and asked.kind is Kind.CHOICES:
        return [asked.among.get(one, one) for one in value]
    return value


@reply("papers", role=Role.SECRETARY)
async def list_papers(turn: Turn, argument: str) -> None:
    """The papers of a case so far and for what is to be done now, a page at a time; the argument is "case.page"."""
    id, _, number = argument.partition(".")
    work = await work_on(turn, id)
    found = papers_of(turn, work)
    files = await case_files(turn.session, work.case.id)
    at = int(number) if number.isdecimal() and int(number) * PAGE < len(found) else 0
    say, papers = turn.texts.say, turn.around.papers
    rows: list[tuple[Button, ...]] = [
        (Button(f"📄 {papers[paper].title}", f"paper.{work.case.id}.{paper}"),)
        for paper, _ in found[at * PAGE : (at + 1) * PAGE]
    ]
    steps = [Button(say("case_papers.papers", "earlier"), f"papers.{id}.{at - 1}")] if at else []
    if (at + 1) * PAGE < len(found):
        steps.append(Button(say("case_papers.papers", "further"), f"papers.{id}.{at + 1}"))
    rows += [tuple(steps)] if steps else []
    if files:
        rows.append((Button(say("case_papers.papers", "handed_in", count=len(files)), f"case_file.{work.case.id}"),))
    rows.append(
        (
            Button(turn.texts.title("attach"), f"attach.{work.case.id}"),
            Button(turn.texts.title("archive"), f"archive.{work.case.id}"),
        )
    )
    rows.append(_back(turn, work))
    await turn.say(
        say("case_papers.papers", "list", title=work.case.title, count=len(found)),
        rows=tuple(rows),
        replaces=bool(number),
    )


def _back(turn: Turn, work: Work) -> tuple[Button, ...]:
    return (Button(turn.texts.say("case_papers", "back"), f"case.{work.case.id}"),)


@reply("paper", role=Role.SECRETARY)
async def make_paper(turn: Turn, argument: str) -> None:
    """One paper as a Word file, filled in with what is known now; what is not is left to be written by hand."""
    id, _, paper = argument.partition(".")
    work = await work_on(turn, id)
    found = dict(papers_of(turn, work))
    if paper not in found:
        raise Refused("gone")
    papers, context = turn.around.papers, context_of(turn, work, found[paper])
    blob = await asyncio.to_thread(papers.render, paper, context)
    document = Document(papers.file_name(paper, context), WORD, blob)
    words = turn.texts.say("case_papers.paper", "made", paper=papers[paper].title, title=work.case.title)
    await turn.say(
        words,
        documents=[document],
        rows=((Button(turn.texts.title("papers"), f"papers.{work.case.id}"), *_back(turn, work)),),
    )


@reply("archive", role=Role.SECRETARY)
async def pack(turn: Turn, argument: str) -> None:
    """A whole case as one file in archive order: the list, the papers of what was done, what was handed in."""
    work = await work_on(turn, argument)
    if not work.records:
        raise Refused("nothing_recorded")
    handed_in = []
    for one in await case_files(turn.session, work.case.id):
        kept = await file(turn.session, one.file_id)
        if kept is not None:
            handed_in.append((one, kept[2]))
    contexts = {id: context_of(turn, work, step) for id, step in papers_of(turn, work, done_only=True)}
    blob, count = await asyncio.to_thread(_packed, turn, work, contexts, handed_in)
    name = re.sub(r'[\\/:*?"<>|\s]+', "", work.case.title)[:50]
    await audit(
        turn.session, turn.now, turn.person_id, work.case.organization_id, "archive_case", f"case:{work.case.id}"
    )
    await turn.say(
        turn.texts.say("case_papers.archive", "packed", title=work.case.title, count=count),
        documents=[Document(f"{name}_归档.zip", "application/zip", blob)],
        rows=(_back(turn, work),),
    )


def _packed(
    turn: Turn, work: Work, contexts: Mapping[str, Mapping[str, Any]], handed_in: Sequence[tuple[CaseFileView, bytes]]
) -> tuple[bytes, int]:
    papers = turn.around.papers
    kept = {id: context for id, context in contexts.items() if id not in FRONT}
    parts = [(papers.file_name(id, context), papers.render(id, context)) for id, context in kept.items()]
    parts += [(one.name, blob) for one, blob in handed_in]
    days = {id: place.done_on for place in work.standing.places for id in place.step.papers if place.records}
    listed = [{"title": papers[id].title, "done_on": days.get(id)} for id in kept]
    listed += [{"title": one.name, "done_on": one.added_at.date()} for one, _ in handed_in]
    about = context_of(turn, work, None)
    about["case"] = {**about["case"], "closed_on": work.case.closed_on, "papers": listed}
    front = [(papers.file_name(id, about), papers.render(id, about)) for id in FRONT]
    count = len(parts)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, blob) in enumerate([*front, *parts]):
            plain = name.replace("/", "_").replace("\\", "_")
            archive.writestr(f"{number:02d}_{plain}", blob)
    return content.getvalue(), count


@dialogue("attach", role=Role.SECRETARY)
async def attach(d: Dialogue) -> None:
    """Photos or files that belong to a case: signed papers, replies from above."""
    work = await work_on(d.turn, str(d.given.get("argument", "")))
    if work.case.state is not CaseState.CLOSED:
        require_open(work)
    known = {step.id: step for step in work.procedure.steps}
    done = list(dict.fromkeys(view.step for view in reversed(work.views) if view.step in known))
    step = done[0] if done else ""
    if len(done) > 1:
        whole = Option("", d.texts.say(d.file, "the_whole"))
        offered = [Option(id, known[id].title) for id in done[:11]]
        step = await d.ask("step", OneOf([*offered, whole]))
    given = await d.ask("files", Papers(words=False))
    await d.confirm(title=work.case.title)
    for one in given.files:
        await add_case_file(
            d.session,
            work.case.id,
            step=step,
            file_id=one.id,
            name=one.name,
            added_by_id=d.turn.person_id,
            now=d.turn.now,
        )
    await audit(d.session, d.turn.now, d.turn.person_id, work.case.organization_id, "attach", f"case:{work.case.id}")
    await d.say("attached", rows=(_back(d.turn, work),), count=len(given.files), title=work.case.title)


@reply("case_file", role=Role.SECRETARY)
async def show_files(turn: Turn, argument: str) -> None:
    """What was handed in with a case: the list, or one of it again; the argument is "case" or "case.file"."""
    id, _, wanted = argument.partition(".")
    work = await work_on(turn, id)
    files = await case_files(turn.session, work.case.id)
    if wanted:
        one = next((one for one in files if one.id == record_id(wanted)), None)
        kept = await file(turn.session, one.file_id) if one else None
        if kept is None:
            raise Refused("gone")
        words = turn.texts.say("case_papers.case_file", "again", name=kept[0])
        await turn.say(words, documents=[Document(*kept)], rows=(_back(turn, work),))
        return
    if not files:
        raise Refused("none_handed_in")
    known = {step.id: step.title for step in work.procedure.steps}
    lines = [(known.get(one.step, ""), one.name, day_words(one.added_at.astimezone(turn.zone).date())) for one in files]
    rows: Rows = tuple((Button(one.name[:30], f"case_file.{work.case.id}.{one.id}"),) for one in files[-PAGE:])
    words = turn.texts.say("case_papers.case_file", "list", title=work.case.title, lines=lines)
    await turn.say(words, rows=(*rows, _back(turn, work)))
