"""The words of the public page for codes: what a site, a union or a kind is, and why something is broken."""

from collections.abc import Mapping

from monitor.domain.message import N_

PUBLIC_WORDS: Mapping[str, str] = {
    "down": N_("disrupted"),
    "planned": N_("planned work"),
    "poor": N_("poor"),
    "unmonitored": N_("unmonitored"),
    "up": N_("up"),
    "closed": N_("outside its hours"),
}
"""What the public page says of a site, union or kind, by `web.public.model.Word`."""

PUBLIC_CAUSES: Mapping[str, str] = {
    "": N_("not known yet"),
    "power": N_("power cut, as it seems"),
}
"""What the public page says of a suspected cause."""
