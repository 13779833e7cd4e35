"""Model config/monitor.toml: probing, judging, storage, page, notices."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from monitor.domain.log_events import LogFormat, LogLevel
from monitor.domain.message import N_, message
from monitor.i18n.languages import SOURCE
from monitor.settings.acknowledged_section import Acknowledged
from monitor.settings.base import Model, PlainPath, SecretFile
from monitor.settings.found import found
from monitor.settings.heartbeat_section import Heartbeat
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.history_section import History
from monitor.settings.hosts import has_user, host_fault, page_fault, valid_ehlo_name
from monitor.settings.mail_address import is_mail_address
from monitor.settings.maintenance_section import Maintenance
from monitor.settings.modules_section import ModuleEntry
from monitor.settings.notices_section import Channels, Notices, RecipientEntry, RecipientName
from monitor.settings.public_section import Public
from monitor.settings.reports_section import Reports
from monitor.settings.sites_file import Id
from monitor.settings.snmp_section import Snmp
from monitor.settings.storage_section import Daemon, Storage
from monitor.settings.uplinks_section import UplinkEntry
from monitor.settings.web_section import Web

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Probing(Model):
    """Cadence and shape of the ICMP rounds."""

    interval_s: Annotated[float, Field(ge=1, le=3_600)] = 60.0
    """A round for every device so often, in seconds; rounds are spread over the interval."""
    recheck_s: Annotated[float, Field(ge=0.5, le=3_600)] = 5.0
    """A device that missed a round is asked again this soon, in seconds, until it is sure."""
    echoes: Annotated[int, Field(ge=1, le=20)] = 3
    """ICMP echo requests in a round."""
    spacing_s: Annotated[float, Field(ge=0.01, le=10)] = 0.5
    """Between the echoes of a round, in seconds."""
    timeout_s: Annotated[float, Field(ge=0.05, le=30)] = 1.5
    """An answer that takes longer does not count, in seconds."""
    rate_per_s: Annotated[int, Field(ge=1, le=1_000_000)] = 5_000
    """Never more echo requests a second than this, all devices together."""
    socket: Literal["auto", "ping", "raw"] = "auto"
    """Which sockets are opened: `ping` needs no rights (but the sysctl), `raw` CAP_NET_RAW; `auto` takes what there
    is.
    """

    @property
    def round_s(self) -> float:
        """Return how long one round of one device may take, in seconds."""
        return (self.echoes - 1) * self.spacing_s + self.timeout_s

    @model_validator(mode="after")
    def _rounds_fit(self) -> "Probing":
        if self.recheck_s > self.interval_s:
            raise ValueError(
                message(
                    "recheck_s = {recheck_s:g} is longer than interval_s = {interval_s:g}. Expected a "
                    "suspected device to be asked sooner, not later",
                    recheck_s=self.recheck_s,
                    interval_s=self.interval_s,
                )
            )
        if self.round_s > self.recheck_s:
            raise ValueError(
                message(
                    "a round takes up to {round_s:g} s ((echoes - 1) × spacing_s + timeout_s), but one is "
                    "due every {recheck_s:g} s (recheck_s). Expected a round that ends before the next begins",
                    round_s=self.round_s,
                    recheck_s=self.recheck_s,
                )
            )
        return self


class Judging(Model):
    """When a device counts as down, up or degraded."""

    down_after: Annotated[int, Field(ge=1, le=100)] = 3
    """Failed rounds in a row that make a device down for certain."""
    up_after: Annotated[int, Field(ge=1, le=100)] = 2
    """Good rounds in a row that make it up again."""
    degraded_loss: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Lost share of a round's echoes from which a device counts as degraded."""
    degraded_rtt_ms: Annotated[float, Field(gt=0, le=30_000)] = 500.0
    """Mean round-trip time from which a device counts as degraded, in milliseconds."""
    degraded_rtt_mads: Annotated[float, Field(ge=0, le=1_000)] = 6.0
    """Degraded as well when slower than usual at this hour of the week by so many MADs; 0: never."""
    degraded_rtt_least_ms: Annotated[float, Field(gt=0, le=30_000)] = 10.0
    """And by at least so many milliseconds."""
    flapping_low: Annotated[float, Field(ge=0, le=1)] = 0.05
    """An unstable site is steady again when no more than this share of its last 21 results changed."""
    flapping_high: Annotated[float, Field(gt=0, le=1)] = 0.2
    """A site is unstable when this share of its last 21 results changed: one notice, and its tickets wait."""
    degraded_utilisation: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of its speed from which the interface of a link makes it degraded."""
    degraded_errors_per_s: Annotated[float, Field(gt=0)] = 1.0
    """Damaged packets a second from which it does."""
    trace: bool = True
    """Look for the way to a site when its outage is certain; needs CAP_NET_RAW, and does nothing without it."""

    @model_validator(mode="after")
    def _settles_below_where_it_flaps(self) -> "Judging":
        if self.flapping_low >= self.flapping_high:
            raise ValueError(
                message(
                    "flapping_low = {flapping_low:g} is not below flapping_high = {flapping_high:g}. "
                    "Expected a site to settle at a smaller share than it begins to flap at",
                    flapping_low=self.flapping_low,
                    flapping_high=self.flapping_high,
                )
            )
        return self


class Tickets(Model):
    """How tickets end and come back."""

    recovery_hold_s: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    """A recovery that lasts so long resolves the outage's ticket by itself, in seconds."""
    reopen_window_h: Annotated[float, Field(ge=0, le=720)] = 24.0
    """Down again within so many hours: the old ticket is reopened instead of a new one."""


class Log(Model):
    """How the daemon writes its log; events below ``level`` are not written."""

    format: LogFormat = "text"
    """For people, as key=value, or one JSON object a line."""
    level: LogLevel = "info"
    """Events below it are not written."""


RUNBOOK_EXAMPLE = "https://docs.example.org/{lang}/runbook.html"


class Mail(Model):
    """The office's mail server; without a host, mails are written to files."""

    host: str = ""
    """The mail server's name; while host and sender are empty, mails are written to files."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the line is encrypted; `none` refuses a password."""
    ca_file: PlainPath | None = None
    """The authority of the server's certificate, when it is not a public one."""
    username: str = ""
    """Left empty when the server wants no login."""
    password_file: SecretFile | None = None
    """A file (mode 0600) with nothing but the password in it."""
    sender: str = ""
    """The From: address."""
    helo: Annotated[str, AfterValidator(valid_ehlo_name)] = ""
    """Who we are to the server (EHLO), when this machine's own name is not one that it takes."""
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    """A server that has not taken a mail after one and a half times this is left, in seconds."""
    retry_s: Seconds = 30.0
    """The first pause before another try, in seconds; doubles up to an hour."""
    daily_after_days: Annotated[float, Field(gt=0, le=365)] = 30.0
    """A mail that could not be handed over for so many days is tried once a day from then on."""
    give_up_days: Annotated[float, Field(gt=0, le=365)] | None = None  # its name before nothing was given up
    """The former name of `daily_after_days`."""
    page_url: str = ""
    """Where readers of a mail open the console: letters link to the ticket there; empty: they name the command."""
    runbook_url: str = ""
    """Where readers find what to do about each kind of letter; '{lang}' stands for the letter's language."""

    @property
    def frequent_tries_days(self) -> float:
        """Return the age of a mail in days from which it is retried once a day only."""
        return self.daily_after_days if self.give_up_days is None else self.give_up_days

    @property
    def configured(self) -> bool:
        """Return whether mails may be sent at all."""
        return bool(self.host and self.sender)

    @field_validator("host")
    @classmethod
    def _can_be_found(cls, value: str) -> str:
        if value and (fault := host_fault(value)):
            raise ValueError(message("{found} {fault}", found=found(value), fault=fault))
        return value

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not is_mail_address(value):
            raise ValueError(
                message(
                    "{found} is not an e-mail address. Expected one such as monitor@example.org", found=found(value)
                )
            )
        return value

    @field_validator("page_url")
    @classmethod
    def _is_a_page(cls, value: str) -> str:
        if value and (fault := page_fault(value)):
            raise ValueError(message("{found} {fault}", found=found(value), fault=fault))
        return _shown_to_readers(value)

    @field_validator("runbook_url")
    @classmethod
    def _is_a_page_of_each_language(cls, value: str) -> str:
        page = value.replace("{lang}", SOURCE)
        if value and (fault := page_fault(page)):
            raise ValueError(message("{found} {fault}", found=found(value), fault=fault))
        if any(each in page for each in "{}#"):
            text = N_("{found} has a '#', or a gap that is not {gap}. Expected such as {example}")
            raise ValueError(message(text, found=found(value), gap="{lang}", example=RUNBOOK_EXAMPLE))
        return _shown_to_readers(value)

    @model_validator(mode="after")
    def _whole(self) -> "Mail":
        if bool(self.host) != bool(self.sender):
            given, other = ("host", "sender") if self.host else ("sender", "host")
            raise ValueError(
                message(
                    "'{given}' is filled in but '{other}' is empty. Expected both, or neither", given=given, other=other
                )
            )
        if self.username and not self.password_file:
            raise ValueError(
                message("'username' needs 'password_file'. Expected the path of a file that holds the password")
            )
        if self.username and self.security == "none":
            raise ValueError(
                message('a password must not travel in the clear. Expected security = "starttls" or "tls"')
            )
        return self


def _shown_to_readers(url: str) -> str:
    """Return an address that letters show; raises ValueError where it has a user or a password."""
    if has_user(url):
        raise ValueError(
            message("carries a user or a password, which every reader would see. Expected the page's address alone")
        )
    return url


class MonitorFile(Model):
    """The whole file."""

    probing: Probing = Probing()
    judging: Judging = Judging()
    tickets: Tickets = Tickets()
    storage: Storage = Storage()
    daemon: Daemon = Daemon()
    mail: Mail = Mail()
    notices: Notices = Notices()
    recipients: dict[RecipientName, RecipientEntry] = Field(default_factory=dict)
    channels: Channels = Field(default_factory=dict)
    web: Web = Web()
    public: Public = Public()
    log: Log = Log()
    history: History = History()
    reports: Reports = Reports()
    heartbeat: Heartbeat = Heartbeat()
    helpdesk: Helpdesk = Helpdesk()
    snmp: Snmp = Snmp()
    vantage: dict[Id, UplinkEntry] = Field(default_factory=dict)
    maintenance: dict[Id, Maintenance] = Field(default_factory=dict)
    acknowledged: dict[Id, Acknowledged] = Field(default_factory=dict)
    modules: dict[str, ModuleEntry] = Field(default_factory=dict)
