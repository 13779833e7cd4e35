"""What a page says that a command prints, compared with what it printed."""

import re


def pattern_of(printed: str) -> "re.Pattern[str]":
    """What matches the printed text, however blanks run, with anything in place of an ellipsis."""
    words = [re.escape(word).replace("…", ".*?") for word in printed.split()]
    return re.compile(r"\s*" + r"\s*".join(words) + r"\s*", re.DOTALL)
