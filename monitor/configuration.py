"""Load an office's configuration with every registered kind of check, channel and help desk."""

from pathlib import Path

from monitor.alerts.channels.registry import CHANNELS
from monitor.alerts.helpdesks.registry import DESKS
from monitor.probes.checks.checks import CHECKS
from monitor.settings.helpdesk_section import Helpdesk
from monitor.settings.installation import Installation
from monitor.settings.installation import load as load_files
from monitor.settings.load import Settings
from monitor.settings.notices_section import ChannelSection, RecipientEntry
from monitor.settings.of_kind import Kinds
from monitor.settings.services_section import ServiceCheck

KINDS: Kinds = {
    ServiceCheck: {name: kind.settings for name, kind in CHECKS.items()},
    RecipientEntry: {name: kind.recipient for name, kind in CHANNELS.items()},
    ChannelSection: {name: kind.section for name, kind in CHANNELS.items() if kind.section is not None},
    Helpdesk: {"": Helpdesk, **{name: kind.settings for name, kind in DESKS.items()}},
}


def load_installation(directory: Path, sources: dict[str, bytes] | None = None) -> Installation:
    """Load all files of ``directory`` as `settings.installation.load` does; raises ConfigError."""
    return load_files(directory, KINDS, sources)


def load(directory: Path, sources: dict[str, bytes] | None = None) -> Settings:
    """Load all files of ``directory``; return the settings of the whole installation. Raises ConfigError."""
    return load_installation(directory, sources).host
