"""What each of several offices has of its own is examined as well as what the installation has."""

import re
import socket
from pathlib import Path

import pytest

from monitor.configuration import load_installation
from monitor.doctor.network import servers
from monitor.runtime import private_network
from monitor.settings.problems import ConfigError
from tests.doctor.installation import Installation
from tests.lab.mail import MailCatcher
from tests.settings import many_offices

DESK = """
[helpdesk]
kind = "zammad"
url = "https://{host}/desk"
token_file = "secrets/{host}"
queue = "Outages"
"""
CONFIRMED = 'email = "mirpur@example.org"'


@pytest.fixture
def offices(tmp_path: Path) -> Installation:
    """Bheramara, Mirpur and Gangni; closed to others as an installed one is."""
    many_offices.installation(tmp_path)
    return Installation(tmp_path)


def own(offices: Installation, office: str, text: str) -> None:
    """Writes an office's own monitor.toml."""
    (offices.config / "offices" / office / "monitor.toml").write_text(text, encoding="utf-8")


def confirmed(offices: Installation, *ids: str) -> None:
    """Says that the officers are the office's own, and that nobody but the responsible one is without an address."""
    for id_ in ids:
        offices.configure(f"offices/{id_}/charter.toml", "office", officers_confirmed=True)


def test_the_host_of_each_office_s_help_desk_is_looked_up_once(offices: Installation) -> None:
    offices.configure("monitor.toml", "mail", host="mail.example.org", sender="monitor@example.org")
    own(offices, "mirpur", DESK.format(host="desk.example.org"))
    own(offices, "gangni", DESK.format(host="desk.example.org"))
    assert list(servers(load_installation(offices.config))) == [
        ("mail.host", "mail.example.org"),
        ("mirpur: helpdesk.url", "desk.example.org"),
    ]
    desk = DESK.format(host="other.example.org").replace("[helpdesk]\n", "").strip()
    many_offices.change(offices.config / "monitor.toml", 'kind = ""', desk)
    assert ("helpdesk.url", "other.example.org") in list(servers(load_installation(offices.config)))


def test_a_help_desk_or_reader_of_one_office_is_beyond_loopback(
    offices: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(private_network.INSIDE, "yes")
    private_network.check_settings(load_installation(offices.config))
    own(offices, "mirpur", DESK.format(host="desk.example.org"))
    with pytest.raises(ConfigError, match="mirpur: helpdesk lies beyond the private network"):
        private_network.check_settings(load_installation(offices.config))
    own(offices, "mirpur", '[recipients.duty]\nemail = "duty@example.org"\n')
    assert private_network.beyond_loopback(load_installation(offices.config)) == "mirpur: recipients"


def test_secrets_of_one_office_are_looked_for_and_kept_from_others(offices: Installation) -> None:
    own(offices, "mirpur", DESK.format(host="desk.example.org"))
    (finding,) = offices.examined("configuration").findings
    assert str(finding.text).startswith("mirpur: helpdesk.token_file: cannot be read: No such file or directory")
    (offices.home / "secrets").mkdir()
    token = offices.secret("secrets/desk.example.org", "token", 0o644)
    assert offices.found("configuration") == ["ok"]
    assert [each.values["path"] for each in offices.examined("permissions").findings] == [str(token)]


def test_files_of_an_office_that_anybody_may_change_are_found(offices: Installation) -> None:
    charter = offices.config / "offices" / "mirpur" / "charter.toml"
    charter.chmod(0o666)
    (finding,) = offices.examined("permissions").findings
    assert (finding.kind.code, finding.values["path"]) == ("permissions.changeable", str(charter))


def test_whose_letters_reach_nobody_is_said_by_office(offices: Installation) -> None:
    offices.configure("monitor.toml", "mail", host="mail.example.org", sender="monitor@example.org")
    confirmed(offices, "mirpur")
    found = {each.kind.code: each for each in offices.examined("letters").findings}
    unconfirmed = found["letters.not-confirmed"]
    assert unconfirmed.values["offices"] == ["bheramara", "gangni"]
    assert re.match("bheramara(,| and) gangni: the officers are not confirmed", str(unconfirmed.text))
    confirmed(offices, "bheramara", "gangni")
    assert "letters.not-confirmed" not in {each.kind.code for each in offices.examined("letters").findings}


def test_the_mail_server_is_asked_for_each_office_s_sender_and_officers(offices: Installation) -> None:
    confirmed(offices, "mirpur")
    own(offices, "mirpur", '[mail]\nsender = "mirpur-office@example.org"\n')
    own(offices, "gangni", '[mail]\nsender = "gangni-office@example.org"\n')
    with socket.create_server(("127.0.0.1", 0)) as listener, MailCatcher(listener) as catcher:
        keys = {"host": "127.0.0.1", "port": listener.getsockname()[1], "sender": "monitor@example.org"}
        offices.configure("monitor.toml", "mail", security="none", timeout_s=2, **keys)
        (finding,) = offices.examined("mail").findings
        assert finding.kind.code == "mail.ok"
        assert "takes mail from 3 senders to " in str(finding.text)
        catcher.forget("mirpur@example.org")
        (finding,) = offices.examined("mail").findings
        assert (finding.kind.code, finding.values["address"]) == ("mail.recipient-refused", "mirpur@example.org")
        assert catcher.mails == []
