"""Classify a mail server's refusals (RFC 5321, 4.2; RFC 3463). Pure.

A letter is dead only when the server finally refuses this recipient or this message. A refusal about us (a required
login, TLS, our sender, relaying denied, a command it calls wrong) ends when the configuration is corrected, so the
letter waits for that.
"""

import re
from typing import Literal

Step = Literal["recipient", "message"]
Fate = Literal["dead", "later", "away"]

WANTS_A_LOGIN = frozenset({530, 534, 535, 538})
DOES_NOT_UNDERSTAND = range(500, 505)
MESSAGE_TOO_BIG = "5.3.4"
_ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.(\d{1,3})(?!\d)")
_ABOUT_US = re.compile(
    r"relay|authenti|log ?in|tls|sender|client host|access denied|blocked|black ?list|block ?list|reputation",
    re.IGNORECASE,
)


def classify(code: int, answer: str, step: Step) -> Fate:
    """Return the result of a letter that the server answered so, to RCPT ('recipient') or to DATA ('message').

    'dead': for good; 'later': this letter may get through; 'away': no letter does now.
    """
    if code == 421 or code in WANTS_A_LOGIN:  # RFC 5321, 3.8: it closes, whatever was asked
        return "away"
    if not 500 <= code < 600 or code in DOES_NOT_UNDERSTAND:
        return "later"
    enhanced = _ENHANCED.match(answer)
    if enhanced is None:
        return "later" if step == "recipient" and _ABOUT_US.search(answer) else "dead"
    subject, detail = int(enhanced.group(1)), int(enhanced.group(2))
    if (subject, detail) in {(1, 7), (1, 8)}:  # the sender's address
        return "away"
    if subject in {1, 2, 6}:  # the recipient's address, the mailbox, the contents
        return "dead"
    if subject == 7:  # refused by policy: the recipient is our configuration's fault, the contents are this letter's
        return "later" if step == "recipient" or detail in {0, 8, 11} or detail > 12 else "dead"
    return "dead" if f"5.{subject}.{detail}" == MESSAGE_TOO_BIG else "later"
