"""Model [web] of config/monitor.toml: where the console listens, how its line is secured, who reads without a name."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from monitor.domain.message import message
from monitor.settings.base import Model, PlainPath, SecretFile
from monitor.settings.found import found
from monitor.settings.hosts import valid_host
from monitor.settings.snmp_section import valid_page_address

LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}


def _a_proxy(text: str) -> str:
    """Validate the address of a proxy; raises ValueError."""
    try:
        return str(ip_address(text))
    except ValueError:
        said = message("{found} is not an address. Expected that of the proxy, such as 127.0.0.1", found=found(text))
        raise ValueError(said) from None


class Web(Model):
    """The console, the API and the metrics.

    ``names``: host names allowed besides its address. ``certificate``, ``key``: files in PEM; with them it speaks TLS.
    ``behind_proxy``: the addresses of proxies that speak TLS before it. ``anonymous``: the role of who has no name;
    unless it is given, 'viewer' for who listens on loopback with no proxy before it, else none. ``public``: where the
    public page is served by itself, ADDRESS:PORT; empty: nowhere. ``demonstration``: every page says that it is one.
    """

    names: Annotated[tuple[Annotated[str, AfterValidator(valid_host)], ...], Field(max_length=100)] = ()
    """Names under which it is asked for, besides localhost and its address."""
    certificate: PlainPath | None = None
    """In PEM, with the issuers behind it; read again when the file changes."""
    key: Annotated[SecretFile | None, Field(validate_default=True)] = None
    """A file (mode 0600) with its private key, without a password."""
    behind_proxy: Annotated[tuple[Annotated[str, AfterValidator(_a_proxy)], ...], Field(max_length=100)] = ()
    """Addresses of proxies before it: X-Forwarded-For and -Proto count from these alone."""
    anonymous: Literal["viewer", ""] | None = None
    """Who has no name may read (`viewer`), but no requester's name, or nobody may (empty). Left out: `viewer` where
    it listens on loopback without a proxy, else empty.
    """
    listen: Annotated[str, Field(min_length=1), AfterValidator(valid_page_address)] = "127.0.0.1:9786"  # sees the above
    """Page, API, /metrics, /healthz, /readyz: ADDRESS:PORT, for IPv6 [ADDRESS]:PORT; port 0: any that is free."""
    public: Annotated[str, AfterValidator(valid_page_address)] = ""
    """The public page alone, served to everybody, at ADDRESS:PORT; empty: not served. A copy (`[public]`) exposes
    less.
    """
    demonstration: bool = False
    """Every page of the console says on top that nothing on it is real."""

    @property
    def host(self) -> str:
        return host_of(self.listen)

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def scheme(self) -> str:
        """Return how a URL of it begins."""
        return "http" if self.certificate is None else "https"

    @property
    def is_secured(self) -> bool:
        """Return whether nobody on the way can read what is typed: by its own certificate, or a proxy's."""
        return self.certificate is not None or bool(self.behind_proxy)

    def reads_without_name_at(self, address: str) -> bool:
        """Return whether one may read without a name at ``address`` of this machine, to which one has connected."""
        if self.anonymous is None:
            return is_loopback(self.host) and is_loopback(address) and not self.behind_proxy
        return self.anonymous == "viewer"

    @field_validator("key")
    @classmethod
    def _with_its_certificate(cls, value: object, info: ValidationInfo) -> object:
        if "certificate" in info.data and (value is None) != (info.data["certificate"] is None):
            given, other = ("certificate", "key") if value is None else ("key", "certificate")
            raise ValueError(
                message(
                    "'{given}' is filled in but '{other}' is not. Expected the files of both, or neither",
                    given=given,
                    other=other,
                )
            )
        return value

    @field_validator("listen")
    @classmethod
    def _is_secured_beyond_loopback(cls, value: str, info: ValidationInfo) -> str:
        known = info.data
        if "certificate" not in known or "key" not in known or "behind_proxy" not in known:
            return value  # what is wrong with them is told already
        if is_loopback(host_of(value)) or known["certificate"] or known["behind_proxy"]:
            return value
        said = message(
            "{found} is open to other machines, which could read passwords on the way. Expected 'certificate' and "
            "'key' in [web], or 'behind_proxy' with the address of a proxy that speaks TLS, or an address of loopback "
            "such as 127.0.0.1:9786",
            found=repr(value),
        )
        raise ValueError(said)

    @field_validator("public")
    @classmethod
    def _is_another_place(cls, value: str, info: ValidationInfo) -> str:
        if value and value == info.data.get("listen") and not value.endswith(":0"):
            said = message("{found} is where the console listens. Expected another port", found=repr(value))
            raise ValueError(said)
        return value


def host_of(listen: str) -> str:
    """Return the address of ADDRESS:PORT, without brackets."""
    return listen.rpartition(":")[0].strip("[]")


def is_loopback(address: str) -> bool:
    """Return whether only this machine can reach ``address``; False for what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def connect_address(listen: str) -> str:
    """Return the address at which this machine connects to a listening one: wildcard addresses become loopback."""
    host, colon, port = listen.rpartition(":")
    return f"{LOOPBACK_OF.get(host, host)}{colon}{port}"
