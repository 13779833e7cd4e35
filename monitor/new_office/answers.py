"""Model the answers from which an office's configuration is written, as the questions or a file of answers give them.

Sections that the configuration has too are those: `Mail` and `Snmp` of monitor.toml, office and officers of
charter.toml.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.settings.base import Model, PlainPath
from monitor.settings.charter_file import OfficeEntry, OfficerEntry
from monitor.settings.monitor_file import Mail
from monitor.settings.snmp_section import Snmp
from monitor.settings.toml import read
from monitor.settings.validate import validate

Address = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class OfficersAnswers(Model):
    """The officers who differ between offices; appeal officer and the ministry's cell are the nation's."""

    responsible: OfficerEntry
    grievance: OfficerEntry


class SitesAnswers(Model):
    """The list of sites. ``parents_by_union``: a site without a parent is reached through the link of its union."""

    file: PlainPath
    parents_by_union: bool = True


class Answers(Model):
    """All answers. ``references``: addresses beyond the uplink that always answer; ``areas``: outlines of unions."""

    office: OfficeEntry
    officers: OfficersAnswers
    mail: Mail = Mail()
    snmp: Snmp = Snmp()
    references: Annotated[tuple[Address, ...], Field(max_length=16)] = ()
    sites: SitesAnswers
    areas: PlainPath | None = None
    listen: str = "127.0.0.1:9786"


def read_answers(file: Path) -> Answers:
    """Read a file of answers; raises ConfigError with every fault of it."""
    return validate(read(file, str(file)), Answers, {})
