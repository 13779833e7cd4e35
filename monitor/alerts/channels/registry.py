"""Register every delivery channel by its name in the configuration: a new one is a file beside this and a line here."""

from collections.abc import Mapping
from pathlib import Path

from monitor.alerts.channels import alertmanager, apprise, email, sms
from monitor.alerts.channels.base import Channel, ChannelContext, ChannelKind
from monitor.charter.office import Office
from monitor.settings.notices_section import ChannelName

CHANNELS: Mapping[ChannelName, ChannelKind] = {
    "email": email.EMAIL,
    "apprise": apprise.APPRISE,
    "alertmanager": alertmanager.ALERTMANAGER,
    "sms": sms.SMS,
}


def channels_needed_by(office: Office) -> set[ChannelName]:
    """Return the channels that the configuration needs; e-mail always."""
    return {"email", *(entry.channel for entry in office.recipients.values())}


def channels_of(office: Office, state: Path, home: Path) -> dict[ChannelName, Channel]:
    """Open the channels that the configuration needs. ``state``: the folder for mails without a server."""
    around = ChannelContext(office, state, home)
    return {name: kind.open(around) for name, kind in CHANNELS.items() if name in channels_needed_by(office)}
