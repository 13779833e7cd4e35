"""The scenes of the demonstration: what happens in an upazila on a day, when, and what there is to see. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from monitor.domain.clock import DHAKA

DAY = date(2026, 11, 29)  # a Sunday, and a working day
BEGINS, ENDS = time(8, 50), time(17, 20)

Act = Literal["", "cut", "mend", "dark", "lit", "phone"]


@dataclass(frozen=True)
class Scene:
    """At ``at`` by the office's clock: ``act`` upon ``whom``, a site or a union; and what people are told of it."""

    at: time
    act: Act
    whom: str
    bn: str
    en: str

    @property
    def at_utc(self) -> datetime:
        """When it happens."""
        return datetime.combine(DAY, self.at, DHAKA)


def flapping(site: str, hour: int, minutes: range) -> Iterator[Scene]:
    """A line that comes and goes: cut at each of these minutes of the hour, and mended two minutes later."""
    for minute in minutes:
        yield Scene(time(hour, minute), "cut", site, "", "")
        yield Scene(time(hour, minute + 2), "mend", site, "", "")


SCENES: Sequence[Scene] = (
    Scene(
        BEGINS,
        "",
        "",
        "রবিবার সকাল: সব সচল। প্রথম পাতাটি খুলুন।",
        "Sunday morning: everything is up. Open the first page.",
    ),
    Scene(
        time(9, 20),
        "cut",
        "backbone-north",
        "উত্তরের ব্যাকবোন কাটা পড়ল: একটি বিভ্রাট, পেছনের সবগুলো 'নাগালের বাইরে'। সনদের সময় শূন্য, তাই সঙ্গে সঙ্গে টিকিট ও চিঠি।",
        "The northern backbone is cut: one outage, and all behind it is 'unreachable'. The charter says 'immediately', "
        "so a ticket and letters follow at once.",
    ),
    Scene(
        time(10, 30),
        "mend",
        "backbone-north",
        "ব্যাকবোন সারানো হলো: দশ মিনিট টিকলে টিকিট নিজেই নিষ্পত্তি হবে।",
        "The backbone is mended: when that lasts ten minutes, the ticket resolves by itself.",
    ),
    Scene(
        time(11, 0),
        "dark",
        "chandgram",
        "চাঁদগ্রামে লোডশেডিং: এক ফিডারের সবগুলো একসঙ্গে নীরব, তাই কারণ হিসেবে 'বিদ্যুৎ' সন্দেহ।",
        "Load-shedding in Chandgram: all sites of one feeder fall silent together, so power is the suspected cause.",
    ),
    Scene(time(11, 15), "dark", "dharampur", "ধরমপুরেও বিদ্যুৎ গেল।", "The power goes in Dharampur too."),
    Scene(time(12, 0), "lit", "chandgram", "চাঁদগ্রামে বিদ্যুৎ ফিরল।", "The power is back in Chandgram."),
    Scene(time(12, 10), "lit", "dharampur", "ধরমপুরে বিদ্যুৎ ফিরল।", "And in Dharampur."),
    Scene(
        time(12, 40),
        "cut",
        "lab-bahirchar-girls",
        "একটি ল্যাব বন্ধ করে রাখা হলো: এক কর্মদিবসের সময় গণনা শুরু; সাইটের পাতায় দিন গুনে দেখানো আছে।",
        "A lab is switched off: its one working day begins to count; the site's page shows how.",
    ),
    Scene(
        time(13, 10),
        "phone",
        "lab-bahirchar-girls",
        "প্রধান শিক্ষক ফোন করলেন: অভিযোগ নিবন্ধিত হলো, আর চলমান বিভ্রাটের সঙ্গে যুক্ত হলো।",
        "The head teacher telephones: the complaint is registered, and tied to the outage that is known.",
    ),
    Scene(
        time(14, 0),
        "",
        "",
        "একটি ONU বারবার যায় আসে: অস্থিতিশীল বলে একবারই জানানো হয়, চিঠির বন্যা হয় না।",
        "An ONU comes and goes: it is reported as unstable once, and no flood of letters follows.",
    ),
    *flapping("udc-mokarimpur", 14, range(2, 56, 5)),
    Scene(
        time(15, 30),
        "mend",
        "lab-bahirchar-girls",
        "ল্যাবটি আবার চালু: সময়ের মধ্যেই, প্রতিশ্রুতি রক্ষা হলো।",
        "The lab is on again: within its time, the promise was kept.",
    ),
    Scene(
        time(17, 0),
        "",
        "",
        "অফিস বন্ধ। টিকিট, সনদ ও প্রতিবেদনের পাতা দেখুন।",
        "The office closes. Look at the pages of tickets, the charter and reports.",
    ),
)
