"""What `check` and a start say tells no secret that was typed where the path of its file belongs."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.configuration import load, load_installation
from monitor.runtime.startup_messages import summary, warnings, warnings_of_all
from tests.lab.authority import Issuer
from tests.settings import many_offices
from tests.settings.many_offices import change
from tests.settings.offices import office

__all__ = ["office"]

CANARY = "hunter2-canary"
SECTIONS = (
    '[snmp.v2c.core]\ncommunity_file = "CANARY"',
    '[snmp.v3.core]\nuser = "u"\nauth = "SHA-256"\nauth_key_file = "CANARY"\n'
    'priv = "AES-128"\npriv_key_file = "CANARY"',
    '[mail]\nhost = "mail.example.org"\nsender = "m@example.org"\nusername = "u"\npassword_file = "CANARY"',
    '[helpdesk]\nkind = "rt"\nurl = "https://rt.example.org"\ntoken_file = "CANARY"\nqueue = "q"',
    '[recipients.chat]\nchannel = "apprise"\nurl_file = "CANARY"',
    '[web]\ncertificate = "page.pem"\nkey = "CANARY"',
)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.split("\n")[0])
def test_a_secret_in_the_place_of_its_files_path_is_not_told(office: Path, section: str) -> None:
    (office / "monitor.toml").write_text(section.replace("CANARY", CANARY), encoding="utf-8")
    (office.parent / "page.pem").write_text("a certificate")
    settings = load(office)
    said = list(map(str, warnings(settings, Office.of(settings), datetime(2026, 11, 24, tzinfo=UTC))))
    assert any(re.search("(_file|web.key): cannot be read: No such file", line) for line in said)
    assert CANARY not in "\n".join(said)


def test_a_certificate_of_the_page_that_soon_expires_is_told_and_a_good_one_is_not(office: Path) -> None:
    pair = Issuer.root().pair(office.parent, 20)
    pair.chmod(0o600)
    (office / "monitor.toml").write_text(f'[web]\ncertificate = "{pair}"\nkey = "{pair}"\n', encoding="utf-8")
    settings = load(office)

    def told(days: int) -> list[str]:
        now_utc = datetime.now(UTC) + timedelta(days=days)
        lines = map(str, warnings(settings, Office.of(settings), now_utc))
        return [line for line in lines if "page's certificate" in line]

    assert told(0) == []
    (line,) = told(7)
    assert line.startswith("the page's certificate expires on ")
    assert str(pair) in line


def test_offices_share_one_warning_and_what_differs_names_the_offices(tmp_path: Path) -> None:
    directory = many_offices.installation(tmp_path)
    now_utc = datetime(2026, 12, 1, tzinfo=UTC)
    before = list(map(str, warnings_of_all(load_installation(directory), now_utc)))
    change(directory / "offices/mirpur/charter.toml", 'email = "mirpur@example.org"\n', "")
    found = list(map(str, warnings_of_all(load_installation(directory), now_utc)))
    (more,) = set(found) - set(before)
    assert more.startswith("mirpur: no e-mail address for officers.responsible")
    # What all of them have in common is told once, as of an office that stands alone.
    assert sum("not confirmed" in each for each in found) == 1
    assert any(each.startswith("the officers in charter.toml are not confirmed") for each in found)
    assert str(summary(load_installation(directory).host)).startswith("3 offices: ")
