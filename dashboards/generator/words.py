"""What a panel says, in both languages."""

from typing import NamedTuple

from monitor.i18n.languages import Lang


class W(NamedTuple):
    """The same in Bangla and in English."""

    bn: str
    en: str

    def in_(self, lang: Lang) -> str:
        """In that language."""
        return self.bn if lang == "bn" else self.en


NO_ANSWER = W(
    "কোনো তথ্য নেই: মনিটরকে প্রমিথিউস পড়তে পারছে না। 'মনিটর নিজে' ড্যাশবোর্ড দেখুন।",
    "No data: Prometheus cannot read the monitor. See the dashboard 'Monitor itself'.",
)
"""What stands in a panel whose queries always bring something, as long as the monitor is scraped."""
