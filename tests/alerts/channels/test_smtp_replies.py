"""A letter is dead only when its receiver's server has said so for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.channels.smtp_replies import Fate, Step, classify


@pytest.mark.parametrize(
    ("code", "answer", "step", "expected"),
    [
        (550, "5.1.1 no such user", "recipient", "dead"),
        (550, "No such user here", "recipient", "dead"),
        (552, "5.2.2 mailbox full", "recipient", "dead"),
        (551, "user not local", "recipient", "dead"),
        (552, "5.3.4 message too big", "message", "dead"),
        (554, "5.6.0 contents refused", "message", "dead"),
        (550, "5.7.1 message looks like spam", "message", "dead"),
        (554, "transaction failed", "message", "dead"),
        # What is about us, not about the letter, waits until it is mended.
        (554, "5.7.1 <a@b.example>: Relay access denied", "recipient", "later"),
        (550, "relaying denied", "recipient", "later"),
        (554, "5.7.1 Client host rejected: Access denied", "recipient", "later"),
        (530, "5.7.0 Must issue a STARTTLS command first", "recipient", "away"),
        (535, "5.7.8 Error: authentication failed", "message", "away"),
        (553, "5.1.8 <x@y.invalid>: Sender address rejected: Domain not found", "recipient", "away"),
        (550, "5.7.26 unauthenticated mail from this domain is not accepted", "message", "later"),
        (503, "5.5.1 need MAIL before RCPT", "recipient", "later"),
        (500, "what?", "message", "later"),
        (554, "5.3.2 system not accepting messages", "recipient", "later"),
        (554, "5.4.4 no route to the host", "recipient", "later"),
        (450, "4.2.1 greylisted", "recipient", "later"),
        (421, "4.3.2 closing", "message", "away"),
        (0, "", "message", "later"),
    ],
)
def test_what_a_refusal_means(code: int, answer: str, step: Step, expected: Fate) -> None:
    assert classify(code, answer, step) == expected


@given(code=st.integers(200, 499), answer=st.text(max_size=100), step=st.sampled_from(["recipient", "message"]))
def test_nothing_but_five_hundreds_kills_a_letter(code: int, answer: str, step: Step) -> None:
    assert classify(code, answer, step) != "dead"
