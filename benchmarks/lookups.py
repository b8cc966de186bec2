"""Handbook look-ups beside two plain ways to find an entry: the same questions, the same entries, the same run.

    .venv/bin/python -m benchmarks.lookups [--rounds N]

The plain ways are WRatio of rapidfuzz over titles and aliases, and BM25 over title, aliases and answer, on the words
that jieba finds. Each of them refuses what scores below the threshold that suits it best on these very questions, an
advantage that ours does not have. Prints by kind how many are answered right, offered among three, answered wrong
and refused (tests/knowledge/evaluation.jsonl), how long a look-up takes, and what the index costs at the start. Times
are the processor's, so that what else runs on the machine counts little.
"""

import argparse
import math
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import rjieba
from rapidfuzz import fuzz, process

from knowledge.evaluation import Evaluated, Outcome, Score, evaluate, of_handbook, read_set
from knowledge.handbook import Entry, Handbook
from knowledge.normalize import simplify

QUESTIONS = Path(__file__).parent.parent / "tests" / "knowledge" / "evaluation.jsonl"
TODAY = date(2026, 11, 24)  # the day that the set was written for
OUTCOMES: tuple[Outcome, ...] = ("right", "offered", "wrong", "refused")

Scored = Callable[[str], tuple[Entry | None, float]]
"""The best entry for a question, and how well it fits, in a measure of its own."""
Answer = Callable[[str], tuple[str, str]]


def by_wratio(handbook: Handbook) -> Scored:
    """WRatio over every title and alias; the entry of the best one."""
    owners = [(name, entry) for entry in handbook.entries for name in (entry.title, *entry.aliases)]
    names = [name for name, _ in owners]

    def best(question: str) -> tuple[Entry | None, float]:
        found = process.extractOne(question, names, scorer=fuzz.WRatio)
        return (None, 0.0) if found is None else (owners[found[2]][1], found[1])

    return best


def words_of(text: str) -> list[str]:
    """How jieba cuts a text into words, punctuation aside."""
    return [word for word in rjieba.cut(simplify(text)) if word.isalnum()]


def by_bm25(handbook: Handbook) -> Scored:
    """BM25 (k1 1.5, b 0.75) over title, aliases and answer; the best entry, its score by how much it could be."""
    counted = [Counter(words_of(" ".join((each.title, *each.aliases, each.answer)))) for each in handbook.entries]
    lengths = [each.total() for each in counted]
    usual = sum(lengths) / len(lengths)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, words in enumerate(counted):
        for word, times in words.items():
            weight = times * 2.5 / (times + 1.5 * (0.25 + 0.75 * lengths[number] / usual))
            postings[word].append((number, weight))

    def best(question: str) -> tuple[Entry | None, float]:
        scores: defaultdict[int, float] = defaultdict(float)
        possible = 0.0
        for word in words_of(question):
            found = postings.get(word, ())
            rarity = math.log(1 + (len(counted) - len(found) + 0.5) / (len(found) + 0.5))
            possible += rarity
            for number, weight in found:
                scores[number] += rarity * weight
        if not scores:
            return None, 0.0
        number = max(scores, key=scores.__getitem__)
        return handbook.entries[number], scores[number] / possible

    return best


def above(scored: Scored, threshold: float) -> Answer:
    """The best entry as the answer, where it fits so well."""

    def answer(question: str) -> tuple[str, str]:
        entry, score = scored(question)
        if entry is None or score < threshold:
            return "unknown", ""
        return "answered", f"{entry.title}\n{entry.answer}"

    return answer


def best_threshold(scored: Scored, asked: list[Evaluated]) -> float:
    """The score below which refusing loses least: most questions right, those out of scope included."""
    known = {each.question: scored(each.question) for each in asked}
    tried = sorted({score for _, score in known.values()})
    steps = [0.0, *tried[:: max(1, len(tried) // 60)]]
    return max(steps, key=lambda threshold: total(evaluate(above(known.__getitem__, threshold), asked))["right"])


def total(scores: Mapping[str, Score]) -> Counter[Outcome]:
    """The outcomes of all kinds together."""
    counts: Counter[Outcome] = Counter()
    for score in scores.values():
        counts.update(score.counts)
    return counts


def milliseconds(answer: Callable[[str], object], asked: list[Evaluated], rounds: int) -> float:
    """Of one look-up, over all questions, the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for each in asked:
            answer(each.question)
        best = min(best, time.process_time() - started)
    return 1000 * best / len(asked)


def start() -> tuple[Handbook, float, float, float]:
    """The handbook, the seconds that a first and a second load take, and the MiB that one holds."""
    started = time.process_time()
    Handbook.load()
    first = time.process_time() - started
    started = time.process_time()
    handbook = Handbook.load()
    second = time.process_time() - started
    tracemalloc.start()
    held = Handbook.load()
    memory = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    assert len(held.entries) == len(handbook.entries)
    return handbook, first, second, memory


def line_of(score: Score) -> str:
    """The shares of the outcomes; what must be refused is right when it is refused, and offered when unsure."""
    return " / ".join(f"{score.share(outcome):.1%}" for outcome in OUTCOMES)


def main() -> None:
    """Measure all and print the table, as Markdown."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds: int = arguments.parse_args().rounds
    handbook, first, second, memory = start()
    with QUESTIONS.open(encoding="utf-8") as lines:
        asked = list(read_set(lines))
    names = sum(1 + len(entry.aliases) for entry in handbook.entries)
    print(f"{len(handbook.entries)} entries, {names} titles and aliases, {len(asked)} questions.")
    print(f"Loaded in {first:.2f} s, of which {first - second:.2f} s once in a process; {memory:.0f} MiB.\n")
    wratio, bm25 = by_wratio(handbook), by_bm25(handbook)
    ways: dict[str, Answer] = {
        "the handbook": of_handbook(handbook, TODAY),
        "WRatio": above(wratio, best_threshold(wratio, asked)),
        "BM25 on jieba's words": above(bm25, best_threshold(bm25, asked)),
    }
    scores = {name: evaluate(answer, asked) for name, answer in ways.items()}
    print(f"| right / offered / wrong / refused | {' | '.join(ways)} |\n| --- |{' --- |' * len(ways)}")
    for kind, score in scores["the handbook"].items():
        print(f"| {kind} ({score.total}) | {' | '.join(line_of(found[kind]) for found in scores.values())} |")
    times = {name: milliseconds(answer, asked, rounds) for name, answer in ways.items()}
    print(f"| a look-up, ms | {' | '.join(f'{took:.2f}' for took in times.values())} |")


if __name__ == "__main__":
    main()
