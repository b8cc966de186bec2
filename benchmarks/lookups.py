"""Handbook look-ups beside two plain ways to find an entry: the same questions, the same entries, the same run.

    .venv/bin/python -m benchmarks.lookups [--rounds N]

The plain ways are WRatio of rapidfuzz over titles and aliases, and BM25 over title, aliases and answer, on the words
that jieba finds (a package for this comparison only: without it, on pairs of characters). Prints how often what comes
first has the facts of the question (tests/knowledge/evaluation.jsonl), and look-ups per second.
"""

import argparse
import importlib
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path

from rapidfuzz import fuzz, process

from knowledge.evaluation import Evaluated, evaluate, of_handbook, read_set
from knowledge.handbook import Entry, Handbook
from knowledge.normalize import simplify

QUESTIONS = Path(__file__).parent.parent / "tests" / "knowledge" / "evaluation.jsonl"
TODAY = date(2026, 11, 24)  # the day that the set was written for
REFUSED = "out_of_scope"

First = Callable[[str], Entry | None]


def by_wratio(handbook: Handbook) -> First:
    """WRatio over every title and alias; the entry of the best one."""
    owners = [(name, entry) for entry in handbook.entries for name in (entry.title, *entry.aliases)]
    names = [name for name, _ in owners]

    def first(question: str) -> Entry | None:
        best = process.extractOne(question, names, scorer=fuzz.WRatio)
        return None if best is None else owners[best[2]][1]

    return first


def by_bm25(handbook: Handbook, words_of: Callable[[str], Iterable[str]]) -> First:
    """BM25 (k1 1.5, b 0.75) over title, aliases and answer; the best entry."""
    counted = [Counter(words_of(" ".join((each.title, *each.aliases, each.answer)))) for each in handbook.entries]
    lengths = [each.total() for each in counted]
    usual = sum(lengths) / len(lengths)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, words in enumerate(counted):
        for word, times in words.items():
            weight = times * 2.5 / (times + 1.5 * (0.25 + 0.75 * lengths[number] / usual))
            postings[word].append((number, weight))

    def first(question: str) -> Entry | None:
        scores: defaultdict[int, float] = defaultdict(float)
        for word in words_of(question):
            found = postings.get(word, ())
            rarity = math.log(1 + (len(counted) - len(found) + 0.5) / (len(found) + 0.5))
            for number, weight in found:
                scores[number] += rarity * weight
        return handbook.entries[max(scores, key=scores.__getitem__)] if scores else None

    return first


def words_by_jieba() -> Callable[[str], Iterable[str]] | None:
    """How jieba cuts a text into words; None where it is not installed."""
    try:
        jieba = importlib.import_module("jieba")
    except ModuleNotFoundError:
        return None
    jieba.setLogLevel("ERROR")
    return lambda text: [word for word in jieba.lcut(simplify(text)) if word.isalnum()]


def pairs(text: str) -> Iterable[str]:
    """The pairs of neighbouring characters."""
    return [a + b for a, b in pairwise(simplify(text)) if (a + b).isalnum()]


def by_handbook(handbook: Handbook) -> First:
    """The best candidate of our own look-up, whether answered or offered; None when refused."""

    def first(question: str) -> Entry | None:
        candidates = handbook.ask(question).candidates
        return candidates[0].entry if candidates else None

    return first


def per_second(first: First, asked: list[Evaluated], rounds: int) -> float:
    """Look-ups per second over all questions, the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        for each in asked:
            first(each.question)
        best = min(best, time.perf_counter() - started)
    return len(asked) / best


def share_right(first: First, asked: list[Evaluated]) -> dict[str, float]:
    """By kind, how often what comes first has the facts (or, for what is not ours, nothing comes)."""

    def said(question: str) -> tuple[str, str]:
        entry = first(question)
        return ("unknown", "") if entry is None else ("answered", f"{entry.title}\n{entry.answer}")

    return {kind: score.share("right") for kind, score in evaluate(said, asked).items()}


def main() -> None:
    """Measure all and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds: int = arguments.parse_args().rounds
    started = time.perf_counter()
    handbook = Handbook.load()
    loaded = time.perf_counter() - started
    with QUESTIONS.open(encoding="utf-8") as lines:
        asked = list(read_set(lines))
    names = sum(1 + len(entry.aliases) for entry in handbook.entries)
    print(
        f"{len(handbook.entries)} entries, {names} titles and aliases, loaded in {loaded:.2f} s; {len(asked)} questions"
    )
    jieba = words_by_jieba()
    ways = {
        "WRatio": by_wratio(handbook),
        "BM25, jieba" if jieba else "BM25, pairs": by_bm25(handbook, jieba or pairs),
        "look-up": by_handbook(handbook),
    }
    print(f"{'':26}" + "".join(f"{name:>14}" for name in (*ways, "with figures")))
    right = {name: share_right(first, asked) for name, first in ways.items()}
    answered = {kind: score.share("right") for kind, score in evaluate(of_handbook(handbook, TODAY), asked).items()}
    for kind in answered:
        shares = [*(found[kind] for found in right.values()), answered[kind]]
        what = "refused, " if kind == REFUSED else "right, "
        print(f"{what + kind:26}" + "".join(f"{share:>14.1%}" for share in shares))
    print(f"{'look-ups per second':26}" + "".join(f"{per_second(way, asked, rounds):>14,.0f}" for way in ways.values()))
    print("“with figures”: answered, not only offered, as `kb eval` counts it; figures in the question are reckoned.")


if __name__ == "__main__":
    main()
