"""Every delivery channel by its name in the configuration: a new one is a file beside this and a line here."""

from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.channels.apprise import AppriseChannel
from monitor.alerts.channels.base import Channel
from monitor.alerts.channels.email import EmailChannel
from monitor.charter.office import Office
from monitor.settings.notices_section import ChannelName

OUTBOX_FOLDER = "outbox"
CHANNELS: Mapping[ChannelName, Callable[[Office, Path, Path], Channel]] = {
    "email": lambda office, state, home: EmailChannel(
        office.mail, state / OUTBOX_FOLDER, home, to_files=not office.sends_mail
    ),
    "apprise": lambda _office, _state, home: AppriseChannel(home),
    "alertmanager": lambda _office, _state, _home: AlertmanagerChannel(),
}


def channels_of(office: Office, state: Path, home: Path) -> dict[ChannelName, Channel]:
    """Those that the configuration needs; e-mail always. ``state``: where mails without a server are written to."""
    wanted = {"email", *(entry.channel for entry in office.recipients.values())}
    return {name: make(office, state, home) for name, make in CHANNELS.items() if name in wanted}
