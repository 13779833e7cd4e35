"""From where on a value means something. Each step has a colour and words, since a colour alone tells too little."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models import dashboard as model

from dashboards.generator.words import W
from monitor.i18n.languages import Lang
from monitor.web.page import STATES

LOWEST, HIGHEST = -1e15, 1e15
"""Grafana takes a missing bound of a range for zero in places: so none is missing."""

GREEN, YELLOW, ORANGE, RED, GREY, BLUE = "green", "yellow", "orange", "red", "#8e8e8e", "blue"


@dataclass(frozen=True)
class Step:
    """What a value means from ``since`` on; None begins the scale."""

    since: float | None
    colour: str
    words: W


Scale = Sequence[Step]


def thresholds(scale: Scale) -> ThresholdsConfig:
    """The colours of a scale."""
    steps = [model.Threshold(step.since, step.colour) for step in scale]
    return ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)


def words(scale: Scale, lang: Lang, blank: W | None = None) -> list[model.ValueMapping]:
    """The words of a scale, the highest step first, so that a bound belongs to the step that begins there.

    ``blank``: the words for a value that does not exist.
    """
    found: list[model.ValueMapping] = []
    upper = HIGHEST
    for index, step in enumerate(reversed(scale)):
        lower = LOWEST if step.since is None else step.since
        result = model.ValueMappingResult(text=step.words.in_(lang), color=step.colour, index=index)
        found.append(model.RangeMap(model.DashboardRangeMapOptions(from_val=lower, to=upper, result=result)))
        upper = lower
    return [*found, nothing(len(found), blank.in_(lang) if blank else "–")]


def nothing(index: int = 0, text: str = "–") -> model.ValueMapping:
    """How a value that does not exist is shown."""
    result = model.ValueMappingResult(text=text, color=GREY, index=index)
    return model.SpecialValueMap(
        model.DashboardSpecialValueMapOptions(match=model.SpecialValueMatch.NULL_AND_NAN, result=result)
    )


def texts(names: Mapping[str, Mapping[str, str]], lang: Lang) -> list[model.ValueMapping]:
    """Words for the values of a label, such as kinds of sites."""
    return [
        model.ValueMap(
            {
                name: model.ValueMappingResult(text=both[lang], index=index)
                for index, (name, both) in enumerate(names.items())
            }
        )
    ]


CODES = {"up": 0, "degraded": 1, "paused": 2, "unknown": 3, "unreachable": 4, "down": 5}
"""States of a site as numbers, for timelines and maps."""

COLOURS = {"up": GREEN, "degraded": YELLOW, "paused": BLUE, "unknown": GREY, "unreachable": ORANGE, "down": RED}

STATE: Scale = [
    Step(None if code == 0 else code, COLOURS[state], W(STATES[state]["bn"], STATES[state]["en"]))
    for state, code in CODES.items()
]
DOWN: Scale = [
    Step(None, GREEN, W("সব সচল", "none is down")),
    Step(1, RED, W("অচল আছে: নিচে দেখুন", "see below which")),
]
OF_A_KIND: Scale = [
    Step(None, GREEN, W("অচল নেই", "none down")),
    Step(1, RED, W("অচল আছে", "some down")),
]
FAULTS: Scale = [
    Step(None, GREEN, W("ঠিক আছে", "all is well")),
    Step(1, RED, W("ত্রুটি: 'মনিটর নিজে' দেখুন", "faulty: see 'Monitor itself'")),
]
TIME_LEFT: Scale = [
    Step(None, RED, W("সময়সীমা অতিক্রান্ত", "target missed")),
    Step(0, ORANGE, W("আজই শেষ সময়", "due within a day")),
    Step(86_400, GREEN, W("সময় আছে", "in time")),
    Step(1e9, GREEN, W("কিছু বাকি নেই", "nothing is due")),
]
BATTERY: Scale = [
    Step(None, GREEN, W("বিদ্যুৎ আছে", "on mains")),
    Step(1, RED, W("ব্যাটারিতে চলছে", "on battery")),
]
MINUTES_LEFT: Scale = [
    Step(None, RED, W("প্রায় শেষ", "nearly empty")),
    Step(15, ORANGE, W("বেশিক্ষণ চলবে না", "not for long")),
    Step(30, GREEN, W("যথেষ্ট", "enough")),
]
LOSS: Scale = [
    Step(None, GREEN, W("স্বাভাবিক", "normal")),
    Step(0.2, ORANGE, W("আংশিক বিঘ্নিত", "degraded")),
    Step(1, RED, W("কোনো সাড়া নেই", "silent")),
]
RTT: Scale = [
    Step(None, GREEN, W("দ্রুত", "fast")),
    Step(0.15, YELLOW, W("কথা বলায় অসুবিধা", "talk suffers")),
    Step(0.5, ORANGE, W("আংশিক বিঘ্নিত", "degraded")),
]
FULL: Scale = [
    Step(None, GREEN, W("জায়গা আছে", "has room")),
    Step(0.7, YELLOW, W("ভরে আসছে", "filling up")),
    Step(0.9, RED, W("পূর্ণ", "full")),
]
DAMAGED: Scale = [
    Step(None, GREEN, W("স্বাভাবিক", "normal")),
    Step(0.01, YELLOW, W("তার বা অপটিক দেখুন", "look at cable or optics")),
    Step(1, RED, W("আংশিক বিঘ্নিত", "degraded")),
]
LIGHT: Scale = [
    Step(None, RED, W("আলো নেই বা খুব কম", "too little light")),
    Step(-27, ORANGE, W("দুর্বল", "weak")),
    Step(-24, GREEN, W("ভালো", "good")),
    Step(-3, RED, W("অতিরিক্ত আলো", "too much light")),
]
MISSED: Scale = [
    Step(None, GREEN, W("একটিও ভঙ্গ হয়নি", "none broken")),
    Step(1, RED, W("ভঙ্গ হয়েছে", "broken")),
]
TICKETS: Scale = [
    Step(None, GREEN, W("কোনো টিকিট নেই", "no ticket")),
    Step(1, ORANGE, W("নিষ্পত্তি করুন", "settle them")),
]
CLIMBED: Scale = [
    Step(None, GREEN, W("কর্মকর্তার কাছেই", "none has climbed")),
    Step(1, RED, W("প্রতিকারের ধাপে উঠেছে", "on the grievance chain")),
]
SHARE: Scale = [
    Step(None, RED, W("অনেক কম", "far too little")),
    Step(0.95, ORANGE, W("লক্ষ্যের নিচে", "below the objective")),
    Step(0.99, GREEN, W("ভালো", "good")),
]
BURN: Scale = [
    Step(None, GREEN, W("লক্ষ্যের মধ্যে", "within the objective")),
    Step(1, YELLOW, W("মাস শেষে লক্ষ্য ভঙ্গ হবে", "misses the month's objective")),
    Step(6, ORANGE, W("৫ দিনে বরাদ্দ শেষ", "allowance gone in 5 days")),
    Step(14.4, RED, W("২ দিনে বরাদ্দ শেষ", "allowance gone in 2 days")),
]
LATE: Scale = [
    Step(None, GREEN, W("সময়মতো", "in time")),
    Step(1, ORANGE, W("দেরি হচ্ছে", "late")),
    Step(5, RED, W("অনেক দেরি", "far too late")),
]
LAG: Scale = [
    Step(None, GREEN, W("স্বাভাবিক", "normal")),
    Step(0.1, ORANGE, W("ধীর", "slow")),
    Step(1, RED, W("আটকে আছে", "stuck")),
]
OWED: Scale = [
    Step(None, GREEN, W("চিঠি যাচ্ছে", "mail goes out")),
    Step(300, ORANGE, W("চিঠি দেরি হচ্ছে", "mail is late")),
    Step(1_800, RED, W("চিঠি আটকে আছে", "mail stands still")),
]
DEAD: Scale = [
    Step(None, GREEN, W("সব পৌঁছেছে", "none given up")),
    Step(1, RED, W("কেউ খবর পাননি", "somebody was not told")),
]
OURS: Scale = [
    Step(None, GREEN, W("স্বাভাবিক", "normal")),
    Step(0.01, ORANGE, W("নিজেদের ত্রুটি", "a fault of our own")),
    Step(0.1, RED, W("বিচার করা যাচ্ছে না", "nothing is judged")),
]
BRIEF: Scale = [
    Step(None, GREEN, W("পাঠানো হয়েছে", "sent")),
    Step(1, RED, W("পাঠানো হয়নি", "missed")),
]
FORGED: Scale = [
    Step(None, GREEN, W("নেই", "none")),
    Step(1e-9, RED, W("কেউ জাল উত্তর পাঠাচ্ছে", "somebody forges replies")),
]
ANSWERS: Scale = [
    Step(None, RED, W("সাড়া নেই", "does not answer")),
    Step(1, GREEN, W("সাড়া দিচ্ছে", "answers")),
]
PORT: Scale = [
    Step(None, GREY, W("অজানা", "not known")),
    Step(1, GREEN, W("চালু", "up")),
    Step(2, RED, W("বন্ধ", "down")),
    Step(3, GREY, W("অন্য অবস্থা", "other")),
]
READ: Scale = [
    Step(None, RED, W("পড়া যাচ্ছে না", "cannot be read")),
    Step(1, GREEN, W("পড়া যাচ্ছে", "is read")),
]
PLAIN: Scale = [Step(None, BLUE, W("তথ্য", "for information"))]
"""For what is neither good nor bad."""
