"""How somebody wants their own digest: when it comes, what is in it, and whether it comes at all."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue import Choice, Clock, Dialogue, Option, Refused, Role, YesNo, dialogue
from handlers.dialogue.questions import Asking, OneOf, Reply
from handlers.digest_sentences import DigestWish, Wanted
from handlers.digest_words import LATE_AFTER, week_of
from handlers.menu_rows import back_to_menu
from handlers.messages import Button
from handlers.organization_choice import OrganizationNamed
from handlers.reminders import FIRST, LAST, is_civil
from handlers.wording import Texts
from knowledge.rules.working_days import is_working_day, next_working_day
from storage.digest_settings import Wish, set_wish, wishes_of


class Weekday(StrEnum):
    """The day of the week on which a digest comes, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class WhichDay(Choice[Weekday]):
    """A day of the week, also said as 星期五, 礼拜天 or 每周5."""

    def read(self, reply: Reply, asking: Asking, partial: Any) -> Weekday:
        """The day that was tapped or named."""
        said = _DAY.fullmatch(reply.text.strip())
        if said is not None:
            reply = replace(reply, text=f"周{said[1].translate(_DAYS)}")
        return super().read(reply, asking, partial)


_DAY = re.compile(r"[每逢]?(?:星期|礼拜|周)([一二三四五六日天1-7１-７])")
_DAYS = str.maketrans("天1234567１２３４５６７", "日一二三四五六日一二三四五六日")


class Zone(StrEnum):
    """Time zones in which branches have members for long."""

    SHANGHAI = "Asia/Shanghai"
    URUMQI = "Asia/Urumqi"
    TOKYO = "Asia/Tokyo"
    BANGKOK = "Asia/Bangkok"
    DUBAI = "Asia/Dubai"
    MOSCOW = "Europe/Moscow"
    BERLIN = "Europe/Berlin"
    LONDON = "Europe/London"
    NAIROBI = "Africa/Nairobi"
    NEW_YORK = "America/New_York"
    LOS_ANGELES = "America/Los_Angeles"


class DigestSetting(StrEnum):
    """What can be changed about a digest."""

    SKIP = "skip"
    SKIP_NEXT = "skip_next"
    UNSKIP = "unskip"
    TIME = "time"
    PRESSING = "pressing"
    EVERYTHING = "everything"
    QUIET = "quiet"
    STOP = "stop"
    RESUME = "resume"


_CHANGES: dict[DigestSetting, dict[str, object]] = {
    DigestSetting.UNSKIP: {"skipped_week": ""},
    DigestSetting.PRESSING: {"pressing_only": True},
    DigestSetting.EVERYTHING: {"pressing_only": False},
    DigestSetting.STOP: {"active": False},
    DigestSetting.RESUME: {"active": True, "skipped_week": ""},
}
"""What is kept of those that need no further question and are the same in every week."""
HOURS = (time(8), time(8, 30), time(9), time(12), time(18), time(20))
QUIET = ("15", "30", "60", "90")


@dialogue("digest_settings", role=Role.BOUND)
async def settle(d: Dialogue) -> None:
    """An official or a secretary changes one thing about their own digest, of one of their organizations.

    What was said in a sentence is not asked again, but shown before it is done.
    """
    wish = await _which(d)
    said = Wanted.of(str(d.given.get("argument", "")))
    meant = _meant(d, wish, said) if said else None
    what = await d.ask(
        "what",
        Choice(DigestSetting, _offers(d, wish, meant)),
        presumed=meant,
        label=d.texts.say("digest_settings", "setting") if said and said.what is not DigestWish.TIME else "",
        wish=wish,
        when=when_words(d.texts, wish),
        next=_next(d, wish),
    )
    if what is DigestSetting.TIME:
        await _move(d, wish, said)
        return
    if what is DigestSetting.QUIET:
        await _say_how_quiet(d, wish)
        return
    if said:
        await d.confirm(name=wish.name)
    changed = dict(_CHANGES.get(what) or {"skipped_week": _left_out(d, wish, what)})
    if what is DigestSetting.RESUME:
        changed["since"] = d.turn.now  # what went by meanwhile is not sent
    await set_wish(d.session, d.turn.person_id, wish, changed, d.turn.now)
    after = next(one for one in await _wishes(d) if one.organization_id == wish.organization_id)
    await d.say("changed", what=what, wish=after, next=_next(d, after), rows=_again(d, wish))


async def _wishes(d: Dialogue) -> list[Wish]:
    return await wishes_of(d.session, d.turn.person_id, d.turn.today)


async def _which(d: Dialogue) -> Wish:
    """The digest that is meant: the one whose button was pressed, the only one, or one that is asked for."""
    wishes = {str(one.organization_id): one for one in await _wishes(d)}
    if not wishes:
        raise Refused("nobody_reads")
    argument, _, _ = str(d.given.get("argument", "")).partition(".")
    if argument:
        if argument not in wishes:
            raise Refused("not_yours")
        return wishes[argument]
    if len(wishes) == 1:
        return next(iter(wishes.values()))
    if len(wishes) > OrganizationNamed.AT_A_GLANCE:
        called = [Called(one.organization_id, one.name) for one in wishes.values()]
        chosen: int = await d.ask("which_named", OrganizationNamed(called))
        return wishes[str(chosen)]
    return wishes[await d.ask("which", OneOf([Option(id, one.name) for id, one in wishes.items()]))]


@dataclass(frozen=True, slots=True)
class Called:
    """An organization whose digest somebody reads, as one of very many."""

    id: int
    name: str


def _meant(d: Dialogue, wish: Wish, said: Wanted) -> DigestSetting:
    """What a sentence changes.

    Raises `Refused` where it changes nothing.
    """
    now = {"next": _next(d, wish), "wish": wish}
    if said.what is DigestWish.RESUME:
        if not wish.active:
            return DigestSetting.RESUME
        if not wish.skipped_week or wish.skipped_week < _next_week(d, wish):
            raise Refused("comes_already", **now)
        return DigestSetting.UNSKIP
    if said.what is DigestWish.TIME:
        return DigestSetting.TIME
    if not wish.active:
        raise Refused("stopped_already")
    if said.what is DigestWish.SKIP and not _is_this_week(d, wish):
        raise Refused("issued_already", **now)
    setting = DigestSetting(said.what)
    if setting in _CHANGES and all(getattr(wish, name) == value for name, value in _CHANGES[setting].items()):
        raise Refused("as_it_is", what=setting, **now)
    if setting not in _CHANGES and wish.skipped_week == _left_out(d, wish, setting):
        raise Refused("skipped_already", **now)
    return setting


def _is_this_week(d: Dialogue, wish: Wish) -> bool:
    return _coming(d, wish) == d.turn.now.astimezone(ZoneInfo(wish.timezone)).date()


def _left_out(d: Dialogue, wish: Wish, what: DigestSetting) -> str:
    """The week that is not told: what comes this week is about the last one, and what comes next week about this."""
    today = d.turn.now.astimezone(ZoneInfo(wish.timezone)).date()
    return week_of(today) if what is DigestSetting.SKIP_NEXT else week_of(today - timedelta(weeks=1))


def _offers(d: Dialogue, wish: Wish, meant: DigestSetting | None = None) -> list[DigestSetting]:
    """What can be changed now, and what somebody said they meant; who has stopped the digest can only take it up
    again, or first say when."""
    usual = _usual(d, wish)
    return usual if meant is None or meant in usual else [meant, *usual]


def _usual(d: Dialogue, wish: Wish) -> list[DigestSetting]:
    if not wish.active:
        return [DigestSetting.RESUME, DigestSetting.TIME]
    skip = DigestSetting.SKIP if _is_this_week(d, wish) else DigestSetting.SKIP_NEXT
    return [
        DigestSetting.UNSKIP if wish.skipped_week == _next_week(d, wish) else skip,
        DigestSetting.TIME,
        DigestSetting.EVERYTHING if wish.pressing_only else DigestSetting.PRESSING,
        DigestSetting.QUIET,
        DigestSetting.STOP,
    ]


async def _move(d: Dialogue, wish: Wish, said: Wanted | None) -> None:
    """Another day, hour and, where it is opened from the summary, zone; what a sentence left out stays as it is."""
    day, hour = 0, None
    if said is not None and said.what is DigestWish.TIME:
        day, hour = said.weekday or wish.weekday, None if said.vague else said.clock or _clock_of(wish)
    weekday = await d.ask("weekday", WhichDay(Weekday), presumed=list(Weekday)[day - 1] if day else None)
    clock = await d.ask("clock", Clock(suggestions=HOURS), presumed=hour)
    zones = [Option(str(zone), zone_words(d.texts, zone)) for zone in dict.fromkeys((*Zone, wish.timezone))]
    zone = await d.ask("zone", OneOf(zones), presumed=wish.timezone)
    waits = await d.ask("after_holidays", YesNo(), presumed=wish.after_holidays)
    await d.confirm(name=wish.name)
    changed = {
        "weekday": list(Weekday).index(weekday) + 1,
        "minute": clock.hour * 60 + clock.minute,
        "timezone": zone,
        "after_holidays": waits,
        # An hour that is over by the new clock does not make one come at once.
        "since": d.turn.now,
    }
    await set_wish(d.session, d.turn.person_id, wish, changed, d.turn.now)
    after = next(one for one in await _wishes(d) if one.organization_id == wish.organization_id)
    await d.say("moved", when=when_words(d.texts, after), next=_next(d, after), wish=after, rows=_again(d, wish))


async def _say_how_quiet(d: Dialogue, wish: Wish) -> None:
    days = [Option(number, d.texts.say("digest_settings", "days", number=number)) for number in QUIET]
    chosen = await d.ask("quiet_days", OneOf(days), now=wish.quiet_days)
    await set_wish(d.session, d.turn.person_id, wish, {"quiet_days": int(chosen)}, d.turn.now)
    await d.say("quiet_set", number=chosen, rows=_again(d, wish))


def _again(d: Dialogue, wish: Wish) -> tuple[tuple[Button, ...], ...]:
    more = Button(d.texts.title("digest_settings"), f"digest_settings.{wish.organization_id}")
    return ((more, *back_to_menu(d.turn)[0]),)


def zone_words(texts: Texts, zone: str) -> str:
    """北京时间 for Asia/Shanghai; of a zone that we have no word for, its own name."""
    return texts.word(Zone(zone)) if zone in list(Zone) else zone


def when_words(texts: Texts, wish: Wish) -> str:
    """每周一 8:30（北京时间）."""
    return texts.say(
        "digest_settings",
        "when",
        weekday=texts.word(list(Weekday)[wish.weekday - 1]),
        clock=_clock_of(wish).strftime("%H:%M"),
        zone=zone_words(texts, wish.timezone),
    )


def _clock_of(wish: Wish) -> time:
    return time(wish.minute // 60, wish.minute % 60)


def moment_of(wish: Wish, day: date) -> datetime:
    """When the digest comes in the week that a day is in, on the reader's clock."""
    at = day - timedelta(days=day.isoweekday() - wish.weekday)
    if wish.after_holidays and not is_working_day(at) and at.isoweekday() <= 5:
        at = next_working_day(at)
    return datetime.combine(at, _clock_of(wish), ZoneInfo(wish.timezone))


def _next_week(d: Dialogue, wish: Wish) -> str:
    """The week that the next digest is about: the last one, unless that was sent."""
    return week_of(_coming(d, wish) - timedelta(weeks=1))


def _coming(d: Dialogue, wish: Wish) -> date:
    """A day in the week in which the next digest comes."""
    today = d.turn.now.astimezone(ZoneInfo(wish.timezone)).date()
    begun = wish.since if wish.known else d.turn.now
    open_still = begun is None or moment_of(wish, today) >= begun
    return today if open_still and wish.issued < week_of(today - timedelta(weeks=1)) else today + timedelta(weeks=1)


def _next(d: Dialogue, wish: Wish) -> datetime:
    """When the next digest comes, the one that is left out passed over."""
    coming = _coming(d, wish)
    if wish.skipped_week == week_of(coming - timedelta(weeks=1)):
        coming += timedelta(weeks=1)
    moment = moment_of(wish, coming)
    now = d.turn.now.astimezone(ZoneInfo(wish.timezone))
    return moment if moment > now else _late(moment, now, wish)


def _late(moment: datetime, now: datetime, wish: Wish) -> datetime:
    """When one comes whose hour is over: at once, or if it is long over, at the next hour at which people are spoken
    to."""
    if now - moment <= LATE_AFTER or is_civil(now, wish.timezone):
        return now
    return datetime.combine(now.date() + timedelta(days=now.time() > LAST), FIRST, now.tzinfo)
