"""An official gets the link of the dashboard: a page of their own scope that can be opened for a working day."""

from handlers.codes import DASHBOARD_FOR, new_secret, scope_ticket
from handlers.dialogue.errors import Refused
from handlers.dialogue.roles import Role
from handlers.dialogue.turn import Turn, record_id
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.router import reply
from storage.installation import Secret, make_secret
from storage.people import organization


@reply("dashboard", role=Role.OFFICIAL)
async def show_dashboard(turn: Turn, argument: str) -> None:
    """The link to the figures of an organization and all below it; who looks after several says of which."""
    places = turn.places(Role.OFFICIAL)
    if not argument and len(places) > 1:
        rows = tuple((Button(place.name, f"dashboard.{place.organization_id}"),) for place in places)
        await turn.say(turn.texts.say("dashboard.dashboard", "which"), rows=rows)
        return
    found = await organization(turn.session, record_id(argument) if argument else places[0].organization_id)
    if found is None:
        raise Refused("gone")
    turn.require_at(Role.OFFICIAL, found.path)
    secret = await make_secret(turn.session, Secret.DASHBOARD, new_secret(), turn.now)
    until = (turn.now + DASHBOARD_FOR).replace(second=0, microsecond=0)
    ticket = scope_ticket(turn.person_id, found.id, secret, until)
    link = turn.around.page_link(turn.incoming.address.channel, f"dashboard/{ticket}")
    if not link:
        digest = Button(turn.texts.title("digest"), "digest")
        await turn.say(turn.texts.say("dashboard.dashboard", "no_pages"), rows=((digest,), *back_to_menu(turn)))
        return
    words = turn.texts.say("dashboard.dashboard", "opened", place=found.name, until=until.astimezone(turn.zone))
    button = Button(turn.texts.say("dashboard.dashboard", "open"), url=link)
    await turn.say(words, rows=((button,), *back_to_menu(turn)))
