"""Votes as they were counted in the room: figures are checked, the right formula is used, and the result is said.

Nobody votes in the chat: what is entered here are the figures of a show of hands or of ballots counted on the spot.
"""

from enum import StrEnum

from handlers.dialogue import Choice, Choices, Dialogue, Number, Option, PersonIn, Refused, Role, Text, YesNo, dialogue
from handlers.dialogue.questions import OneOf
from handlers.dialogue.turn import Place, Turn, record_id
from handlers.meeting_choice import secretarys_meeting, which_meeting
from handlers.meeting_words import meeting_name
from handlers.menu_rows import back_to_menu
from handlers.messages import Button, Document, Rows
from handlers.router import reply
from handlers.vote_figures import Count, Figures, Votes
from handlers.vote_words import MATTERS, VOTING, Basis, basis_of, formula_of, result_words, short_words
from knowledge.choices import by_pinyin
from knowledge.rules.election import Result, elected_from, election_result, expected_at_election, tied_in
from knowledge.rules.quorum import Formula
from storage.attendance import attendance_of
from storage.meeting_changes import joint_meetings, organizations_told
from storage.meetings import MeetingView, meeting, meetings_of, tally
from storage.minutes import add_correction, is_locked
from storage.models import AgendaKind, MeetingKind, MeetingState, Presence, Status
from storage.people import Member, PersonView, audit, members_of, organization
from storage.votes import Counted, Item, VoteView, add_votes, all_votes_of, correct_vote, items_of, vote, votes_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LISTED = 8


class HowVoted(StrEnum):
    """How people voted in the room."""

    HANDS = "hands"
    BALLOTS = "ballots"


class Motion(StrEnum):
    """What is voted on about somebody whom the branch admits or has admitted on probation."""

    ADMIT = "admit"
    CONVERT = "convert"
    EXTEND = "extend"
    CANCEL = "cancel"


MOTIONS = {Status.CANDIDATE: (Motion.ADMIT,), Status.PROBATIONARY: (Motion.CONVERT, Motion.EXTEND, Motion.CANCEL)}


@dialogue("record_vote", role=Role.SECRETARY)
async def record_a_vote(d: Dialogue) -> None:
    """The secretary enters what was counted in the room, and hears what that means and by which rule."""
    held, guest = await _meeting_and_guest(d)
    await _require_votable(d, held)
    item, matter = await _item_and_matter(d, held)
    if guest is not None:
        if matter is not AgendaKind.DECISION or held.kind is MeetingKind.COMMITTEE_MEETING:
            raise Refused("host_only")
        await _guests_vote(d, held, item, guest)
        return
    if matter is AgendaKind.ELECTION:
        await _elect(d, held, item)
        return
    subject = await _subject(d, held, item, matter)
    again = await _voted_before(d, held, item, subject)
    subject = f"{subject}（再次表决）" if again else subject
    ballots = matter is AgendaKind.ADMISSION or await d.ask("how", Choice(HowVoted)) is HowVoted.BALLOTS
    basis = await _basis(d, held, matter, secret=ballots)
    counted = await _counted(d, basis)
    await d.confirm(result=result_words(d.texts, basis, subject, counted))
    await _note(d, held, item, matter, [(subject, counted)])


async def _meeting_and_guest(d: Dialogue) -> tuple[MeetingView, Place | None]:
    """The meeting that is meant, and the branch of this secretary when it was only asked to it: each votes apart."""
    argument = str(d.given.get("argument", ""))
    if argument:
        named = await meeting(d.session, record_id(argument))
        if named is not None and (guest := await _guest_at(d.turn, named)) is not None:
            if named.state not in (MeetingState.OPEN, MeetingState.CLOSED):
                raise Refused("wrong_state", state=named.state)
            return named, guest
    elif not await meetings_of(d.session, d.place.organization_id, states=(MeetingState.OPEN,), limit=1):
        for id in await joint_meetings(d.session, d.place.organization_id, (MeetingState.OPEN,)):
            joint = await meeting(d.session, id)
            assert joint is not None
            return joint, d.place
    return await which_meeting(d, (MeetingState.OPEN,), also_named=(MeetingState.CLOSED,)), None


async def _guest_at(turn: Turn, held: MeetingView) -> Place | None:
    """The branch of somebody who is no secretary of the meeting, but of one that has taken its members there."""
    if turn.may_at(Role.SECRETARY, held.path):
        return None
    there = set(await organizations_told(turn.session, held.id))
    return next((place for place in turn.places(Role.SECRETARY) if place.organization_id in there), None)


async def _guests_vote(d: Dialogue, held: MeetingView, item: Item, guest: Place) -> None:
    """A branch that was asked to a joint meeting votes with its own members alone, by its own number."""
    subject = item.title[:100]
    again = await _voted_before(d, held, item, subject, guest.organization_id)
    subject = f"{subject}（再次表决）" if again else subject
    ballots = await d.ask("how", Choice(HowVoted)) is HowVoted.BALLOTS
    members = await members_of(d.session, guest.organization_id, (Status.FULL,))
    eligible = {one.person_id for one in members if one.may_vote}
    there = {
        one.person_id
        for one in await attendance_of(d.session, held.id)
        if one.presence is Presence.PRESENT and one.left_at is None
    }
    formula = formula_of(held.kind, AgendaKind.DECISION)
    basis = Basis(formula, AgendaKind.DECISION, len(eligible), len(eligible & there), ballots)
    if not eligible or not basis.is_quorate:
        raise Refused("too_few", basis=basis, formula=formula.value)
    counted = await _counted(d, basis)
    await d.confirm(result=result_words(d.texts, basis, f"{guest.name}：{subject}", counted))
    await _note(d, held, item, AgendaKind.DECISION, [(subject, counted)], guest)


async def _require_votable(d: Dialogue, held: MeetingView) -> None:
    if held.kind not in VOTING:
        raise Refused("does_not_vote", kind=held.kind)
    if await is_locked(d.session, held.id):
        raise Refused("minutes_locked")


async def _item_and_matter(d: Dialogue, held: MeetingView) -> tuple[Item, AgendaKind]:
    """Which point of the agenda, and what it is: what the agenda says, else what the secretary says."""
    items = await items_of(d.session, held.id)
    if not items:
        raise Refused("no_agenda")
    item = items[0]
    if len(items) > 1:
        chosen = await d.ask("item", OneOf([Option(str(one.id), one.title[:40]) for one in items]))
        item = next(one for one in items if str(one.id) == chosen)
    among = MATTERS if held.kind is MeetingKind.GENERAL_MEETING else (AgendaKind.DECISION, AgendaKind.ELECTION)
    if held.kind is MeetingKind.THEME_DAY:
        if item.kind in (AgendaKind.ADMISSION, AgendaKind.ELECTION):
            raise Refused("only_the_general_meeting")
        return item, AgendaKind.DECISION
    if item.kind in among:
        return item, item.kind
    if held.kind is MeetingKind.COMMITTEE_MEETING and item.kind is AgendaKind.ADMISSION:
        return item, AgendaKind.DECISION  # the committee only looks into it: the general meeting decides
    return item, await d.ask("matter", Choice(AgendaKind, among), title=item.title)


async def _subject(d: Dialogue, held: MeetingView, item: Item, matter: AgendaKind) -> str:
    """What was voted on: the point itself, or of an admission one person by name."""
    if matter is not AgendaKind.ADMISSION:
        return item.title[:100]
    people = await members_of(d.session, held.organization_id, tuple(MOTIONS))
    if not people:
        raise Refused("nobody_to_admit")
    who = await d.ask("who", PersonIn(people))
    one = next(each for each in people if each.person_id == who)
    motions = MOTIONS[one.status]
    motion = motions[0] if len(motions) == 1 else await d.ask("motion", Choice(Motion, motions))
    return d.texts.say("votes", "motion_on", name=one.name, motion=motion.value)


async def _voted_before(
    d: Dialogue, held: MeetingView, item: Item, subject: str, organization_id: int | None = None
) -> bool:
    """Whether a vote on this stands already, and this is another one; a correction of that one is another matter."""
    standing = {
        one.subject: one
        for one in await votes_of(d.session, held.id)
        if one.item_id == item.id and one.organization_id == organization_id
    }
    if subject not in standing:
        return False
    if f"{subject}（再次表决）" in standing:
        raise Refused("voted_twice")
    if not await d.ask("again", YesNo(), before=short_words(d.texts, standing[subject])):
        raise Refused("correct_instead")
    return True


async def _basis(d: Dialogue, held: MeetingView, matter: AgendaKind, *, secret: bool) -> Basis:
    """Who could vote and who of them was in the room, from the attendance; raises `Refused` when they are too few."""
    count = await tally(d.session, held.id)
    eligible, present = count.eligible, count.eligible_in_the_room
    if count.eligible_left:
        # Those who left may have been there still when the vote was taken.
        question = Count(at_least=present, at_most=count.eligible_present, key="more_than_came", usual=present)
        present = await d.ask("present", question, left=count.eligible_left)
    if matter is AgendaKind.ELECTION and held.kind is MeetingKind.GENERAL_MEETING and eligible > present:
        left_out = await d.ask("left_out", Count(at_most=eligible - present, key="more_than_away", usual=0))
        eligible = expected_at_election(eligible, left_out, agreed=True, passed=True)
    basis = Basis(formula_of(held.kind, matter), matter, eligible, present, secret)
    if not basis.is_quorate:
        raise Refused("too_few", basis=basis, formula=basis.formula.value)
    return basis


async def _counted(d: Dialogue, basis: Basis) -> Counted:
    """The figures of one vote, and whether it is carried."""
    handed_out, returned = await _papers(d, basis) if basis.secret else (None, None)
    total = basis.present if returned is None else returned
    votes = await d.ask("figures", Figures(total, ballots=basis.secret), total=total, ballots=basis.secret)
    written = 0
    if basis.matter is AgendaKind.ADMISSION and basis.eligible > basis.present:
        written = await d.ask("written", Count(at_most=basis.eligible - basis.present, key="more_than_away", usual=0))
    carried = basis.has_enough(votes.in_favour + written)
    if basis.formula is Formula.COMMITTEE and not carried and votes.in_favour > votes.against:
        # The regulation names no figure for committees: the minority yields, and what counts as that they know.
        carried = await d.ask("carried", YesNo(), votes=votes, basis=basis)
    return _figures(basis, handed_out, returned, votes, written=written, carried=carried)


async def _papers(d: Dialogue, basis: Basis) -> tuple[int, int]:
    here = basis.present
    handed_out = await d.ask("handed_out", Count(at_least=1, at_most=here, key="more_papers_than_people", usual=here))
    question = Count(at_least=1, at_most=handed_out, key="more_returned", usual=handed_out)
    return handed_out, await d.ask("returned", question)


def _figures(
    basis: Basis, handed_out: int | None, returned: int | None, votes: Votes, *, carried: bool, written: int = 0
) -> Counted:
    return Counted(
        secret=basis.secret,
        eligible=basis.eligible,
        present=basis.present,
        handed_out=handed_out,
        returned=returned,
        in_favour=votes.in_favour,
        against=votes.against,
        abstained=votes.abstained,
        invalid=votes.invalid,
        written=written,
        carried=carried,
    )


async def _elect(d: Dialogue, held: MeetingView, item: Item) -> None:
    """Names one by one, all from one ballot; who is elected follows from the votes and the seats."""
    basis = await _basis(d, held, AgendaKind.ELECTION, secret=True)
    people = {str(one.person_id): one for one in await _eligible_for_election(d, held)}
    options = [Option(id, one.name) for id, one in people.items()]
    chosen = await d.ask("candidates", Choices(options, at_least=1))
    seats = await d.ask("seats", Number(at_least=1, at_most=max(1, len(chosen))))
    handed_out, returned = await _papers(d, basis)
    invalid = await d.ask("invalid", Count(at_most=returned, key="more_invalid_than_returned", usual=0))
    votes: dict[int, Votes] = {}
    for id in chosen:
        with d.within("", id):
            room = (returned - invalid) * seats - sum(one.in_favour for one in votes.values())
            question = Figures(returned - invalid, ballots=False, room=room)
            name = people[id].name
            votes[int(id)] = await d.ask("votes_of", question, label=name, name=name, total=returned - invalid)
    candidates = [PersonView(one.person_id, one.name, one.phone_last4) for one in (people[id] for id in chosen)]
    in_favour = {id: each.in_favour for id, each in votes.items()}
    elected = elected_from(candidates, in_favour, basis.eligible, seats)
    tied = tied_in(candidates, in_favour, basis.eligible, seats)
    result = election_result(candidates, in_favour, basis.eligible, seats)
    rows = [
        (
            one.name,
            _figures(
                basis,
                handed_out,
                returned,
                Votes(votes[one.id].in_favour, votes[one.id].against, votes[one.id].abstained, invalid),
                carried=one in elected,
            ),
        )
        for one in candidates
    ]
    words = d.texts.say(
        "votes",
        "elected",
        basis=basis,
        committee=held.kind is MeetingKind.COMMITTEE_MEETING,
        lines=rows,
        elected=[one.name for one in elected],
        tied=[one.name for one in tied],
        short=seats - len(elected) if result is Result.SHORT else 0,
        seats=seats,
    )
    await d.confirm(result=words)
    await _note(d, held, item, AgendaKind.ELECTION, rows)


async def _eligible_for_election(d: Dialogue, held: MeetingView) -> list[Member]:
    people = await members_of(d.session, held.organization_id, (Status.FULL,))
    return sorted((one for one in people if one.may_vote), key=lambda one: by_pinyin(one.name))


async def _note(
    d: Dialogue,
    held: MeetingView,
    item: Item,
    matter: AgendaKind,
    rows: list[tuple[str, Counted]],
    guest: Place | None = None,
) -> None:
    ids = await add_votes(
        d.session,
        item.id,
        matter,
        rows,
        recorded_by_id=d.turn.person_id,
        now=d.turn.now,
        organization_id=guest.organization_id if guest else None,
    )
    if not ids:
        await d.say("not_noted")
        return
    whose = guest.organization_id if guest else held.organization_id
    await audit(d.session, d.turn.now, d.turn.person_id, whose, "record_vote", f"meeting:{held.id}")
    await d.say("noted", rows=_after(d.turn, held, ids[0] if len(ids) == 1 else None))


def _after(turn: Turn, held: MeetingView, vote_id: int | None) -> Rows:
    rows = [(Button(turn.texts.title("record_vote"), f"record_vote.{held.id}"),)]
    if vote_id is not None:
        rows.insert(0, (Button(turn.texts.say("votes", "papers_button"), f"vote.{vote_id}"),))
    else:
        rows.insert(0, (Button(turn.texts.title("votes"), f"votes.{held.id}"),))
    return tuple(rows)


@reply("votes", role=Role.SECRETARY)
async def list_votes(turn: Turn, argument: str) -> None:
    """All votes of a meeting that stand, those of one's own branch each a button; guests see their own alone."""
    named = await meeting(turn.session, record_id(argument))
    guest = await _guest_at(turn, named) if named else None
    held = named if named and guest else await secretarys_meeting(turn, argument)
    own = guest.organization_id if guest else None
    found = await votes_of(turn.session, held.id)
    mine = [one for one in found if one.organization_id == own]
    found = mine if guest else found
    rows: list[tuple[Button, ...]] = [(Button(one.subject[:30], f"vote.{one.id}"),) for one in mine[-LISTED:]]
    if held.state in (MeetingState.OPEN, MeetingState.CLOSED) and not await is_locked(turn.session, held.id):
        rows.append((Button(turn.texts.title("record_vote"), f"record_vote.{held.id}"),))
    lines = [short_words(turn.texts, one) for one in found]
    await turn.say(turn.texts.say("votes.votes", "listed", lines=lines), rows=tuple(rows) or back_to_menu(turn))


@reply("vote", role=Role.SECRETARY)
async def show_vote(turn: Turn, argument: str) -> None:
    """One vote with its working, what stood there before a correction, and its papers."""
    held, one = await _vote_of_mine(turn, argument)
    before = await _earlier(turn, one)
    names = ["vote_tally", "correct_vote"]
    if one.counted.carried and held.kind is not MeetingKind.COMMITTEE_MEETING and one.kind is not AgendaKind.ELECTION:
        names.insert(0, "resolution")
    rows = (
        tuple(Button(turn.texts.title(name), f"{name}.{one.id}") for name in names),
        (Button(turn.texts.title("votes"), f"votes.{held.id}"),),
    )
    words = result_words(turn.texts, basis_of(held.kind, one), one.subject, one.counted)
    await turn.say(turn.texts.say("votes.vote", "page", words=words, before=before), rows=rows)


async def _vote_of_mine(turn: Turn, argument: str) -> tuple[MeetingView, VoteView]:
    one = await vote(turn.session, record_id(argument))
    held = await meeting(turn.session, one.meeting_id) if one else None
    if one is None or held is None:
        raise Refused("gone")
    whose = await organization(turn.session, one.organization_id) if one.organization_id is not None else None
    turn.require_at(Role.SECRETARY, whose.path if whose else held.path)
    return held, one


async def _earlier(turn: Turn, one: VoteView) -> list[tuple[str, str]]:
    """What stood there before, each with the reason for which it was changed, the newest first."""
    by_id = {each.id: each for each in await all_votes_of(turn.session, one.meeting_id)}
    found = []
    newer = one
    while newer.replaces_id is not None:
        older = by_id[newer.replaces_id]
        found.append((short_words(turn.texts, older), newer.reason))
        newer = older
    return found


@dialogue("correct_vote", role=Role.SECRETARY)
async def correct_figures(d: Dialogue) -> None:
    """Figures were entered wrongly: the new ones take their place, the old ones stay to be seen with the reason."""
    held, one = await _vote_of_mine(d.turn, str(d.given.get("argument", "")))
    if await _has_successor(d, one):
        raise Refused("corrected_already")
    was = one.counted
    reason = await d.ask("reason", Text(max_length=100), before=short_words(d.texts, one))
    present = await d.ask("present", Count(at_most=was.eligible, key="more_than_eligible", usual=was.present))
    basis = Basis(formula_of(held.kind, one.kind), one.kind, was.eligible, present, was.secret)
    if not basis.is_quorate:
        raise Refused("too_few", basis=basis, formula=basis.formula.value)
    counted = await _counted_again(d, basis)
    await d.confirm(result=result_words(d.texts, basis, one.subject, counted))
    new = await correct_vote(d.session, one.id, counted, reason=reason, recorded_by_id=d.turn.person_id, now=d.turn.now)
    if new is None:
        await d.say("corrected_already")
        return
    if await is_locked(d.session, held.id):
        changed = await vote(d.session, new)
        assert changed is not None
        old, words = short_words(d.texts, one), short_words(d.texts, changed)
        await add_correction(d.session, held.id, "vote", old, words, reason, d.turn.person_id, d.turn.now)
    await audit(d.session, d.turn.now, d.turn.person_id, held.organization_id, "correct_vote", f"vote:{one.id}")
    await d.say("corrected", rows=_after(d.turn, held, new))


async def _counted_again(d: Dialogue, basis: Basis) -> Counted:
    """As `_counted`; whether a name with enough votes got one of the seats only the secretary knows now."""
    if basis.matter is not AgendaKind.ELECTION:
        return await _counted(d, basis)
    handed_out, returned = await _papers(d, basis)
    votes = await d.ask("figures", Figures(returned, ballots=True), total=returned, ballots=True)
    carried = basis.has_enough(votes.in_favour) and await d.ask("seated", YesNo())
    return _figures(basis, handed_out, returned, votes, carried=carried)


async def _has_successor(d: Dialogue, one: VoteView) -> bool:
    return any(each.replaces_id == one.id for each in await all_votes_of(d.session, one.meeting_id))


@reply("resolution", role=Role.SECRETARY)
async def draft_resolution(turn: Turn, argument: str) -> None:
    """The resolution on what was carried, as a Word file to be signed."""
    held, one = await _vote_of_mine(turn, argument)
    if not one.counted.carried or held.kind is MeetingKind.COMMITTEE_MEETING or one.kind is AgendaKind.ELECTION:
        raise Refused("no_resolution")
    await _send(turn, "resolution", held, one)


@reply("vote_tally", role=Role.SECRETARY)
async def fill_in_tally(turn: Turn, argument: str) -> None:
    """The tally of one vote, as a Word file for those who counted to sign."""
    held, one = await _vote_of_mine(turn, argument)
    await _send(turn, "vote_tally", held, one)


async def _send(turn: Turn, paper: str, held: MeetingView, one: VoteView) -> None:
    counted = one.counted
    decided = [item.decided for item in await items_of(turn.session, held.id) if item.id == one.item_id]
    step = {
        "meeting": meeting_name(turn.texts, held),
        "held_on": held.starts_at.astimezone(turn.zone).date(),
        "place": held.place,
        "topic": one.subject,
        "eligible": counted.eligible,
        "present": counted.present,
        "issued": counted.handed_out,
        "collected": counted.returned,
        "valid": None if counted.returned is None else counted.returned - counted.invalid,
        "invalid": counted.invalid if counted.secret else None,
        "in_favour": counted.for_it,
        "against": counted.against,
        "abstained": counted.abstained,
        "passed": counted.carried,
        "resolution": [line for words in decided for line in words.splitlines()] or [one.subject],
    }
    context = {
        "branch": {"name": one.branch or held.organization_name, "eligible": counted.eligible},
        "today": turn.today,
        "case": {"title": one.subject},
        "step": {name: value for name, value in step.items() if value is not None},
    }
    papers = turn.around.papers
    document = Document(papers.file_name(paper, context), WORD, papers.render(paper, context))
    await turn.say(turn.texts.say("votes", "made", paper=papers[paper].title), documents=[document])
