"""Handbook look-ups beside a plain rapidfuzz WRatio scan over titles and aliases: the same questions, the same run.

    .venv/bin/python -m benchmarks.lookups [--rounds N]

Prints look-ups per second, how often the right entry comes first, and the ratios.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from knowledge.handbook import Handbook

QUESTIONS = Path(__file__).parent.parent / "tests" / "knowledge" / "questions.yaml"
REFUSED = ("out_of_scope", "near_by")

First = Callable[[str], str | None]
Question = tuple[str, str, tuple[str, ...]]


def questions() -> list[Question]:
    """Kind, words and the ids that are right, of every question in the set."""
    found = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    listed: list[Question] = []
    for kind, items in found.items():
        for item in items:
            expects = item.get("expects") or ()
            listed.append((kind, item["ask"], (expects,) if isinstance(expects, str) else tuple(expects)))
    return listed


def plain_scan(handbook: Handbook) -> First:
    """WRatio over every title and alias; the entry of the best one."""
    owners = [(name, entry.id) for entry in handbook.entries for name in (entry.title, *entry.aliases)]
    names = [name for name, _ in owners]

    def first(question: str) -> str | None:
        best = process.extractOne(question, names, scorer=fuzz.WRatio)
        return None if best is None else owners[best[2]][1]

    return first


def lookup(handbook: Handbook) -> First:
    """The best candidate of our own look-up, whether answered or offered; None when refused."""

    def first(question: str) -> str | None:
        candidates = handbook.ask(question).candidates
        return candidates[0].entry.id if candidates else None

    return first


def per_second(first: First, asked: list[Question], rounds: int) -> float:
    """Look-ups per second over all questions, the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        for _, words, _ in asked:
            first(words)
        best = min(best, time.perf_counter() - started)
    return len(asked) / best


def share_right(first: First, asked: list[Question], kind: str) -> float:
    """How many questions of a kind get a right entry first."""
    ours = [(words, right) for of, words, right in asked if of == kind]
    return sum(first(words) in right for words, right in ours) / len(ours)


def main() -> None:
    """Measure both and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds: int = arguments.parse_args().rounds
    started = time.perf_counter()
    handbook = Handbook.load()
    loaded = time.perf_counter() - started
    asked = questions()
    scan, ours = plain_scan(handbook), lookup(handbook)
    names = sum(1 + len(entry.aliases) for entry in handbook.entries)
    print(
        f"{len(handbook.entries)} entries, {names} titles and aliases, loaded in {loaded:.2f} s; {len(asked)} questions"
    )
    print(f"{'':24}{'WRatio scan':>14}{'look-up':>14}{'ratio':>9}")
    scanned, looked = per_second(scan, asked, rounds), per_second(ours, asked, rounds)
    print(f"{'look-ups per second':24}{scanned:>14,.0f}{looked:>14,.0f}{looked / scanned:>8.1f}x")
    for kind in dict.fromkeys(kind for kind, _, _ in asked if kind not in REFUSED):
        plain, better = share_right(scan, asked, kind), share_right(ours, asked, kind)
        print(f"{'right first, ' + kind:24}{plain:>14.1%}{better:>14.1%}{better / plain:>8.2f}x")
    for kind in REFUSED:
        words = [words for of, words, _ in asked if of == kind]
        answered = sum(handbook.ask(each).status == "answered" for each in words)
        refused = sum(handbook.ask(each).status == "unknown" for each in words)
        print(f"{kind}: {len(words)} questions, {refused} refused, {answered} answered (the scan always answers)")


if __name__ == "__main__":
    main()
