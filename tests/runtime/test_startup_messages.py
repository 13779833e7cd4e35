"""What `check` and a start say tells no secret that was typed where the path of its file belongs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.charter.office import Office
from monitor.configuration import load
from monitor.runtime.startup_messages import warnings
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
)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.split("\n")[0])
def test_a_secret_in_the_place_of_its_files_path_is_not_told(office: Path, section: str) -> None:
    (office / "monitor.toml").write_text(section.replace("CANARY", CANARY), encoding="utf-8")
    settings = load(office)
    said = list(map(str, warnings(settings, Office.of(settings), datetime(2026, 11, 24, tzinfo=UTC))))
    assert any("_file: cannot be read: No such file" in line for line in said)
    assert CANARY not in "\n".join(said)
