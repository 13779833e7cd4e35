"""What no resolver could ever find is refused by `check`, wherever a configuration names a host."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.configuration import load
from monitor.settings.hosts import is_host_name, page_fault
from monitor.settings.mail_address import is_mail_address
from monitor.settings.problems import ConfigError
from tests.places import SHIPPED

LONG_LABEL = f"{'a' * 64}.example.org"
LONG_NAME = ".".join(["abcdefgh"] * 29)
NOWHERE = [
    "mail..example.org",
    ".example.org",
    "example.org..",
    ".",
    LONG_LABEL,
    LONG_NAME,
    "mail.example.org,",
    "mail.example.org:25",
    "mail.example.org/",
    "mail example.org",
    "-mail.example.org",
    "mail-.example.org",
    "smtp://mail.example.org",
    "user@mail.example.org",
    "[mail.example.org]",
    "1.2",
    "0x7f.1",
    "মেইল..বাংলা",
]
SOMEWHERE = [
    "localhost",
    "mail.example.org",
    "mail.example.org.",
    "_dmarc.example.org",
    "a" * 63,
    "3com.example",
    "মেইল.বাংলা",
]


@pytest.mark.parametrize("name", NOWHERE)
def test_such_a_name_is_found_nowhere(name: str) -> None:
    assert not is_host_name(name)
    assert page_fault(f"http://{name}/") or "/" in name or ":" in name or "@" in name


@pytest.mark.parametrize("name", SOMEWHERE)
def test_such_a_name_may_be_found(name: str) -> None:
    assert is_host_name(name)
    assert page_fault(f"https://{name}:8443/a?b=c") == ""


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_not(text: str) -> None:
    assert is_host_name(text) in {True, False}
    page_fault(f"http://{text}/")
    is_mail_address(text)


@pytest.mark.parametrize(
    "address",
    ["a@b..org", f"a@{LONG_LABEL}", f"{'a' * 65}@example.org", "a..b@example.org", ".a@example.org", "a@example.org."],
)
def test_an_address_at_such_a_name_or_with_such_a_part_is_none(address: str) -> None:
    assert not is_mail_address(address)


PLACES = {
    "mail.host": 'mail]\nhost = "{}"\nsender = "monitor@example.org"\n',
    "mail.sender": 'mail]\nhost = "127.0.0.1"\nsender = "monitor@{}"\n',
    "mail.page_url": 'mail]\npage_url = "http://{}/"\n',
    "mail.runbook_url": 'mail]\nrunbook_url = "http://{}/{{lang}}/runbook.html"\n',
    "heartbeat.url": 'heartbeat]\nurl = "https://{}/ping"\n',
    "helpdesk.url": 'helpdesk]\nkind = "rt"\nurl = "https://{}/"\ntoken_file = "t"\nqueue = "q"\n',
    "recipients.am": 'recipients.am]\nchannel = "alertmanager"\nurl = "http://{}:9093/"\n',
    "recipients.by-mail": 'recipients.by-mail]\nemail = "someone@{}"\n',
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["mail..example.org", LONG_LABEL])
def test_check_names_the_key_wherever_it_stands(place: str, name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "config")
    (folder / "monitor.toml").write_text("[" + PLACES[place].format(name), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    assert place in str(problem)
    assert "Expected" in str(problem)


SERVICES = {
    "tcp": 'kind = "tcp"\nport = 80\nhost = "{}"\n',
    "http": 'kind = "http"\nurl = "http://{}/"\n',
    "dns": 'kind = "dns"\nname = "{}"\n',
    "smtp": 'kind = "smtp"\nhost = "{}"\n',
}


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("name", ["www..example.org", LONG_LABEL])
def test_check_refuses_a_service_that_could_never_be_found(kind: str, name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SHIPPED, tmp_path / "config")
    with (folder / "sites.toml").open("a", encoding="utf-8") as sites:
        sites.write("\n[sites.udc-juniadaha.services.page]\n" + SERVICES[kind].format(name))
    with pytest.raises(ConfigError, match=r"sites\.udc-juniadaha\.services\.page"):
        load(folder)
