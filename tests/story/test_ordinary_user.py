"""The same story in the hands of somebody who is not root: in a lab of their own, with a daemon without any right."""

from tests.lab.people import ordinary_user
from tests.story import test_an_outage


def test_an_ordinary_user_sees_the_same_story() -> None:
    story = test_an_outage.__name__.replace(".", "/") + ".py"
    with ordinary_user() as user:
        told = user.run([str(user.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", story])

    print(told.stdout)
    assert "1 passed" in told.stdout
    assert told.returncode == 0
