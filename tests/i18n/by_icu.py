"""Write tests/i18n/data/names-by-icu.txt, names in the order in which ICU sorts them for the locale 'bn'.

Run with a Python that has PyICU (Debian: python3-icu): `/usr/bin/python3 tests/i18n/by_icu.py`. Made with ICU 72.1.

Each line is a sign and a name: '<' where ICU puts it behind the line before, '=' where both are equal to it. Names are
put together from fixed words with a fixed seed.
"""

import random
import unicodedata
from itertools import pairwise
from pathlib import Path

import icu  # type: ignore[import-not-found]

DATA = Path(__file__).parent / "data"
LETTERS = [chr(code) for code in range(0x0981, 0x09E4) if unicodedata.category(chr(code)) in {"Lo", "Mn", "Mc"}]


def marked(names: list[str]) -> list[str]:
    """Return the names in ICU's order, each behind its sign."""
    collator = icu.Collator.createInstance(icu.Locale("bn"))
    ordered = sorted(names, key=lambda name: (collator.getSortKey(name), name))
    signs = ["<", *("=" if collator.compare(a, b) == 0 else "<" for a, b in pairwise(ordered))]
    return [sign + name for sign, name in zip(signs, ordered, strict=True)]


def made_up(seed: int, count: int) -> list[str]:
    """Return names of real words, and of words with letters at random, in both ways of encoding."""
    rng = random.Random(seed)
    words = (DATA / "words.txt").read_text(encoding="utf-8").split()
    found = set(words)
    while len(found) < count:
        parts = rng.sample(words, rng.choice((1, 1, 2, 3)))
        if rng.random() < 0.4:  # a word in which a letter was replaced, added or lost
            at = rng.randrange(len(parts[0]) + 1)
            parts[0] = parts[0][:at] + rng.choice((*LETTERS, "")) + parts[0][at + rng.randrange(2) :]
        if rng.random() < 0.3:
            parts.append(rng.choice("0123456789\u09e6\u09e7\u09e8\u09ef") + rng.choice(("", "0", "\u09e7")))
        name = rng.choice((" ", " ", "-", ", ", " (", "/", "")).join(parts)
        found.add(unicodedata.normalize(rng.choice(("NFC", "NFD")), name))
    return sorted(found)


if __name__ == "__main__":
    lines = marked(made_up(seed=1, count=2_500))
    (DATA / "names-by-icu.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
