"""A line of small bars, one a week: how often was met, and how many came."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.figures import WeekCount

STEP, WIDTH, HEIGHT = 8, 6, 24
LEAST = 3
"""A meeting that nobody came to is still seen."""


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Paths of an SVG: `before` are the weeks that are over, `now` is the last one, `none` the weeks without a meeting.

    A bar is as high as the attendance; `words` say the same to who does not see it.
    """

    width: int
    height: int
    before: str
    now: str
    none: str
    words: str


def sparkline(weeks: Sequence[WeekCount]) -> Sparkline:
    """The bars of some weeks, the oldest first."""
    bars: list[str] = []
    none: list[str] = []
    for number, week in enumerate(weeks):
        left = number * STEP
        if not week.meetings:
            none.append(f"M{left} {HEIGHT - 1}h{WIDTH}v1h-{WIDTH}z")
            bars.append("")
            continue
        height = HEIGHT if week.rate is None else max(round(HEIGHT * week.rate), LEAST)
        bars.append(f"M{left} {HEIGHT - height}h{WIDTH}v{height}h-{WIDTH}z")
    met = sum(1 for week in weeks if week.meetings)
    return Sparkline(
        width=len(weeks) * STEP - (STEP - WIDTH),
        height=HEIGHT,
        before="".join(bars[:-1]),
        now=bars[-1] if bars else "",
        none="".join(none),
        words=f"{len(weeks)} 周里有 {met} 周开了会",
    )
