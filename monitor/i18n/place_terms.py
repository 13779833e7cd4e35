"""Name the kinds of places in the tree of offices."""

from collections.abc import Mapping

from monitor.domain.message import N_

PLACE_KINDS: Mapping[str, str] = {
    "nation": N_("nation"),
    "division": N_("division"),
    "district": N_("district"),
    "upazila": N_("upazila"),
}
