"""A secretary convenes a meeting of any kind: what, when, where, about what, with whom else; everybody is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.agenda import Agenda, AgendaKinds, guessed_kind
from handlers.dialogue import Choice, Choices, Dialogue, Option, Papers, Refused, Role, Text, When, dialogue
from handlers.dialogue.questions import OneOf, Paper
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.meeting_notices import tell_convened
from handlers.meeting_reminders import notice_is_the_reminder
from handlers.meeting_words import meeting_label, meeting_name, quorum_words
from handlers.menu_rows import Row
from handlers.messages import Button
from handlers.vote_words import VOTING
from handlers.wording import Texts
from knowledge.choices import by_pinyin
from storage.accounts import reach
from storage.group_chats import groups_of
from storage.meeting_changes import (
    add_materials,
    add_to_the_list,
    invite_organizations,
    materials_of,
    organizations_invited,
)
from storage.meetings import MeetingView, add_meeting, expected_attendees, meeting, meetings_of
from storage.models import MeetingKind, MeetingState, OrganizationKind
from storage.people import (
    Member,
    OrganizationView,
    audit,
    branches_under,
    organizations_above,
    organizations_under,
    secretaries_of,
)

BRANCH = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.LECTURE,
    MeetingKind.THEME_DAY,
    MeetingKind.CRITICISM_MEETING,
    MeetingKind.APPRAISAL,
)
GENERAL_BRANCH = (
    MeetingKind.GENERAL_MEETING,
    MeetingKind.COMMITTEE_MEETING,
    MeetingKind.LECTURE,
    MeetingKind.THEME_DAY,
    MeetingKind.OTHER,
)
"""What is held in a branch, and what in a general branch, whose meetings its branches' members come to."""
ALONE = (MeetingKind.COMMITTEE_MEETING, MeetingKind.GROUP_MEETING)
"""Meetings to which no other branch is asked."""


@dataclass(frozen=True, slots=True)
class What:
    """What kind of meeting it is, its own title or the group that holds it, and who should come."""

    kind: MeetingKind
    title: str
    group_id: int | None
    expected: list[Member]


@dialogue("convene", role=Role.SECRETARY)
async def convene(d: Dialogue) -> None:
    """A secretary convenes a meeting: what, when, where, about what; everyone who should come is told."""
    if d.place.kind not in (OrganizationKind.BRANCH, OrganizationKind.GENERAL_BRANCH):
        raise Refused("branches_only")
    what = await _ask_what(d)
    starts_at = await d.ask("starts_at", When(after=d.now))
    earlier = await meetings_of(d.session, d.place.organization_id, limit=5)
    places = [past.place for past in earlier][:3]
    place = await d.ask("place", Text(max_length=60, suggestions=places), starts_at=starts_at)
    usual = usual_agenda(d.texts, what.kind)
    agenda = await d.ask("agenda", Agenda(usual), usual=usual)
    guessed = [guessed_kind(point) for point in agenda]
    kinds = await d.ask("kinds", AgendaKinds(agenda, guessed), presumed=guessed)
    invited = await _ask_others(d, what.kind)
    materials = await d.ask("materials", Papers(words=False, at_most=9), presumed=Paper("", ()))
    eligible = sum(member.eligible for member in what.expected)
    words = quorum_words(d.texts, what.kind, eligible=eligible, agenda=kinds)
    others = [member.person_id for member in what.expected if member.person_id != d.turn.person_id]
    await d.confirm(count=len(others), quorum=words, starts_at=starts_at, invited=bool(invited))
    added = await add_meeting(
        d.session,
        organization_id=d.place.organization_id,
        kind=what.kind,
        starts_at=starts_at,
        place=place,
        agenda=agenda,
        kinds=kinds,
        title=what.title,
        group_id=what.group_id,
        expected=what.expected,
        convened_by_id=d.turn.person_id,
    )
    files = [(one.id, one.name) for one in materials.files]
    await add_materials(d.session, added.id, files, d.turn.person_id, d.turn.now)
    held = await convened(d.turn, added.id, what.expected, [file_id for file_id, _ in files])
    await _invite(d, held, [int(id) for id in invited])
    await say_convened(d.turn, held, what.expected)


async def _ask_what(d: Dialogue) -> What:
    general = d.place.kind is OrganizationKind.GENERAL_BRANCH
    groups = [] if general else await _groups(d)
    more = (*([MeetingKind.GROUP_MEETING] if groups else []), MeetingKind.OTHER)
    offered = GENERAL_BRANCH if general else (*BRANCH, *more)
    named = next((kind for kind in offered if kind.value == d.given.get("argument")), None)
    kind = await d.ask("kind", Choice(MeetingKind, offered), presumed=named)
    title, group_id = "", None
    if kind is MeetingKind.OTHER:
        title = await d.ask("subject", Text(max_length=40))
    elif kind is MeetingKind.GROUP_MEETING:
        group_id = groups[0].id
        if len(groups) > 1:
            chosen = await d.ask("group", OneOf([Option(str(one.id), one.name) for one in groups]))
            group_id = int(chosen)
    expected = await expected_attendees(d.session, group_id or d.place.organization_id, kind)
    if not expected:
        raise Refused("nobody_expected", kind=kind)
    return What(kind, title, group_id, expected)


async def _groups(d: Dialogue) -> list[OrganizationView]:
    under = await organizations_under(d.session, d.place.path)
    return [one for one in under if one.kind is OrganizationKind.GROUP]


async def _ask_others(d: Dialogue, kind: MeetingKind) -> list[str]:
    """Other branches of the same organization that are asked to hold the meeting together; none unless she says so."""
    if d.place.kind is not OrganizationKind.BRANCH or kind in ALONE:
        return []
    above = (await organizations_above(d.session, d.place.organization_id))[:-1]
    near = await branches_under(d.session, above[-1].path) if above else []
    options = [Option(str(one.id), one.name) for one in near if one.id != d.place.organization_id]
    return await d.ask("invited", Choices(options), presumed=[]) if options else []


def usual_agenda(texts: Texts, kind: MeetingKind) -> list[str]:
    """What meetings of a kind are usually about, a point each; empty for those that can be about anything."""
    return [line.strip() for line in texts.say("agenda", "usual", kind=kind).splitlines() if line.strip()]


async def convened(turn: Turn, meeting_id: int, expected: Sequence[Member], files: Sequence[int] = ()) -> MeetingView:
    """Note that a meeting was convened, and tell everybody else who should come; the meeting as it stands."""
    held = await meeting(turn.session, meeting_id)
    assert held is not None
    await audit(turn.session, turn.now, turn.person_id, held.organization_id, "convene", f"meeting:{held.id}")
    await notice_is_the_reminder(turn.session, held, turn.now)
    others = [member.person_id for member in expected if member.person_id != turn.person_id]
    tell_convened(turn, held, others, organization_id=held.organization_id, materials=files)
    return held


async def _invite(d: Dialogue, held: MeetingView, organization_ids: Sequence[int]) -> None:
    await invite_organizations(d.session, held.id, organization_ids)
    for organization_id in organization_ids:
        with d.within("", organization_id):
            await d.notify(
                [one.id for one in await secretaries_of(d.session, organization_id)],
                "invitation",
                rows=((Button(d.texts.title("join_meeting"), f"join_meeting.{held.id}"),),),
                not_after=held.starts_at,
                branch=held.organization_name,
                name=meeting_name(d.texts, held),
                starts_at=held.starts_at.astimezone(held.zone),
                place=held.place,
                agenda=held.agenda,
            )


async def say_convened(turn: Turn, held: MeetingView, expected: Sequence[Member]) -> None:
    """To the secretary: who was told, who has to be told by telephone, and what she can do next."""
    others = [member.person_id for member in expected if member.person_id != turn.person_id]
    reached = {one.person_id for one in await reach(turn.session, others)}
    names = {member.person_id: member.name for member in expected}
    unreached = sorted((names[one] for one in others if one not in reached), key=by_pinyin)
    rows: list[Row] = [(Button(turn.texts.title("open_check_in"), f"open_check_in.{held.id}"),)]
    rows.append(tuple(Button(turn.texts.title(name), f"{name}.{held.id}") for name in ("change_meeting", "meeting")))
    if unreached:
        rows.append((Button(turn.texts.title("unreachable"), "unreachable"),))
    await turn.say(
        turn.texts.say(
            "convening.convene",
            "convened",
            name=meeting_name(turn.texts, held),
            starts_at=held.starts_at.astimezone(held.zone),
            count=len(reached),
            unreached=unreached,
            groups=len(await groups_of(turn.session, held.organization_id)),
        ),
        rows=tuple(rows),
    )


@dialogue("join_meeting", role=Role.SECRETARY)
async def join(d: Dialogue) -> None:
    """The secretary of a branch that was asked to a meeting of another takes her members there; they are told."""
    held, mine = await _invited_to(d.turn, str(d.given.get("argument", "")))
    await d.confirm(
        branch=held.organization_name,
        mine=mine.name,
        when=meeting_label(d.texts, held.zone, held),
        place=held.place,
    )
    members = await expected_attendees(d.session, mine.organization_id, held.kind)
    added = await add_to_the_list(d.session, held.id, members)
    if not added:
        await d.say("nobody_new")
        return
    await audit(d.session, d.turn.now, d.turn.person_id, mine.organization_id, "join_meeting", f"meeting:{held.id}")
    told = [one for one in added if one != d.turn.person_id]
    files = [file_id for file_id, _ in await materials_of(d.session, held.id)]
    tell_convened(d.turn, held, told, organization_id=mine.organization_id, materials=files)
    hosts = [one.id for one in await secretaries_of(d.session, held.organization_id)]
    when = meeting_label(d.texts, held.zone, held)
    await d.notify(hosts, "joined_notice", not_after=held.starts_at, branch=mine.name, when=when, count=len(added))
    votes = held.kind in VOTING
    rows = ((Button(d.texts.title("record_vote"), f"record_vote.{held.id}"),),) if votes else ()
    await d.say("joined", rows=rows, when=when, count=len(added), told=len(told), votes=votes)


async def _invited_to(turn: Turn, argument: str) -> tuple[MeetingView, Place]:
    """The meeting of an invitation, and the branch of this secretary that was asked to it; raises `Refused`."""
    if not argument:
        raise Refused("no_invitation")
    named = await meeting(turn.session, record_id(argument))
    asked = set(await organizations_invited(turn.session, named.id)) if named else set()
    mine = next((place for place in turn.places(Role.SECRETARY) if place.organization_id in asked), None)
    if named is None or mine is None:
        raise Refused("no_invitation")
    if named.state is not MeetingState.CONVENED:
        raise Refused("wrong_state", state=named.state)
    return named, mine
