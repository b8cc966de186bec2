"""The buttons that many conversations end with."""

from handlers.dialogue.turn import Turn
from handlers.messages import Button, Rows


def back_to_menu(turn: Turn) -> Rows:
    """One button that leads to the menu."""
    return ((Button(turn.texts.say("shared", "menu_button"), "menu"),),)
