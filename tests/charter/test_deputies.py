"""Who gets an officer's letters: the officer, a deputy while the officer is away, and never somebody who is away."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.charter.deputies import Colleague, StandIn, in_charge, stand_in
from monitor.charter.office import Office
from monitor.charter.services import Officer
from tests.desk import shipped_office

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = "abcdef"


def officer(email: str | None = "boss@example.org", phone: str = "01711-000000") -> Officer:
    office: Office = shipped_office()
    return dataclasses.replace(office.charter.officer("responsible"), email=email, phone=phone)


def away(name: str, deputy: str, email: str = "", days: int = 2, phone: str = "") -> Colleague:
    return Colleague(name, email=email, phone=phone, away_from_utc=NOW, away_until_utc=NOW + days * DAY, deputy=deputy)


def here(name: str, email: str = "x@example.org") -> Colleague:
    return Colleague(name, email=email)


def test_while_an_officer_is_away_the_deputy_gets_the_letters_and_then_the_officer_again() -> None:
    those = [away("boss", "karim", "Boss@Example.org"), here("karim")]
    assert stand_in(officer(), those, NOW - timedelta(seconds=1)) is None
    assert stand_in(officer(), those, NOW) == StandIn(those[1], NOW + 2 * DAY)
    assert stand_in(officer(), those, NOW + 2 * DAY) is None


def test_a_deputy_who_is_away_too_is_stood_in_for_and_a_circle_ends_with_the_officer() -> None:
    boss, karim, salma = (
        away("boss", "karim", "boss@example.org"),
        away("karim", "salma", "k@example.org", 1),
        here("salma"),
    )
    found = stand_in(officer(), [boss, karim, salma], NOW)
    assert (found and found.colleague.name, found and found.until_utc) == ("salma", NOW + 2 * DAY)
    later = stand_in(officer(), [boss, karim, salma], NOW + DAY)
    assert later is not None
    assert later.colleague.name == "karim"
    circle = [boss, dataclasses.replace(karim, deputy="boss")]
    assert stand_in(officer(), circle, NOW) is None
    assert stand_in(officer(), [boss], NOW) is None  # the deputy is disabled


def test_a_deputy_without_an_address_gets_no_letters() -> None:
    assert stand_in(officer(), [away("boss", "karim", "boss@example.org"), here("karim", "")], NOW) is None


def test_an_officer_without_an_address_is_known_by_the_telephone() -> None:
    those = [away("boss", "karim", phone="+৮৮০১৭১১০০০০০০"), here("karim")]
    assert stand_in(officer(email=None), those, NOW) is not None
    assert stand_in(officer(email=None, phone="01711-000001"), those, NOW) is None
    assert stand_in(officer(email=None, phone=""), [away("boss", "karim"), here("karim")], NOW) is None
    # Where there is an address, it alone decides.
    assert stand_in(officer(), those, NOW) is None


def test_a_shared_mailbox_is_away_when_all_who_read_it_are() -> None:
    first, second = away("a", "karim", "boss@example.org"), here("b", "boss@example.org")
    assert stand_in(officer(), [first, second, here("karim")], NOW) is None
    second = away("b", "karim", "boss@example.org", 1)
    found = stand_in(officer(), [first, second, here("karim")], NOW)
    assert found is not None
    assert found.until_utc == NOW + DAY


colleagues = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.booleans(), st.sampled_from(NAMES), st.booleans()), min_size=1
).map(
    lambda drawn: {
        name: away(name, deputy, f"{name}@example.org" if mail else "")
        if is_away
        else here(name, f"{name}@example.org" if mail else "")
        for name, (is_away, deputy, mail) in drawn.items()
    }
)


@given(colleagues, st.sampled_from(NAMES))
def test_whoever_is_in_charge_is_here_or_nobody_in_the_chain_is(known: dict[str, Colleague], name: str) -> None:
    chain = [name]
    while (each := known.get(chain[-1])) is not None and each.is_away(NOW) and each.deputy not in chain:
        chain.append(each.deputy)
    present = [each for each in chain if each in known and not known[each].is_away(NOW)]
    assert in_charge(name, known, NOW) == (present[0] if present else name)


@given(colleagues)
def test_letters_never_go_to_somebody_who_is_away_or_cannot_be_reached(known: dict[str, Colleague]) -> None:
    for name in NAMES:
        found = stand_in(officer(f"{name}@example.org"), list(known.values()), NOW)
        if found is not None:
            assert not found.colleague.is_away(NOW)
            assert found.colleague.email
            assert known[name].is_away(NOW)
            assert found.colleague.name != name


@pytest.mark.parametrize("lang", ["bn", "en"])
def test_a_colleague_is_called_by_the_log_in_where_no_name_is_known(lang: str) -> None:
    assert Colleague("rahim").called(lang) == "rahim"
    assert Colleague("rahim", name_en="Rahim").called(lang) == "Rahim"
