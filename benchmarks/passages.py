"""How finding a passage grows with the readings: time and memory beside a plain rapidfuzz WRatio scan, the same run.

    .venv/bin/python -m benchmarks.passages [--sizes 500 10000 100000]

Passages are made from the handbook's own sentences with rare words mixed in, the same for the same seed. Questions are
cut out of one sentence each, in turn one that stands in many passages and one that stands in one only, and each is
asked once: nothing of it was read before. Times are the processor's, so that what else
runs on the machine counts little. Each size runs in a process of its own, so that its memory can be read.
"""

import argparse
import multiprocessing
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rapidfuzz import fuzz, process

from handlers.markup import to_plain
from knowledge.handbook import Handbook
from knowledge.passages import Passages
from knowledge.readings import Passage

QUESTIONS, SCANNED, LENGTH = 60, 6, 16
FIRST_CHARACTER, LAST_CHARACTER = 0x4E00, 0x9FA5
MEBIBYTE = 1024  # in the unit of ru_maxrss on Linux


def passages(count: int, rng: random.Random) -> list[Passage]:
    """Passages of some 200 characters, each with words that hardly any other has."""
    sentences = [line for entry in Handbook.load().entries for line in to_plain(entry.answer).splitlines() if line]
    made = []
    for number in range(count):
        rare = "".join(chr(rng.randrange(FIRST_CHARACTER, LAST_CHARACTER)) for _ in range(8))
        text = "\n".join((*rng.sample(sentences, 5), f"{rare}，第{number}号。"))
        made.append(
            Passage(f"第{number % 12 + 1}章", f"{number}、{rng.choice(sentences)[:12]}", str(number % 300), text)
        )
    return made


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: seconds to build, MiB, milliseconds to find (mean, nine in ten under, slowest) and to scan."""

    count: int
    built: float
    memory: float
    finding: float
    nine_in_ten: float
    slowest: float
    scanning: float
    found: float


def measure(count: int) -> Measured:
    """Build the index of so many passages, ask it, and scan the same passages for the same questions."""
    rng = random.Random(2026)
    made = passages(count, rng)
    asked = []
    for number in range(QUESTIONS):
        *common, rare = rng.choice(made).text.split("\n")
        sentence = max(common, key=len) if number % 2 else rare
        start = rng.randrange(max(1, len(sentence) - LENGTH + 1))
        asked.append(sentence[start : start + LENGTH])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    index = Passages()
    for number, passage in enumerate(made):
        index.add(f"p{number}", passage, "读本")
    built = time.process_time() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / MEBIBYTE
    index.find("预备期多长")
    took, found = [], 0
    for words in asked:
        started = time.process_time()
        quotes = index.find(words, 3)
        took.append(1000 * (time.process_time() - started))
        found += any(words in quote.passage.text for quote in quotes)
    texts = [passage.text for passage in made]
    started = time.process_time()
    for words in asked[:SCANNED]:
        process.extractOne(words, texts, scorer=fuzz.WRatio)
    scanning = 1000 * (time.process_time() - started) / SCANNED
    took.sort()
    nine_in_ten = took[len(took) * 9 // 10 - 1]
    return Measured(count, built, memory, fmean(took), nine_in_ten, took[-1], scanning, found / QUESTIONS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 10_000, 100_000])
    sizes = parser.parse_args(arguments).sizes
    heads = ("built, s", "MiB", "find, ms", "9 in 10", "slowest", "WRatio, ms", "ratio", "found")
    print(f"{'passages':>10}" + "".join(f"{head:>11}" for head in heads))
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for one in pool.imap(measure, sizes):
            times = f"{one.finding:>11.2f}{one.nine_in_ten:>11.2f}{one.slowest:>11.2f}{one.scanning:>11.1f}"
            ratio = one.finding / one.scanning
            print(f"{one.count:>10,}{one.built:>11.1f}{one.memory:>11.0f}{times}{ratio:>11.3f}{one.found:>11.0%}")


if __name__ == "__main__":
    main()
