"""Model config/sites.toml: the places and links of the office."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import AF_INET, inet_pton
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from monitor.domain.message import N_, Message, message
from monitor.domain.text import ascii_digits
from monitor.settings.base import Model, matching
from monitor.settings.found import found
from monitor.settings.services_section import ServiceCheck

HoursName = Literal["always", "office", "centre", "school"]
OF_AN_ID = N_("up to 63 small letters, digits and '-', the first no '-'")
LINK = "interface"  # what stands in a device's place for the interface of a link
Kind = Literal["backbone", "udc", "lab", "office"]


def _address(value: object) -> IPv4Address | IPv6Address:
    """Validate an address that one host can have; anything else is refused with its reason."""
    if (plain := _plain_ipv4(value)) is not None:
        return plain
    try:
        address = ip_address(ascii_digits(value.strip()) if isinstance(value, str) else str(value))
    except ValueError:
        raise ValueError(
            message("{found} is not an address. Expected an IPv4 or IPv6 address", found=found(value))
        ) from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        raise ValueError(
            message(
                "{value} is an IPv4 address in disguise. Expected {ipv4_mapped}",
                value=value,
                ipv4_mapped=address.ipv4_mapped,
            )
        )
    if isinstance(address, IPv6Address) and address.is_link_local and not address.scope_id:
        raise ValueError(
            message("{value} is a link-local address. Expected it with its zone, such as fe80::1%eth0", value=value)
        )
    if address.is_unspecified:
        raise ValueError(message("{value} is the unspecified address. Expected the address of one host", value=value))
    if address.is_multicast:
        raise ValueError(message("{value} is a multicast address. Expected the address of one host", value=value))
    if isinstance(address, IPv4Address) and int(address) == 0xFFFFFFFF:
        raise ValueError(message("{value} is a broadcast address. Expected the address of one host", value=value))
    if isinstance(address, IPv4Address) and int(address) >> 24 == 0:
        raise ValueError(message("{value} is a reserved address. Expected the address of one host", value=value))
    return address


def _plain_ipv4(value: object) -> IPv4Address | None:
    """Return an IPv4 address of 1.0.0.0 to 223.255.255.255; None for all else.

    By far the most are such: of 100,000, `ip_address` would take a second and a half.
    """
    if not isinstance(value, str):
        return None
    try:
        packed = inet_pton(AF_INET, value)
    except (OSError, ValueError):  # ValueError: a NUL in it
        return None
    return IPv4Address(packed) if 0 < packed[0] < 224 else None


def an_id(value: str) -> str:
    """Return an id; raises ValueError with what is expected of one."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", value):
        text = N_("{found} is no id. Expected {rule}, such as udc-juniadaha")
        raise ValueError(Message(text, {"found": found(value), "rule": message(OF_AN_ID)}))
    return value


Address = Annotated[IPv4Address | IPv6Address, BeforeValidator(_address)]
Id = Annotated[str, AfterValidator(an_id)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _any_office_site(value: str) -> str:
    office, dot, site = value.rpartition(".")
    return f"{an_id(office)}.{an_id(site)}" if dot else an_id(value)


AnySite = Annotated[str, AfterValidator(_any_office_site)]
"""The id of a site; 'OFFICE.SITE' for one of another office, where an installation has several."""


def _phone(value: str) -> str:
    dialled = ascii_digits(value)
    if not re.fullmatch(r"\+?[0-9](?:[0-9 -]*[0-9])?", dialled) or not 3 <= sum(map(str.isdigit, dialled)) <= 20:
        raise ValueError(
            message("{found} is no telephone number. Expected one such as 01711000000, or 16123", found=found(value))
        )
    return dialled


ContactRole = Literal["head", "entrepreneur", "caretaker", "operator", "electricity", "other"]
Phone = Annotated[str, AfterValidator(_phone)]


class ContactEntry(Model):
    """Somebody to call about a site; names may be left out where the role says enough."""

    role: ContactRole
    """What this person is to the site."""
    phone: Phone
    """The number that the page dials."""
    name_bn: Annotated[str, Field(max_length=200)] = ""
    """Name in Bangla."""
    name_en: Annotated[str, Field(max_length=200)] = ""
    """Name in English."""


class DeviceEntry(Model):
    """One device of a site."""

    address: Address
    """Its IPv4 or IPv6 address."""
    ttl: int | None = Field(default=None, ge=1, le=255)
    """Hops that the probe may travel; left out: as the system has it."""
    dscp: int | None = Field(default=None, ge=0, le=63)
    """Differentiated services code point of the probe."""
    payload_bytes: int | None = Field(default=None, ge=20, le=8_972)
    """How long the probe is, in bytes."""
    dont_fragment: bool = False
    """Nobody on the way may cut the probe."""
    role: Literal["", "workstation"] = ""
    """`workstation`: a PC of a lab, which may be off."""
    snmp: str = ""
    """Read it by SNMP too, with the credentials of that name in monitor.toml."""
    snmp_port: int = Field(default=161, ge=1, le=65_535)
    """Where it listens for that."""
    snmp_source: Address | None = None
    """Which other address of its own its answers and traps come from."""


class LinkEntry(Model):
    """The interface that carries a backbone link: its device (SITE/NAME, or SITE for its gateway), and its ifName."""

    device: Annotated[
        str, matching(r"[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)?", N_("SITE or SITE/NAME, as in backbone-north/router"))
    ]
    """SITE/DEVICE of the router that has the interface."""
    interface: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    """The interface's name on it (ifName)."""
    speed_mbps: Annotated[float, Field(gt=0)] | None = None
    """The link is degraded when it is slower, in megabits a second."""


class SiteEntry(Model):
    """One site; ``address`` is short for a single device named 'gateway'."""

    kind: Kind
    """What it is, which decides the service of the Citizen's Charter that it comes under."""
    name_bn: Name
    """Its name in Bangla, as tickets and mails print it."""
    name_en: Name
    """Its name in English."""
    union: str | None = None
    """The union it stands in: a WORD of `[unions.WORD]`, or free text."""
    position: tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]] | None = None
    """Latitude and longitude in degrees, for the map."""
    parent: str | None = None
    """ID of the site through which this one is reached; while that is down, this one is unreachable."""
    link: LinkEntry | None = None
    """The interface that carries a backbone link."""
    hours: HoursName | None = None
    """When it is promised, if not as its service says."""
    feeder: Annotated[str, Field(max_length=100)] = ""
    """The electric line that feeds it: sites of one feeder that go down together are thought to lack power."""
    operator: str = ""
    """Who runs the line."""
    operator_hours: Annotated[float, Field(gt=0, le=8_760)] = 6.0
    """How long the operator may take to mend it, in hours."""
    contacts: Annotated[tuple[ContactEntry, ...], Field(max_length=20)] = ()
    """Whom to call about it."""
    address: Address | None = None
    """Address of its router, short for a single device named `gateway`; of a backbone link, that of its far end."""
    devices: dict[Id, DeviceEntry] = Field(default_factory=dict)
    """Its devices by name; the first decides whether the site is down."""
    services: dict[Id, ServiceCheck] = Field(default_factory=dict)
    """What it serves, by a name of your choice: pages, ports, names."""

    @model_validator(mode="after")
    def _has_a_device(self) -> "SiteEntry":
        if self.address is None and not self.devices:
            raise ValueError(
                message("the site has no device. Expected 'address', or a table 'devices.NAME' with an address")
            )
        if self.address is not None and "gateway" in self.devices:
            raise ValueError(
                message("the site has two gateways. Expected either 'address' or 'devices.gateway', not both")
            )
        if self.address is None and next(iter(self.devices.values())).role:
            raise ValueError(
                message("the site's first device is a workstation. Expected its router first, or 'address'")
            )
        if not (self.devices or self.services):
            return self
        taken = [*self.devices, *(["gateway"] if self.address else []), *([LINK] if self.link else [])]
        twice = sorted(name for name in {*taken, *self.services} if [*taken, *self.services].count(name) > 1)
        if twice:
            raise ValueError(
                message(
                    "'{twice}' is the name of two things of the site. Expected a name of its own for each",
                    twice=twice[0],
                )
            )
        return self


class UnionEntry(Model):
    """What a union is called on pages; its key is the word by which sites name it."""

    name_bn: Name
    """What pages call it, in Bangla."""
    name_en: Name
    """What pages call it, in English."""


class SitesFile(Model):
    """The whole file."""

    sites: dict[Id, SiteEntry] = Field(min_length=1)
    unions: dict[Annotated[str, StringConstraints(min_length=1, max_length=200)], UnionEntry] = Field(
        default_factory=dict
    )
