"""What the daemon found about its own installation, for programs."""

from monitor.doctor.finding import Examined, found
from monitor.doctor.mail import RECIPIENT_REFUSED
from monitor.doctor.ping import OK
from monitor.domain.api_scopes import AUDIT_READ, STATUS_READ
from tests.web.api.calling import call, token_for
from tests.web.desk import Desk


async def test_codes_are_for_all_readers_and_words_for_those_who_may_see_them(office: Desk, port: int) -> None:
    nothing = (await call(port, "/doctor")).document
    assert (nothing["checks"], nothing["level"]) == ([], "ok"), "until it has looked"
    refused = found(RECIPIENT_REFUSED, server="mail:25", address="rahim@example.org", why="550")
    now_utc = office.clock.utc()
    office.examiner.examined = {
        "mail": Examined("mail", (refused,), now_utc),
        "ping": Examined("ping", (found(OK),), now_utc),
    }
    plain = (await call(port, "/doctor", token=token_for(office, STATUS_READ))).document
    assert plain["level"] == "error"
    ping, mail = plain["checks"]
    assert (ping["check"], ping["findings"][0]["text"]) == ("ping", str(found(OK).text)), "in the order of checks"
    assert (mail["findings"][0]["code"], mail["findings"][0]["text"]) == ("mail.recipient-refused", "")
    assert mail["findings"][0]["values"] == {}
    whole = (await call(port, "/doctor", token=token_for(office, STATUS_READ, AUDIT_READ))).document
    assert whole["checks"][1]["findings"][0]["values"]["address"] == "rahim@example.org"
    assert whole["checks"][1]["looked"] == now_utc.isoformat()
