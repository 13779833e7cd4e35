"""[modules.NAME]: further objects to read by SNMP from devices of one kind, so that a new kind needs no code."""

import re
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from monitor.domain.message import N_, message
from monitor.settings.base import Model, matching

OidText = Annotated[str, matching(r"[12](\.[0-9]{1,10}){2,120}", N_("an object's number, such as 1.3.6.1.4.1.318.1"))]
OWN_LABELS = {"office", "site", "device", "index", "service", "kind", "check", "check_kind"}
OWN_METRICS = re.compile(
    r"(brief|build|charter|clock|configuration|device|forged|helpdesk|icmp|lab|leases?|loop|notices|office|outages?|outbox|probe|replies"
    r"|round|samples|service|site|snmp|store|tickets|traps|ups|writes)(_|$)"
)


def _no_label_of_ours(name: str) -> str:
    if name in OWN_LABELS:
        raise ValueError(
            message("'{name}' is a label of the program's own, with one meaning. Expected another name", name=name)
        )
    return name


def _no_metric_of_ours(name: str) -> str:
    if found := OWN_METRICS.match(name):
        raise ValueError(
            message(
                "names that begin with '{found}' are the program's own. Expected the kind of device first",
                found=found[0],
            )
        )
    return name


LabelName = Annotated[
    str,
    matching(r"[a-z][a-zA-Z0-9_]{0,30}", N_("letters, digits and '_', a small letter first")),
    AfterValidator(_no_label_of_ours),
]
MetricName = Annotated[
    str,
    matching(r"[a-z][a-z0-9_]{0,80}", N_("small letters, digits and '_', a letter first")),
    AfterValidator(_no_metric_of_ours),
]


def _a_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class MetricEntry(Model):
    """One object. One that ends with .0 is a single value, any other a column with a series for each row.

    A value is multiplied by ``scale``, and by the column ``times`` of its row; one of ``none`` stands for 'no value'.
    ``where``: only rows in which these columns have these values. ``on_battery``: the values by which a UPS reports
    that it is on battery.
    """

    name: MetricName
    """The metric is called `upazila_` and this."""
    oid: OidText
    """Ends with .0: one value; else a column, a series for each row."""
    help: Annotated[str, Field(max_length=300)] = ""
    """What the metric says of itself."""
    type: Literal["gauge", "counter"] = "gauge"
    """Whether it may fall, or only grows."""
    scale: Annotated[float, Field(gt=0)] = 1.0
    """What is read is multiplied by this."""
    times: OidText | None = None
    """A column: a row counts as often as that says."""
    none: list[int] = Field(default_factory=list)
    """Values by which the device says that there is none."""
    where: dict[OidText, int] = Field(default_factory=dict)
    """Only rows in which a column has that value."""
    on_battery: list[int] = Field(default_factory=list)
    """Values by which a UPS says that it feeds from its battery."""
    labels: dict[LabelName, OidText] = Field(default_factory=dict)
    """Labels, each from a column with the same rows, besides `index`."""


class ModuleEntry(Model):
    """The objects read from devices whose sysObjectID lies below ``applies_to``."""

    applies_to: Annotated[list[OidText], Field(min_length=1), BeforeValidator(_a_list)]
    """Devices whose sysObjectID is one of these, or lies below."""
    metrics: Annotated[list[MetricEntry], Field(min_length=1, max_length=100)]
    """What is read of them."""


class _ModulesFile(Model):
    modules: dict[str, ModuleEntry]


@cache
def shipped_modules() -> dict[str, ModuleEntry]:
    """Return the modules that come with the program; one of the same name in monitor.toml replaces it."""
    text = files("monitor.settings").joinpath("snmp_modules.toml").read_text(encoding="utf-8")
    return _ModulesFile.model_validate(loads(text)).modules
