"""The same story in the hands of somebody who is not root: in a lab of their own, with a daemon without any right."""

import pytest

from tests.lab.people import ordinary_user

STORY = "tests/story/test_an_outage.py"


@pytest.mark.long
def test_an_ordinary_user_sees_the_same_story() -> None:
    with ordinary_user() as user:
        told = user.run(
            [str(user.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/story/test_an_outage.py"]
        )

    print(told.stdout)
    assert "1 passed" in told.stdout
    assert told.returncode == 0
