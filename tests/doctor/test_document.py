"""What was found goes through JSON and back; what is not shown loses its words, never its code."""

import json
from datetime import UTC, date, datetime

from monitor.doctor.checks import CHECKS, KINDS
from monitor.doctor.document import document, examined_of
from monitor.doctor.finding import Examined, Level, found
from monitor.doctor.mail import RECIPIENT_REFUSED
from monitor.doctor.ping import RAW
from monitor.doctor.tls import EXPIRES
from monitor.domain.message import message

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EXAMINED = (
    Examined("ping", (found(RAW, command="sysctl"),), NOW),
    Examined("mail", (found(RECIPIENT_REFUSED, server="a:25", address="b@example.org", why=message("no")),), NOW),
    Examined("tls", (found(EXPIRES, expires=date(2026, 12, 1), file="/a.pem"),), NOW),
)


def test_it_survives_json() -> None:
    made = document(EXAMINED, NOW, "0.1.0", daemon=True)
    assert made["level"] == "error", "the worst of all"
    back = examined_of(json.loads(json.dumps(made)))
    assert [str(one.text) for one in back["mail"].findings] == ["a:25 refuses the recipient b@example.org: no"]
    assert str(back["ping"].findings[0].mend) == "As root, so that none is needed: sysctl"
    assert back["tls"].level is Level.WARNING


def test_what_is_not_shown_has_no_word_and_no_value() -> None:
    made = document(EXAMINED, NOW, "0.1.0", daemon=True, shows=lambda check: check.of_process)
    assert "b@example.org" not in json.dumps(made)
    assert [one["code"] for each in made["checks"] for one in each["findings"]] == [
        "ping.raw",
        "mail.recipient-refused",
        "tls.expires",
    ]
    assert made["checks"][0]["findings"][0]["values"] == {"command": "sysctl"}


def test_what_another_version_found_and_this_one_does_not_know_is_left_out() -> None:
    made = json.loads(json.dumps(document(EXAMINED, NOW, "9.9", daemon=True)))
    made["checks"][0]["findings"][0]["code"] = "ping.never-heard-of"
    assert examined_of(made).keys() == {"mail", "tls"}


def test_each_kind_has_its_check_before_it_and_a_mend_unless_all_is_well() -> None:
    for name, check in CHECKS.items():
        assert check.name == name
        for kind in check.kinds:
            assert kind.code.startswith(f"{name}.")
            assert bool(kind.mend) == (kind.level is not Level.OK), kind.code
    assert len(KINDS) == sum(len(check.kinds) for check in CHECKS.values()) + 1
