"""What is held on me: all of it in plain words, page by page, as a file, corrected, and this phone let go."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.dialogue import Dialogue, Refused, Role, Text, dialogue
from handlers.dialogue.turn import Turn
from handlers.menu_rows import back_to_menu, page_of
from handlers.messages import Button, Document
from handlers.my_records import TOPICS, Record, case_step_titles, gathered
from handlers.router import reply
from handlers.wording import day_words
from knowledge.documents.papers import Papers
from storage.accounts import accounts_of
from storage.case_steps import steps_of
from storage.cases import cases_about
from storage.meetings import meetings_for_person
from storage.models import MeetingState, Presence, ReportKind
from storage.my_data import unbind
from storage.people import audit, secretaries_of
from storage.reports import add_report, reports_by

PAGE = 6
SHOWN = 200
"""Characters of one value on a page; all of it is in the file."""


async def _cases(turn: Turn) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What is under way or was done about this person: its title, its state, and the steps with their days."""
    views = await cases_about(turn.session, turn.person_id)
    steps = await steps_of(turn.session, [one.id for one in views])
    found = []
    for one in views:
        known = case_step_titles(turn, one.procedure)
        done = [(known.get(view.step, view.step), day_words(view.done_on)) for view in steps.get(one.id, [])]
        found.append((one.title, one.state.value, done))
    return found


@reply("my_data", role=Role.BOUND)
async def show_my_data(turn: Turn, argument: str) -> None:
    """What is held on the person who asks: the whole at a glance, or with "topic.page" one topic of it."""
    topic, _, page = argument.partition(".")
    if topic in TOPICS:
        await _show_topic(turn, topic, page)
        return
    closed = await meetings_for_person(turn.session, turn.person_id, states=[MeetingState.CLOSED])
    coming = await meetings_for_person(turn.session, turn.person_id, states=[MeetingState.CONVENED, MeetingState.OPEN])
    presences = [presence for _, presence in closed]
    words = turn.texts.document(
        "my_data.j2",
        person=turn.person,
        belongs=turn.belongs,
        posts=turn.posts,
        accounts=await accounts_of(turn.session, turn.person_id),
        held=len(presences),
        present=presences.count(Presence.PRESENT),
        excused=presences.count(Presence.EXCUSED),
        absent=presences.count(Presence.ABSENT),
        coming=[(one, one.starts_at.astimezone(turn.zone)) for one, _ in coming],
        reports=len(await reports_by(turn.session, turn.person_id, None)),
        cases=await _cases(turn),
    )
    titles = _topic_titles(turn)
    buttons = [Button(titles[topic], f"my_data.{topic}") for topic in TOPICS]
    pairs = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    doing = tuple(Button(turn.texts.title(name), name) for name in ("export_my_data", "ask_correction", "unbind_phone"))
    mine = (Button(turn.texts.title("my_reports"), "my_reports"), Button(turn.texts.title("menu"), "menu"))
    await turn.say(words, rows=(*pairs, doing, mine))


def _topic_titles(turn: Turn) -> Mapping[str, str]:
    found: Mapping[str, str] = turn.texts.find("my_data", "topics")
    return found


def _labels(turn: Turn) -> Mapping[str, str]:
    found: Mapping[str, str] = turn.texts.find("my_data", "labels.words")
    return found


async def _show_topic(turn: Turn, topic: str, page: str) -> None:
    records = (await gathered(turn))[topic]
    labels = _labels(turn)
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 0
    name = f"my_data.{topic}"
    listed, steps, start = page_of(turn, [Button(str(n), name) for n in range(len(records))], name, str(number), PAGE)
    shown = [
        [(labels[key], _short(value)) for key, value in one.items()] for one in records[start : start + len(listed)]
    ]
    words = turn.texts.document(
        "my_topic.j2", title=_topic_titles(turn)[topic], count=len(records), records=shown, first=start + 1
    )
    last = (
        Button(turn.texts.title("ask_correction"), "ask_correction"),
        Button(turn.texts.title("my_data"), "my_data"),
    )
    await turn.say(words, rows=(*((steps,) if steps else ()), last), replaces=bool(page))


def _short(value: str) -> str:
    words = " ".join(value.split())
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}……"


@reply("export_my_data", role=Role.BOUND)
async def export_my_data(turn: Turn, argument: str) -> None:
    """Everything that is held on the person who asks, as a file that programs read and as one that people read."""
    records = await gathered(turn)
    assert turn.person is not None
    name = turn.person.name
    titles, labels = _topic_titles(turn), _labels(turn)
    whole = {
        labels["name"]: name,
        labels["phone"]: turn.person.phone_last4,
        labels["made"]: day_words(turn.today),
        **{titles[topic]: [_named(one, labels) for one in found] for topic, found in records.items()},
    }
    context = {
        "subject": {"name": name},
        "branch": {"name": turn.belongs.organization_name} if turn.belongs else None,
        "today": turn.today,
        "records": {"parts": [_part(titles[topic], found, labels) for topic, found in records.items() if found]},
        "labels": {"phone": turn.person.phone_last4},
    }
    about = {key: value for key, value in context.items() if value is not None}
    file_name = turn.texts.say("my_data.export_my_data", "file_name", name=name)
    blob = await asyncio.to_thread(_packed, turn.around.papers, file_name, whole, about)
    await audit(turn.session, turn.now, turn.person_id, None, "export_my_data", f"person:{turn.person_id}")
    count = sum(map(len, records.values()))
    rows = (
        (Button(turn.texts.title("my_report_archive"), "my_report_archive"),),
        (Button(turn.texts.title("my_data"), "my_data"), *back_to_menu(turn)[0]),
    )
    words = turn.texts.say("my_data.export_my_data", "packed", count=count)
    await turn.say(words, documents=[Document(f"{file_name}.zip", "application/zip", blob)], rows=rows)


def _named(one: Record, labels: Mapping[str, str]) -> dict[str, str]:
    return {labels[key]: value for key, value in one.items()}


def _part(title: str, found: Sequence[Record], labels: Mapping[str, str]) -> dict[str, Any]:
    lines = [
        f"{n}. " + "；".join(f"{labels[key]}：{' '.join(value.split())}" for key, value in one.items())
        for n, one in enumerate(found, 1)
    ]
    return {"title": title, "lines": lines}


def _packed(papers: Papers, name: str, whole: Mapping[str, Any], context: Mapping[str, Any]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.json", json.dumps(whole, ensure_ascii=False, indent=2))
        archive.writestr(f"{name}.docx", papers.render("my_data", context))
    return content.getvalue()


@dialogue("ask_correction", role=Role.BOUND)
async def ask_correction(d: Dialogue) -> None:
    """Something that is held is wrong: the secretary is told what it should be, and answers as to any report."""
    belongs = d.turn.belongs
    readers = [] if belongs is None else [one.id for one in await secretaries_of(d.session, belongs.organization_id)]
    if belongs is None or not readers:
        raise Refused("nobody_corrects")
    wrong = await d.ask("wrong", Text(max_length=500))
    await d.confirm()
    sent = await add_report(
        d.session,
        organization_id=belongs.organization_id,
        author_id=d.turn.person_id,
        kind=ReportKind.CORRECTION,
        period="",
        text=wrong,
        file_ids=[],
        now=d.turn.now,
    )
    await audit(d.session, d.turn.now, d.turn.person_id, belongs.organization_id, "ask_correction", f"report:{sent.id}")
    assert d.turn.person is not None
    others = [reader for reader in readers if reader != d.turn.person_id]
    read = Button(d.texts.say(d.file, "read_button"), f"report.{sent.id}")
    await d.notify(others, "notice", rows=((read,),), name=d.turn.person.name, number=sent.number)
    await d.say("asked", rows=back_to_menu(d.turn), number=sent.number, alone=not others)


@dialogue("unbind_phone", role=Role.BOUND)
async def unbind_phone(d: Dialogue) -> None:
    """This phone is nobody's again; what was recorded stays, and another invitation binds it anew."""
    accounts = await accounts_of(d.session, d.turn.person_id)
    assert d.turn.person is not None
    await d.confirm(name=d.turn.person.name, others=len(accounts) - 1, serves=bool(d.turn.places(Role.SECRETARY)))
    person_id = d.turn.person_id
    await audit(d.session, d.turn.now, person_id, None, "unbind", f"account:{d.turn.account.id}")
    await unbind(d.session, d.turn.account.id, person_id, keep_run=d.run.id, now=d.turn.now)
    await d.say("unbound")
