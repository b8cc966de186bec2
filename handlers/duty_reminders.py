"""What a branch owes of its organizational life and is late with, as things to be reminded of."""

from handlers.duties import LOOKED_BACK, MEETINGS, Duty, duties_of
from handlers.messages import Button
from handlers.reminders import EVERY, Item, Looked
from knowledge.rules.customs import CustomName, period_code, period_words
from knowledge.rules.owed import Light
from storage.customs import customs_by_path, customs_over
from storage.held import TALKS, held_in
from storage.models import OrganizationKind
from storage.reminders import Branch, committee_sizes

BY = {"lecture": "by_demand"}
"""Who wants it, where that is not the regulations."""


async def duty_items(looked: Looked) -> list[Item]:
    """Everything with a light, of all of these branches; in as many statements as for one."""
    branches = [one for one in looked.branches if one.kind is OrganizationKind.BRANCH]
    if not branches:
        return []
    held = await held_in(looked.session, branches, looked.now, LOOKED_BACK)
    sizes = await committee_sizes(looked.session, list(held))
    customs = await customs_by_path(looked.session, CustomName.LECTURE)
    return [
        _item(looked, branch, duty)
        for branch in branches
        for duty in duties_of(
            held[branch.id],
            looked.today(branch.timezone),
            committee=sizes.get(branch.id, 0),
            lectures=[one.value for one in customs_over(branch.path, customs)],
        )
        if duty.standing.light is not Light.NONE
    ]


def _item(looked: Looked, branch: Branch, duty: Duty) -> Item:
    stands, say = duty.standing, looked.texts.say
    called = say("frequencies", duty.what)
    what = say("frequencies", "of_a_group", group=duty.of, what=called) if duty.of else called
    words = say(
        "frequencies.owed",
        "line",
        light="",
        what=what,
        period=period_words(period_code(stands.first, duty.every)),
        missed=period_words(period_code(stands.missed, duty.every)) if stands.missed else "",
        past=stands.missed == stands.first,
        last=stands.last,
        every=duty.every,
        by=say("frequencies", BY.get(duty.what, "by_regulation")),
        people=(),
    )
    begun = stands.since or stands.first
    return Item(
        key=f"duty:{duty.what}:{branch.id}:{stands.missed or stands.first}:{duty.of}"[:160],
        people=looked.keepers.get(branch.id, ()),
        light=stands.light,
        begun=begun,
        label=what,
        words=words,
        buttons=_buttons(looked, branch, duty.what),
        marks=(begun,),
        every=EVERY[stands.light],
        of=branch.name,
    )


def _buttons(looked: Looked, branch: Branch, what: str) -> tuple[Button, ...]:
    say = looked.texts.say
    if what not in MEETINGS:
        return (Button(say("frequencies", "talk_button"), f"start_case.{TALKS}"),)
    label = say("frequencies", "convene_button", what=say("frequencies", what))
    # Who keeps several branches is asked for which, as at any other time.
    return (Button(label, "convene" if looked.keeps_several(branch.id) else f"convene.{what}"),)
