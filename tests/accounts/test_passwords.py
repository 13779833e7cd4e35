"""Passwords: slow to guess from a stolen database, and none that is guessed first."""

import re

import pytest

from monitor.accounts import passwords
from monitor.alerts.cases.refusals import BadInput
from tests.accounts.people import PASSWORD, hash_of


def test_a_password_is_stored_as_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", hash_of())
    assert PASSWORD not in hash_of()
    assert not passwords.is_outdated(hash_of())


def test_only_the_right_password_matches_in_either_spelling_of_bangla() -> None:
    precomposed, spelt = (
        "\u09b0\u09be\u09df\u0987\u099f\u09be mango river",
        "\u09b0\u09be\u09af\u09bc\u0987\u099f\u09be mango river",
    )
    known = passwords.hashed(precomposed, "rahim")
    assert passwords.matches(known, spelt)
    assert passwords.matches(known, precomposed)
    assert not passwords.matches(known, f"{spelt} ")
    assert not passwords.matches("", PASSWORD), "a user without a password"
    assert not passwords.matches("no hash", PASSWORD)


def test_a_hash_of_other_costs_is_outdated() -> None:
    assert passwords.is_outdated(hash_of().replace("t=2", "t=1"))


@pytest.mark.parametrize(
    "weak",
    [
        "too short",
        "a" * 257,
        "two\nlines of it",
        "aaaaaaaaaaaaaa",
        "ababababababab",
        "01712345678",
        "\u09e6\u09e7\u09ed\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec\u09ed\u09ee",  # a telephone number in Bangla digits
        "1234567890",
        "qwertyuiop",
        "poiuytrewq",
        "1qaz2wsx3edc",
        "password2026",
        "P@ssw0rd2026!",
        "Bangladesh71",
        "UpazilaOffice1",
        "rahim12345678",
        "Rahim.Uddin.99",
        "uddin-rahim-1",
        "rahim.rahim.rahim.2026",
        "password.password.password",
        "admin-office-1",
        "!!!!!!!!!!!!",
    ],
)
def test_what_is_guessed_first_is_refused(weak: str) -> None:
    with pytest.raises(BadInput) as refused:
        passwords.refuse_weak(weak, "rahim.uddin")
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "good",
    [
        PASSWORD,
        "Tq7#rw29!zLm",
        "\u0986\u09ae\u09be\u09b0 \u09a8\u09cc\u0995\u09be\u09df \u0995\u09be\u0981\u09a0\u09be\u09b2",
        "collaboration-7-geese",
        "x" * 5 + "yzqwv!31",
    ],
)
def test_a_password_that_nobody_thinks_of_first_is_taken(good: str) -> None:
    passwords.refuse_weak(good, "rahim.uddin")


def test_a_user_who_is_not_there_costs_a_look_too(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    class Looks:
        def verify(self, known: str, _: str) -> bool:
            looked.append(known)
            return False

        def hash(self, _: bytes) -> str:
            return "nobody's"

    monkeypatch.setattr(passwords, "_HASHER", Looks())
    passwords._of_nobody.cache_clear()
    passwords.matches("", PASSWORD)
    passwords._of_nobody.cache_clear()
    assert looked == ["nobody's"]
