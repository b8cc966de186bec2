"""The buttons that many conversations end with."""

from collections.abc import Sequence

from handlers.dialogue.turn import Turn
from handlers.messages import Button, Rows

Row = tuple[Button, ...]


def back_to_menu(turn: Turn) -> Rows:
    """One button that leads to the menu."""
    return ((Button(turn.texts.say("shared", "menu_button"), "menu"),),)


def page_of(turn: Turn, buttons: Sequence[Button], name: str, page: str, size: int) -> tuple[list[Button], Row, int]:
    """The buttons of a page, those that lead to the pages beside it, and how many stand before the first one.

    `name` is what the others are started by: "topics.3" leads to "topics.3.1". A page that is not there is the first.
    """
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 0
    start = number * size if number * size < len(buttons) else 0
    say = turn.texts.say
    steps = []
    if start:
        steps.append(Button(say("shared", "earlier_button"), f"{name}.{start // size - 1}"))
    if start + size < len(buttons):
        steps.append(Button(say("shared", "further_button"), f"{name}.{start // size + 1}"))
    return list(buttons[start : start + size]), tuple(steps), start
