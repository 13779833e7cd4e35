"""From where on a value means something. Each step has a colour and words, since a colour alone tells too little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import dashboard as model

from monitor.domain.message import N_
from monitor.i18n.languages import Lang, lookup
from monitor.i18n.terms import STATES
from monitor.metrics.network import SEVERITIES

LOWEST, HIGHEST = -1e15, 1e15
"""Grafana takes a missing bound of a range for zero in places: so none is missing."""

GREEN, YELLOW, ORANGE, RED, GREY, BLUE = "green", "yellow", "orange", "red", "#8e8e8e", "blue"


@dataclass(frozen=True)
class Step:
    """What a value means from ``since`` on; None begins the scale."""

    since: float | None
    colour: str
    words: str


Scale = Sequence[Step]


def thresholds(scale: Scale) -> ThresholdsConfig:
    """The colours of a scale."""
    steps = [model.Threshold(step.since, step.colour) for step in scale]
    return ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def words(scale: Scale, lang: Lang, blank: str | None = None) -> list[model.ValueMapping]:
    """The words of a scale, the highest step first, so that a bound belongs to the step that begins there.

    ``blank``: the words for a value that does not exist.
    """
    found: list[model.ValueMapping] = []
    upper = HIGHEST
    for index, step in enumerate(reversed(scale)):
        lower = LOWEST if step.since is None else step.since
        result = model.ValueMappingResult(text=lookup(lang, step.words), color=step.colour, index=index)
        found.append(model.RangeMap(model.DashboardRangeMapOptions(from_val=lower, to=upper, result=result)))
        upper = lower
    return [*found, nothing(len(found), lookup(lang, blank) if blank else "–")]


def nothing(index: int = 0, text: str = "–") -> model.ValueMapping:
    """How a value that does not exist is shown."""
    result = model.ValueMappingResult(text=text, color=GREY, index=index)
    return model.SpecialValueMap(
        model.DashboardSpecialValueMapOptions(match=model.SpecialValueMatch.NULL_AND_NAN, result=result)
    )


def texts(names: Mapping[str, str]) -> list[model.ValueMapping]:
    """Words for the values of a label, such as kinds of sites."""
    return [
        model.ValueMap(
            {
                name: model.ValueMappingResult(text=words, index=index)
                for index, (name, words) in enumerate(names.items())
            }
        )
    ]


CODES = {state.value: code for state, code in SEVERITIES.items()}
"""States of a site as numbers, for timelines and maps."""

COLOURS = {"up": GREEN, "degraded": YELLOW, "paused": BLUE, "unknown": GREY, "unreachable": ORANGE, "down": RED}

STATE: Scale = [Step(None if code == 0 else code, COLOURS[state], STATES[state]) for state, code in CODES.items()]
DOWN: Scale = [
    Step(None, GREEN, N_("none is down")),
    Step(1, RED, N_("see below which")),
]
OF_A_KIND: Scale = [
    Step(None, GREEN, N_("none down")),
    Step(1, RED, N_("some down")),
]
FAULTS: Scale = [
    Step(None, GREEN, N_("all is well")),
    Step(1, RED, N_("faulty: see 'Monitor itself'")),
]
TIME_LEFT: Scale = [
    Step(None, RED, N_("target missed")),
    Step(0, ORANGE, N_("due within a day")),
    Step(86_400, GREEN, N_("time left")),
    Step(1e9, GREEN, N_("nothing is due")),
]
BATTERY: Scale = [
    Step(None, GREEN, N_("on mains")),
    Step(1, RED, N_("on battery")),
]
MINUTES_LEFT: Scale = [
    Step(None, RED, N_("nearly empty")),
    Step(15, ORANGE, N_("not for long")),
    Step(30, GREEN, N_("enough")),
]
LOSS: Scale = [
    Step(None, GREEN, N_("normal")),
    Step(0.2, ORANGE, N_("degraded")),
    Step(1, RED, N_("silent")),
]
RTT: Scale = [
    Step(None, GREEN, N_("fast")),
    Step(0.15, YELLOW, N_("bad for calls")),
    Step(0.5, ORANGE, N_("degraded")),
]
FULL: Scale = [
    Step(None, GREEN, N_("has room")),
    Step(0.7, YELLOW, N_("filling up")),
    Step(0.9, RED, N_("full")),
]
DAMAGED: Scale = [
    Step(None, GREEN, N_("normal")),
    Step(0.01, YELLOW, N_("look at cable or optics")),
    Step(1, RED, N_("degraded")),
]
LIGHT: Scale = [
    Step(None, RED, N_("too little light")),
    Step(-27, ORANGE, N_("weak")),
    Step(-24, GREEN, N_("good")),
    Step(-3, RED, N_("too much light")),
]
MISSED: Scale = [
    Step(None, GREEN, N_("none broken")),
    Step(1, RED, N_("broken")),
]
TICKETS: Scale = [
    Step(None, GREEN, N_("no ticket")),
    Step(1, ORANGE, N_("resolve them")),
]
CLIMBED: Scale = [
    Step(None, GREEN, N_("all with the officer")),
    Step(1, RED, N_("on the grievance chain")),
]
SHARE: Scale = [
    Step(None, RED, N_("far too little")),
    Step(0.95, ORANGE, N_("below the objective")),
    Step(0.99, GREEN, N_("good")),
]
BURN: Scale = [
    Step(None, GREEN, N_("within the objective")),
    Step(1, YELLOW, N_("misses the month's objective")),
    Step(6, ORANGE, N_("allowance gone in 5 days")),
    Step(14.4, RED, N_("allowance gone in 2 days")),
]
LATE: Scale = [
    Step(None, GREEN, N_("in time")),
    Step(1, ORANGE, N_("late")),
    Step(5, RED, N_("far too late")),
]
LAG: Scale = [
    Step(None, GREEN, N_("normal")),
    Step(0.1, ORANGE, N_("slow")),
    Step(1, RED, N_("stuck")),
]
OWED: Scale = [
    Step(None, GREEN, N_("mail goes out")),
    Step(300, ORANGE, N_("mail is late")),
    Step(1_800, RED, N_("mail is stuck")),
]
DEAD: Scale = [
    Step(None, GREEN, N_("all sent")),
    Step(1, RED, N_("somebody was not informed")),
]
OURS: Scale = [
    Step(None, GREEN, N_("normal")),
    Step(0.01, ORANGE, N_("a fault of our own")),
    Step(0.1, RED, N_("nothing is judged")),
]
BRIEF: Scale = [
    Step(None, GREEN, N_("sent")),
    Step(1, RED, N_("missed")),
]
FORGED: Scale = [
    Step(None, GREEN, N_("none")),
    Step(1e-9, RED, N_("somebody forges replies")),
]
ANSWERS: Scale = [
    Step(None, RED, N_("does not answer")),
    Step(1, GREEN, N_("answers")),
]
PORT: Scale = [
    Step(None, GREY, N_("not known")),
    Step(1, GREEN, N_("up")),
    Step(2, RED, N_("down")),
    Step(3, GREY, N_("other")),
]
READ: Scale = [
    Step(None, RED, N_("cannot be read")),
    Step(1, GREEN, N_("is read")),
]
PLAIN: Scale = [Step(None, BLUE, N_("for information"))]
"""For what is neither good nor bad."""
