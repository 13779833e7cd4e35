"""Give the published table of the Citizen's Charter word for word: its sections, columns and rows. Pure."""

from collections.abc import Mapping

from monitor.charter.services import Charter, Service
from monitor.domain.message import N_
from monitor.i18n.languages import Lang

SECTIONS: Mapping[str, str] = {
    "citizen": N_("2.1 Citizen services"),
    "official": N_("2.2 Official services"),
}
PRINTED: Mapping[str, str] = {
    "method": N_("How it is given"),
    "documents": N_("Papers needed"),
    "fee": N_("Fee"),
    "time": N_("Time"),
    "officer": N_("Officer in charge"),
}
"""The columns of the published table beside number and service."""


def printed(charter: Charter, service: Service, lang: Lang) -> dict[str, str]:
    """Return the words of a row, by the columns of `PRINTED`."""
    is_bangla = lang == "bn"
    return {
        "method": service.method_bn if is_bangla else service.method_en,
        "documents": service.documents_bn if is_bangla else service.documents_en,
        "fee": service.fee_bn if is_bangla else service.fee_en,
        "time": (service.printed_time if is_bangla else "") or service.target_text(lang),
        "officer": charter.officer(service.officer).title(lang) or charter.officer(service.officer).name(lang),
    }
