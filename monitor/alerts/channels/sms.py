"""Deliver short messages (SMS), through a web gateway or a GSM modem of the office's own.

A notice is one line: number, place, state, deadline. Where it does not fit into ``most_parts``, the place is cut.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.alerts.channels.base import ChannelContext, ChannelKind, Letter, Recipient, Rendered
from monitor.alerts.channels.sms_gateway import Gateway
from monitor.alerts.channels.sms_modem import GammuProcess, Modem
from monitor.domain import short_message
from monitor.domain.message import Message, message
from monitor.domain.text import ascii_digits, clean
from monitor.net.deadline import Cancellation, Deadline
from monitor.settings.found import found
from monitor.settings.notices_section import ChannelSection, KnownLanguage, RecipientEntry

COUNTRY = "880"  # Bangladesh: a number that begins with 0 is one of its own


def _number(value: object) -> object:
    """Return a telephone number in E.164, +8801711000000; raises ValueError."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"[\s().-]", "", ascii_digits(value))
    plain = f"+{COUNTRY}{plain[1:]}" if re.fullmatch(r"0[1-9]\d{9}", plain) else plain
    if not re.fullmatch(r"\+[1-9]\d{6,14}", plain, re.ASCII):
        raise ValueError(
            message(
                "{found} is no telephone number. Expected one such as +8801711000000 or 01711000000", found=found(value)
            )
        )
    return plain


class SmsRecipient(RecipientEntry):
    """A recipient with a telephone."""

    reached_by: ClassVar[str] = "phone"
    channel: Literal["sms"] = "sms"
    phone: Annotated[str, BeforeValidator(_number)]
    """The telephone number, with its country (+880…) or as it is dialled in Bangladesh (01…)."""
    lang: KnownLanguage = "bn"
    """In which language: one alone, because a message costs by its length."""
    timeout_s: Annotated[float, Field(ge=1, le=120)] = 60.0
    """A message that takes longer is given up, in seconds; a modem needs several for each part."""


class SmsSection(ChannelSection):
    """[channels.sms]: how short messages leave the office."""

    channel: Literal["sms"] = "sms"
    most_parts: Annotated[int, Field(ge=1, le=10)] = 2
    """How many messages a notice may cost: of 70 characters in Bangla (67 of several), 160 in English (153)."""
    http: Gateway | None = None
    """A gateway of the web."""
    gammu: Modem | None = None
    """A GSM modem."""

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if (self.http is None) == (self.gammu is None):
            raise ValueError(
                message("there must be one way out. Expected either [channels.sms.http] or [channels.sms.gammu]")
            )
        return self

    @property
    def secrets(self) -> tuple[tuple[str, Path], ...]:
        files = self.http.secret_files if self.http else {}
        return tuple((f"http.secret_files.{name}", file) for name, file in files.items())

    def faults(self, home: Path) -> Iterator[Message]:
        if self.gammu is not None:
            yield from self.gammu.faults(home)


class SmsChannel:
    """The channel, by the gateway or modem of ``section``."""

    def __init__(self, section: SmsSection, home: Path) -> None:
        self._section, self._home = section, home
        self._cancellation = Cancellation()
        self._modem = GammuProcess(section.gammu, home) if section.gammu else None

    def abort(self) -> None:
        """Cancel what is under way, and begin nothing any more."""
        self._cancellation.cancel()
        if self._modem is not None:
            self._modem.abort()

    def deliver(self, letter: Letter, recipient: Recipient, rendered: Rendered) -> str:
        """Send; return the gateway's answer, or the network's reference, and the number of parts."""
        text = self.text_of(rendered)
        is_gsm, parts = short_message.is_gsm(text), short_message.parts(text)
        deadline = Deadline.after(recipient.timeout_s, self._cancellation)
        e164 = recipient.address or ""
        if self._modem is not None:
            proof = self._modem.send(e164, text, is_gsm, deadline)
        else:
            assert self._section.http is not None
            proof = self._section.http.ask(_blanks(letter, e164, text, self._section.http.coding), self._home, deadline)
        return f"{proof} ({parts} part{'s'[: parts != 1]}, {'GSM' if is_gsm else 'UCS-2'})"

    def text_of(self, rendered: Rendered) -> str:
        """Return the notice in as many parts as it may have."""
        return clean(rendered.line.within(lambda text: short_message.parts(clean(text)) <= self._section.most_parts))


def _blanks(letter: Letter, e164: str, text: str, coding: tuple[str, ...]) -> dict[str, str]:
    """Return the values for the template's blanks."""
    number = e164.removeprefix("+")
    return {
        "number": number,
        "e164": e164,
        "local": f"0{number.removeprefix(COUNTRY)}" if number.startswith(COUNTRY) else number,
        "text": text,
        "id": letter.message_id.strip("<>").partition("@")[0],
        "coding": coding[not short_message.is_gsm(text)],
    }


def _open(around: ChannelContext) -> SmsChannel:
    section = around.section("sms")
    assert isinstance(section, SmsSection)  # a recipient by SMS without it is refused
    return SmsChannel(section, around.home)


SMS = ChannelKind(
    SmsRecipient,
    _open,
    title="Short messages",
    doc="""\
To telephones, through a gateway of the web or a GSM modem. A notice is one line with number, place, state and deadline,
in one language. It is counted as the network counts it: what the GSM alphabet has in messages of 160 characters (153
each when there are several), Bangla in UCS-2 of 70 (67 each). What does not fit into `most_parts` loses the
end of the place's name and nothing else. The proof in `outbox` says how many parts it cost.

```toml
[recipients.duty-phone]
channel = "sms"
phone = "01711000000"
severities = ["urgent"]
```

**A gateway** is told what its contract asks for; names in braces are filled in: `{number}` (8801711000000), `{e164}`
(+8801711000000), `{local}` (01711000000), `{text}`, `{coding}`, `{id}` (the same whenever a notice is tried again, for
gateways that drop doubles), and the names of `secret_files`.

```toml
[channels.sms.http]
url = "https://sms.example.org/api/send"
send_as = "json"                           # query (GET) | form | json (POST)
fields = { api_key = "{key}", sender = "UNO", to = "{number}", message = "{text}", type = "{coding}" }
secret_files = { key = "secrets/sms-key" }
success = "SUBMITTED"
```

Success is a `status` (200 to 299) and the word `success` in the answer: most gateways say 200 whatever has become of
the message. No redirect is followed. Who cannot be reached, wants another key or more money (401, 402, 403, 429, 5xx)
is *away*: all short messages wait. Any other answer is that message's own: it is tried again, unless it holds a word of
`refused`. Mind that a gateway whose answer lacks `success` although it sends is asked again and again, and charges each
time: `upazila-monitor notify test 01711000000 --by sms` first.

**A modem** is whatever [gammu](https://wammu.eu/gammu/) knows: `apt-get install gammu`, then `gammu-detect`, and
`gammu --identify` as the user of the service, who must be in the group `dialout`. The shipped unit sees no devices: in
a drop-in, `PrivateDevices=no`, `DeviceAllow=/dev/ttyUSB0 rw` and `SupplementaryGroups=dialout`. No other program may
have the modem open (`gammu-smsd`, ModemManager).

```toml
[channels.sms.gammu]
config_file = "/etc/gammurc"
```

A reference from the network proves that it took the message, not that it was read. A message of which only some parts
went is sent again whole.""",
    section=SmsSection,
)
