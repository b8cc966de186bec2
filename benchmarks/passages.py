"""How finding a passage grows with the readings: time and memory beside a plain rapidfuzz WRatio scan, the same run.

    .venv/bin/python -m benchmarks.passages [--sizes 500 10000 100000]

Passages are made from the handbook's own sentences with rare words mixed in, the same for the same seed; questions are
cut out of them. Each size runs in a process of its own, so that its memory can be read.
"""

import argparse
import multiprocessing
import random
import resource
import time
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from handlers.markup import to_plain
from knowledge.handbook import Handbook
from knowledge.passages import Passages
from knowledge.readings import Passage

QUESTIONS, SCANNED = 60, 6
FIRST_CHARACTER, LAST_CHARACTER = 0x4E00, 0x9FA5
MEBIBYTE = 1024  # in the unit of ru_maxrss on Linux


def passages(count: int, rng: random.Random) -> list[Passage]:
    """Passages of some 200 characters, each with words that hardly any other has."""
    sentences = [line for entry in Handbook.load().entries for line in to_plain(entry.answer).splitlines() if line]
    made = []
    for number in range(count):
        rare = "".join(chr(rng.randrange(FIRST_CHARACTER, LAST_CHARACTER)) for _ in range(8))
        text = "".join(rng.sample(sentences, 5)) + f"{rare}，第{number}号。"
        made.append(
            Passage(f"第{number % 12 + 1}章", f"{number}、{rng.choice(sentences)[:12]}", str(number % 300), text)
        )
    return made


def measure(count: int) -> tuple[int, float, float, float, float, float]:
    """Count, seconds to build, MiB, milliseconds to find and to scan, and the share that is found first."""
    rng = random.Random(2026)
    made = passages(count, rng)
    asked = []
    for _ in range(QUESTIONS):
        number = rng.randrange(count)
        start = rng.randrange(len(made[number].text) - 24)
        asked.append((made[number].text[start : start + 16], f"p{number}"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    index = Passages()
    for number, passage in enumerate(made):
        index.add(f"p{number}", passage, "读本")
    built = time.perf_counter() - started
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / MEBIBYTE
    index.find("预备期多长")
    started = time.perf_counter()
    found = [index.find(words, 3) for words, _ in asked]
    finding = (time.perf_counter() - started) / QUESTIONS
    texts = [passage.text for passage in made]
    right = sum(
        any(words in quote.passage.text for quote in quotes) for quotes, (words, _) in zip(found, asked, strict=True)
    )
    started = time.perf_counter()
    for words, _ in asked[:SCANNED]:
        process.extractOne(words, texts, scorer=fuzz.WRatio)
    scanning = (time.perf_counter() - started) / SCANNED
    return count, built, memory, finding * 1000, scanning * 1000, right / QUESTIONS


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 10_000, 100_000])
    sizes = parser.parse_args(arguments).sizes
    print(f"{'passages':>10}{'built, s':>10}{'MiB':>8}{'find, ms':>10}{'WRatio, ms':>12}{'ratio':>8}{'found':>8}")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for count, built, memory, finding, scanning, right in pool.imap(measure, sizes):
            figures = f"{count:>10,}{built:>10.1f}{memory:>8.0f}{finding:>10.2f}{scanning:>12.1f}"
            print(f"{figures}{finding / scanning:>8.3f}{right:>8.0%}")


if __name__ == "__main__":
    main()
