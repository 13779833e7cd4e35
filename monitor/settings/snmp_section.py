"""Model [snmp] of config/monitor.toml: how agents are read, and the credentials by the names that devices refer to."""

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, WrapValidator, model_validator

from monitor.domain.message import message
from monitor.domain.text import ascii_digits
from monitor.settings.base import Model, SecretFile
from monitor.settings.found import found

Auth = Literal["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"]
Priv = Literal["DES", "3DES", "AES-128", "AES-192", "AES-256", "AES-192-C", "AES-256-C"]
WEAK = {"MD5", "DES", "3DES"}
PORT = re.compile(r"[1-9][0-9]{0,4}")
PORT_OR_ANY = re.compile(r"0|[1-9][0-9]{0,4}")
LEAST_KEY = 8  # RFC 3414, 11.2


def _a_protocol(value: object, check: Callable[[object], object], info: ValidationInfo) -> object:
    """Validate a protocol; the error does not show the value: it may be the password in the protocol's place."""
    try:
        return check(value)
    except ValidationError:
        known = get_args(Auth if info.field_name == "auth" else Priv)
        raise ValueError(message("is no protocol. Expected one of: {known}", known=", ".join(known))) from None


class V2cEntry(Model):
    """A community of SNMPv2c: it is sent in the clear, and anyone who sees a packet knows it."""

    community_file: SecretFile
    """A file (mode 0600) of one line: the community."""


class V3Entry(Model):
    """A user of SNMPv3."""

    user: Annotated[str, Field(min_length=1, max_length=32)]
    """The name of the SNMPv3 user."""
    auth: Annotated[Auth | None, WrapValidator(_a_protocol)] = None
    """How messages are signed; left out: they are not. That, and MD5, need `allow_weak`."""
    auth_key_file: SecretFile | None = None
    """A file (mode 0600) of one line: the password for it."""
    priv: Annotated[Priv | None, WrapValidator(_a_protocol)] = None
    """How messages are encrypted; left out: they are not. That, DES and 3DES need `allow_weak`; `-C` are Cisco's."""
    priv_key_file: SecretFile | None = None
    """A file (mode 0600) of one line: the password for that."""
    allow_weak: bool = False
    """Take what anybody on the way can read or forge: no signature, no encryption, MD5, DES, 3DES."""

    @model_validator(mode="after")
    def _whole(self) -> "V3Entry":
        for name in ("auth", "priv"):
            given = [key for key in (name, f"{name}_key_file") if getattr(self, key)]
            if len(given) == 1:
                raise ValueError(
                    message(
                        "found '{given}' alone. Expected a protocol and the file of its key, or neither", given=given[0]
                    )
                )
        if self.priv and not self.auth:
            raise ValueError(message("'priv' without 'auth' does not exist in SNMPv3. Expected 'auth' as well"))
        if not self.allow_weak and (why := self._weakness):
            raise ValueError(
                message('{why}. Expected auth = "SHA-256" and priv = "AES-128", or allow_weak = true', why=why)
            )
        return self

    @property
    def _weakness(self) -> str:
        if not (self.auth and self.priv):
            return "nothing is encrypted" if self.auth else "nothing is signed"
        weak = {self.auth, self.priv} & WEAK
        return f"{weak.pop()} is weak" if weak else ""


def valid_listen_address(place: str) -> str:
    """Validate ADDRESS:PORT, or nothing; raises ValueError."""
    return _place(place, PORT)


def valid_page_address(place: str) -> str:
    """Validate as `valid_listen_address` does; port 0 is whichever is free, and logged at the start."""
    return _place(place, PORT_OR_ANY)


def _place(place: str, ports: re.Pattern[str]) -> str:
    place = ascii_digits(place)
    host, _, port = place.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    try:
        fits = not place or host == (f"[{bare}]" if ip_address(bare).version == 6 else bare)
    except ValueError:
        fits = False
    if not fits or (place and not (ports.fullmatch(port) and int(port) < 65_536)):
        raise ValueError(
            message("{found} is no place to listen. Expected ADDRESS:PORT or [IPV6]:PORT", found=found(place))
        )
    return place


class Snmp(Model):
    """How agents are read: a reading is several requests, each retried ``retries`` times after ``timeout_s``.

    ``traps``: where traps and informs are received, ADDRESS:PORT; nowhere if it is empty.
    """

    interval_s: Annotated[float, Field(ge=5, le=86_400)] = 60.0
    """Between two readings of a device, in seconds."""
    timeout_s: Annotated[float, Field(ge=0.1, le=30)] = 2.0
    """An answer that takes longer counts as none, in seconds."""
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    """How often an unanswered question is repeated."""
    traps: Annotated[str, AfterValidator(valid_listen_address)] = ""
    """Where traps and informs are received, ADDRESS:PORT; empty: nowhere."""
    v2c: dict[str, V2cEntry] = Field(default_factory=dict)
    v3: dict[str, V3Entry] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_plain(self) -> "Snmp":
        twice = sorted(self.v2c.keys() & self.v3.keys())
        if twice:
            raise ValueError(message("'{twice}' is a name of v2c and of v3. Expected each name once", twice=twice[0]))
        return self
