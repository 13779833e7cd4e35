"""What tests ask for by name: the lab and its mail server. See tests/lab/."""

import os
from collections.abc import Iterator

import pytest

from tests.desk import desk, office
from tests.lab.mail import MailCatcher
from tests.lab.network import Lab

__all__ = ["desk", "lab", "mails", "office"]

os.environ.pop("COLUMNS", None)  # xdist gives its workers a width, which would be that of every command in a test


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A network of its own for this test; where there can be none, the test fails and says why."""
    with Lab() as made:
        yield made


@pytest.fixture
def mails(lab: Lab) -> Iterator[MailCatcher]:
    """The mail server of the lab, in the clear and without a login."""
    with MailCatcher.on(lab.hosts) as catcher:
        yield catcher
