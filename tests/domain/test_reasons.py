"""Reasons as codes with parameters."""

import pytest

from monitor.domain.reasons import ReasonCode, as_json, from_json, reason, text
from tests.domain.examples import example

C = ReasonCode


@pytest.mark.parametrize("code", list(C))
def test_each_reason_comes_back_from_json_as_it_was(code: ReasonCode) -> None:
    given = example(code)
    plain = as_json(given)
    assert plain is not None
    assert plain["code"] == code
    assert from_json(plain) == given


def test_a_reason_is_plain_json_with_its_parameters_beside_its_code() -> None:
    assert as_json(reason(C.INTERFACE_DOWN, interface="sfp1")) == {"code": "interface_down", "interface": "sfp1"}
    assert as_json(None) is None
    assert from_json(None) is None


def test_a_reason_within_a_reason_may_be_lacking_and_nothing_else() -> None:
    assert reason(C.FAR_END_SILENT) == reason(C.FAR_END_SILENT, seen=None)
    with pytest.raises(ValueError, match="interface"):
        reason(C.INTERFACE_DOWN)
    with pytest.raises(ValueError, match="interface"):
        reason(C.INTERFACE_DOWN, interface="sfp1", speed=3)


MISSED = {"code": "target_missed", "due": "2026-11-24T04:00:00+00:00"}


@pytest.mark.parametrize(
    "damaged",
    [
        {"code": "of a later version", "x": 1},
        {"code": "interface_down"},
        {},
        [],
        "timeout",
        7,
        {"code": ["a"]},
        MISSED | {"target": {"moons": 2}},
        MISSED | {"target": 3},
    ],
)
def test_what_is_no_reason_is_kept_as_a_text(damaged: object) -> None:
    assert from_json(damaged) == text(str(damaged))
