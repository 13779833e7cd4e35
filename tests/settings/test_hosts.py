"""What could be found and connected to, and what never could."""

import pytest
from pydantic import ValidationError

from monitor.alerts.channels.alertmanager import AlertmanagerRecipient
from monitor.settings.base import Model
from monitor.settings.heartbeat_section import Heartbeat
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.hosts import host_fault, is_host_name, page_fault


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "portal.example",
        "portal.example.",
        "_dmarc.example",
        "ভেড়ামারা.বাংলা",
        "ভে\u09dcামারা.বাংলা",
        "xn--15bxei2dmbb8e.xn--54b7fta0cc",
        "x" * 63 + ".example",
    ],
)
def test_a_name_is_one_that_dns_could_hold(name: str) -> None:
    assert is_host_name(name)
    assert host_fault(name) == ""
    assert page_fault(f"https://{name}:8443/") == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        ".a",
        "a..",
        "x" * 64,
        "x" * 64 + ".example",
        "a." * 127 + "example",
        "x" * 62 + "ক.বাংলা",
        "1.2",
        "127.1",
        "0x7f000001",
        "a b",
        "a\tb",
        "a/b",
        "a@b",
        "a\\b",
        "[a",
        "a:b",
        "\u0000",
        "\u09be.example",
        "٣.٤",
        "a。。b",
        "র\u200d্যাব.বাংলা",
    ],
)
def test_what_no_resolver_could_ever_find_is_no_host(text: str) -> None:
    assert not is_host_name(text)
    assert "is not a host" in str(host_fault(text))


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("10.1.2.3", ""),
        ("fd00::1", ""),
        ("fe80::1%eth0", ""),
        ("fe80::1%1", ""),
        ("fe80::1", "is a link-local address. Expected it with its zone, such as fe80::1%eth0"),
        ("febf::ffff", "is a link-local address. Expected it with its zone, such as fe80::1%eth0"),
        ("0.0.0.0", "is nobody's address"),
        ("::", "is nobody's address"),
        ("224.0.0.1", "is nobody's address"),
        ("ff02::1%eth0", "is nobody's address"),
        ("255.255.255.255", "is nobody's address"),
    ],
)
def test_an_address_is_one_of_one_host_that_can_be_reached(address: str, fault: str) -> None:
    assert str(host_fault(address)).startswith(fault) if fault else host_fault(address) == ""
    host = address.replace("%", "%25")
    assert str(page_fault(f"http://{f'[{host}]' if ':' in host else host}/")).startswith(fault)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "portal.example",
        "ftp://portal.example/",
        "file:///etc/passwd",
        "http://",
        "http://:80/",
        "http://a:0/",
        "http://a:99999/",
        "http://a:b/",
        "http://[::1/",
        "http://a..b/",
        "http://127.1/",
        "http://a/\r\nX: y",
        "http://a/ b",
        "http://a\u202eb/",
    ],
)
def test_what_is_no_page_is_refused(url: str) -> None:
    assert page_fault(url) == "is not the address of a page. Expected http://… or https://…"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://[fe80::1]/", "is a link-local address. Expected it with its zone"),
        ("http://224.0.0.1/", "is nobody's address"),
        ("http://a..b/", "is not the address of a page"),
    ],
)
@pytest.mark.parametrize(
    ("section", "more"),
    [(Heartbeat, {}), (Helpdesk, {}), (AlertmanagerRecipient, {})],
)
def test_every_address_of_a_page_is_told_what_is_wrong_with_it(
    section: type[Model], more: dict[str, str], url: str, told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        section.model_validate({"url": url, **more})
