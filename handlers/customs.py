"""What a branch does by custom, or a level above it wants: how often; never what a regulation says itself."""

from handlers.dialogue import Choice, Dialogue, Role, dialogue
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from knowledge.rules.customs import CustomName, Every, agreed
from storage.customs import CustomView, customs_for, set_custom
from storage.people import audit


@dialogue("set_custom", role=Role.SECRETARY)
async def set_own(d: Dialogue) -> None:
    """A secretary says how often her branch does something by custom."""
    await _set(d)


@dialogue("set_custom_below", role=Role.OFFICIAL)
async def set_below(d: Dialogue) -> None:
    """An official says how often all branches below do something by custom."""
    await _set(d)


async def _set(d: Dialogue) -> None:
    organization = d.place.organization_id
    name = await d.ask("name", Choice(CustomName))
    found = (await customs_for(d.session, name, [organization])).get(organization, [])
    above = [one for one in found if one.organization_id != organization]
    now = agreed(_every(one) for one in found)
    every = await d.ask("every", Choice(Every), name=name, now=now, above=_strictest(above))
    holds = agreed([every, *(_every(one) for one in above)])
    await d.confirm(holds=holds, overruled=holds is not every, place=d.place.name, above=_strictest(above))
    await set_custom(d.session, organization, name, {"every": every.value}, d.turn.person_id, d.turn.now)
    await audit(d.session, d.turn.now, d.turn.person_id, organization, "set_custom", f"custom:{name}")
    rows = back_to_menu(d.turn)
    if d.turn.may(Role.SECRETARY):
        rows = ((Button(d.texts.title("owed"), "owed"), *rows[0]),)
    await d.say("set", rows=rows, name=name, holds=holds)


def _every(one: CustomView) -> Every:
    return Every(one.value["every"])


def _strictest(found: list[CustomView]) -> str:
    """Who above wants it most often; empty when nobody above has said anything."""
    return min(found, key=lambda one: _every(one).months or 99).organization_name if found else ""
