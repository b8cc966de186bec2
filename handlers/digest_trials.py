"""What the templates of digests are given for invented figures, so that `check` can try those of an administrator."""

from itertools import product

from handlers.digest_samples import samples
from handlers.digest_words import digest_values, own_values
from handlers.figures import DigestStyle
from handlers.wording import Texts

Trials = dict[str, list[dict[str, object]]]


def trials(texts: Texts) -> Trials:
    """The values of each template, for every sample and style."""
    styles = [DigestStyle(pressing_only=pressing, late=late) for pressing, late in product((False, True), repeat=2)]
    found = samples()
    return {
        "digest.j2": [
            digest_values(texts, figures, style, whole=whole)
            for figures in found
            for style in styles
            for whole in (False, True)
        ],
        "digest_own.j2": [own_values(texts, figures, style) for figures in found for style in styles],
    }
