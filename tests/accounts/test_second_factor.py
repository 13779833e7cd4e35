"""Codes of an authenticator, each good once and for a minute and a half; and recovery codes."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from monitor.accounts import second_factor, second_factors
from monitor.alerts.cases.refusals import BadInput, NotAllowed
from monitor.store import user_rows
from tests.accounts.people import acting, acts, add, code_of, with_second_factor
from tests.desk import Desk

NOW = datetime(2026, 11, 24, 4, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30 * steps))


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_one_step_early_or_late(steps: int, is_good: bool) -> None:
    found = second_factor.step_of(SECRET, code(steps), 0, NOW)
    assert found == (STEP + steps if is_good else None)


def test_a_code_is_good_once_and_none_before_it_any_more() -> None:
    assert second_factor.step_of(SECRET, code(), STEP, NOW) is None
    assert second_factor.step_of(SECRET, code(-1), STEP, NOW) is None
    assert second_factor.step_of(SECRET, code(1), STEP, NOW) == STEP + 1


def test_a_code_may_be_typed_in_bangla_digits_and_with_a_blank() -> None:
    bangla = code().translate({48 + digit: 0x09E6 + digit for digit in range(10)})
    assert second_factor.step_of(SECRET, f" {bangla[:3]} {bangla[3:]}", 0, NOW) == STEP


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666", "-12345"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert second_factor.step_of(SECRET, typed, 0, NOW) is None
    assert second_factor.step_of("", code(), 0, NOW) is None


def test_the_qr_code_is_an_element_without_script_or_colour_of_a_page() -> None:
    svg = second_factor.as_svg(second_factor.uri(SECRET, "\u09b0\u09b9\u09bf\u09ae"))
    assert {each.tag.rpartition("}")[2] for each in ET.fromstring(svg).iter()} == {"svg", "path"}
    assert "style=" not in svg


def test_recovery_codes_are_ten_and_each_is_known_however_it_is_typed() -> None:
    codes = second_factor.new_recovery_codes()
    assert len(set(codes)) == 10
    assert second_factor.recovery_hash(codes[0].upper().replace("-", " ")) == second_factor.recovery_hash(codes[0])
    assert second_factor.recovery_hash("000000") == ""


def test_the_second_factor_is_turned_on_by_a_code_and_off_again(desk: Desk) -> None:
    add(desk)
    with acting(desk, "rahim") as work:
        with pytest.raises(BadInput):
            second_factors.turn_on(work, "rahim", SECRET, "000000")
        with pytest.raises(BadInput):
            second_factors.turn_on(work, "rahim", "SHORT", "000000")
    with_second_factor(desk, "rahim")
    with acting(desk, "rahim") as work:
        with pytest.raises(NotAllowed):
            second_factors.turn_on(work, "rahim", SECRET, code_of(desk, SECRET))
        assert len(second_factors.renew_recovery_codes(work, "rahim")) == 10
        second_factors.turn_off(work, "rahim")
        user = user_rows.user(work.session, "rahim")
        assert user is not None
        assert (user.totp_secret, user.recovery_hashes) == ("", [])
        assert not second_factors.use(work, user, "")
        with pytest.raises(NotAllowed):
            second_factors.renew_recovery_codes(work, "rahim")
    kinds = [kind for kind, about, _actor in acts(desk) if about == "rahim"]
    assert kinds == ["user.add", "user.second_factor", "user.recovery_codes", "user.second_factor"]
