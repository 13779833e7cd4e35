"""The words of reasons in Bangla and English: the one table of messages by code.

A message fills its gaps from the parameters of its code. Numbers get the digits of the language; times are the
office's. Behind the colon of a gap stands how a number is written ('.0%'), or, where a reason within the reason may be
lacking or a text empty, what joins it: ``{seen:: }`` puts ': ' before it, ``{seen:>; }`` puts '; ' behind it.
"""

import errno
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from monitor.domain.reasons import Reason, ReasonCode
from monitor.i18n.formats import DHAKA, Lang, digits, duration_text, moment_text

C = ReasonCode
NO_WAY: dict[Lang, str] = {"bn": "পৌঁছানোর পথ নেই"}

MESSAGES: Mapping[ReasonCode, Mapping[Lang, str]] = {
    C.TEXT: {"bn": "{text}", "en": "{text}"},
    C.TIMEOUT: {"bn": "সাড়া নেই", "en": "timeout"},
    C.NO_ANSWER: {"bn": "সাড়া নেই", "en": "no answer"},
    C.SEND_REFUSED: {"bn": "পাঠানো যায়নি ({error})", "en": "{error}"},
    C.NETWORK_UNREACHABLE: {**NO_WAY, "en": "network unreachable"},
    C.HOST_UNREACHABLE: {**NO_WAY, "en": "host unreachable"},
    C.PROTOCOL_UNREACHABLE: {**NO_WAY, "en": "protocol unreachable"},
    C.PORT_UNREACHABLE: {**NO_WAY, "en": "port unreachable"},
    C.ADDRESS_UNREACHABLE: {**NO_WAY, "en": "address unreachable"},
    C.NO_ROUTE: {**NO_WAY, "en": "no route"},
    C.ROUTE_REJECTED: {**NO_WAY, "en": "route rejected"},
    C.UNREACHABLE: {**NO_WAY, "en": "unreachable (code {icmp_code})"},
    C.NETWORK_PROHIBITED: {"bn": "প্রবেশ নিষিদ্ধ করা আছে", "en": "network administratively prohibited"},
    C.HOST_PROHIBITED: {"bn": "প্রবেশ নিষিদ্ধ করা আছে", "en": "host administratively prohibited"},
    C.PROHIBITED: {"bn": "প্রবেশ নিষিদ্ধ করা আছে", "en": "administratively prohibited"},
    C.SOURCE_REFUSED: {"bn": "প্রেরকের ঠিকানা গ্রহণ করা হয়নি", "en": "source address failed policy"},
    C.FRAGMENTATION_NEEDED: {"bn": "প্যাকেট পথের তুলনায় বড়", "en": "fragmentation needed"},
    C.PACKET_TOO_BIG: {"bn": "প্যাকেট পথের তুলনায় বড়", "en": "packet too big"},
    C.TTL_EXCEEDED: {"bn": "পথ শেষ হয় না", "en": "time to live exceeded"},
    C.HOP_LIMIT_EXCEEDED: {"bn": "পথ শেষ হয় না", "en": "hop limit exceeded"},
    C.PARAMETER_PROBLEM: {"bn": "প্যাকেটের গঠন গ্রহণ করা হয়নি", "en": "parameter problem"},
    C.SAID_BY: {"bn": "{seen} ({router})", "en": "{seen} from {router}"},
    C.NO_SOCKET: {"bn": "এই যন্ত্রে সকেট নেই: {why}", "en": "{why}"},
    C.INTERRUPTED: {"bn": "মাঝপথে থামানো হয়েছে", "en": "interrupted"},
    C.BUFFER_FULL: {"bn": "গ্রহণের বাফার ভরা ছিল", "en": "the receive buffer was full"},
    C.STALLED_BEFORE: {"bn": "পর্যবেক্ষক ঠিক আগে থেমে ছিল", "en": "we stood still just before"},
    C.FAR_END_SILENT: {"bn": "দূর প্রান্ত সাড়া দিচ্ছে না{seen:: }", "en": "the far end is silent{seen:: }"},
    C.INTERFACE_OFF: {"bn": "ইন্টারফেস {interface} বন্ধ করে রাখা হয়েছে", "en": "interface {interface} is switched off"},
    C.INTERFACE_DOWN: {"bn": "ইন্টারফেস {interface} অচল", "en": "interface {interface} is down"},
    C.INTERFACE_TESTING: {"bn": "ইন্টারফেস {interface} পরীক্ষাধীন", "en": "interface {interface} is testing"},
    C.INTERFACE_NOT_PRESENT: {"bn": "ইন্টারফেস {interface} নেই", "en": "interface {interface} is not present"},
    C.INTERFACE_LOWER_LAYER_DOWN: {
        "bn": "ইন্টারফেস {interface}-এর নিচের স্তর অচল",
        "en": "interface {interface} is lower layer down",
    },
    C.INTERFACE_SLOW: {
        "bn": "ইন্টারফেস {interface} {expected_mbps:g} Mb/s-এর বদলে {mbps:g} Mb/s গতিতে চলছে",
        "en": "interface {interface} runs at {mbps:g} Mb/s instead of {expected_mbps:g}",
    },
    C.INTERFACE_BUSY: {
        "bn": "ইন্টারফেস {interface}-এর ধারণক্ষমতার {share:percent} % ব্যবহৃত",
        "en": "interface {interface} is {share:percent} % used",
    },
    C.INTERFACE_ERRORS: {
        "bn": "ইন্টারফেস {interface} প্রতি সেকেন্ডে {per_s:.1f}টি প্যাকেট নষ্ট করছে",
        "en": "interface {interface} damages {per_s:.1f} packets a second",
    },
    C.INTERFACE_WELL: {"bn": "ইন্টারফেস {interface} আবার ঠিক আছে", "en": "interface {interface} is well again"},
    C.INTERFACE_MISSING: {"bn": "'{interface}' নামে কোনো ইন্টারফেস নেই", "en": "it has no interface '{interface}'"},
    C.INTERFACE_AMBIGUOUS: {
        "bn": "'{interface}' নামে {count}টি ইন্টারফেস আছে",
        "en": "it has {count} interfaces '{interface}'",
    },
    C.UPS_ON_BATTERY: {
        "bn": "এর ইউপিএস {since} থেকে ব্যাটারিতে চলছে",
        "en": "its UPS has been on battery since {since}",
    },
    C.NEIGHBOUR_ON_BATTERY: {
        "bn": "একই ফিডারের {site}-এর ইউপিএস {since} থেকে ব্যাটারিতে চলছে",
        "en": "the UPS of {site}, on the same feeder, has been on battery since {since}",
    },
    C.FELL_SILENT_TOGETHER: {
        "bn": "একই ফিডারের {sites}-এর সঙ্গে একসঙ্গে বিচ্ছিন্ন হয়েছে",
        "en": "fell silent together with {sites}, on the same feeder",
    },
    C.BATTERY_FEEDS: {"bn": "ইউপিএস ব্যাটারিতে চলছে", "en": "the UPS feeds from its battery"},
    C.MAINS_BACK: {"bn": "ইউপিএস আবার বিদ্যুতে চলছে", "en": "the UPS is on mains again"},
    C.PLANNED_WORK: {"bn": "পরিকল্পিত কাজ '{name}' ({text})", "en": "planned work '{name}' ({text})"},
    C.OUTSIDE_HOURS: {"bn": "সেবার সময়ের বাইরে ({hours})", "en": "outside the hours of service ({hours})"},
    C.BEHIND: {"bn": "'{site}'-এর পেছনে: {excuse}", "en": "behind '{site}': {excuse}"},
    C.WAS_EXCUSED: {
        "bn": "{seen:>; }{since} থেকে সাড়া নেই, এতক্ষণ তা বিরতির মধ্যে ছিল: {excuse}",
        "en": "{seen:>; }silent since {since}, which was excused until now: {excuse}",
    },
    C.EXCUSED: {
        "bn": "সাড়া নেই, তবে বিঘ্ন গণনা শুরু হয় না: {excuse}",
        "en": "silent, but no outage begins: {excuse}",
    },
    C.WAS_SILENT: {"bn": "{seconds:lasting} সাড়া ছিল না: {excuse}", "en": "silent for {seconds:lasting}: {excuse}"},
    C.DEADLINE_MOVED: {
        "bn": "সিটিজেনস চার্টার বা অফিস পঞ্জিকা বদলেছে: সময়সীমা {after:moment}, আগে ছিল {before:moment}",
        "en": "the charter or the office calendar has changed: due {after:moment}, no longer {before:moment}",
    },
    C.DAEMON_NOT_RUNNING: {"bn": "পর্যবেক্ষক চালু ছিল না", "en": "the daemon was not running"},
    C.STALLED: {"bn": "পর্যবেক্ষক {seconds} সেকেন্ড থেমে ছিল", "en": "the monitor stood still for {seconds} s"},
    C.BLIND_BEHIND: {"bn": "'{uplink}'-এর পেছনে দেখা যায়নি", "en": "blind behind '{uplink}'"},
    C.REFERENCES_SILENT: {
        "bn": "'{uplink}'-এর সব নির্দেশক ঠিকানা নীরব",
        "en": "all references of '{uplink}' are silent",
    },
    C.CAN_JUDGE_AGAIN: {
        "bn": "'{uplink}'-এর পেছনে আবার পর্যবেক্ষণ করা যাচ্ছে",
        "en": "behind '{uplink}' it can be judged again",
    },
    C.CLOCK_SAYS: {"bn": "যন্ত্রের ঘড়ি বলছে {clock:moment}", "en": "the wall clock says {clock:moment}"},
    C.CLOCK_OK_AGAIN: {"bn": "যন্ত্রের ঘড়ি আবার বিশ্বাসযোগ্য", "en": "the wall clock is believed again"},
    C.CLOCK_TRUSTED: {
        "bn": "{by} বলেছেন যে যন্ত্রের ঘড়ি ঠিক: {clock:exact} (ঢাকা)",
        "en": "{by} says that the clock is right: {clock:exact} (Dhaka)",
    },
    C.WORKSTATIONS_ANSWER: {
        "bn": "{total}টির মধ্যে {answering}টি কম্পিউটার সাড়া দিচ্ছে",
        "en": "{answering} of {total} workstations answer",
    },
    C.NO_WORKSTATION: {
        "bn": "{total}টি কম্পিউটারের একটিও সাড়া দেয় না, তবে রাউটার দেয়",
        "en": "none of {total} workstations answers, but the router does",
    },
    C.WORKSTATIONS_UNUSED: {
        "bn": "{days} দিন ধরে {total}টি কম্পিউটারের একটিও চালু হয়নি",
        "en": "none of {total} workstations for {days} days",
    },
    C.RESULTS_CHANGED: {
        "bn": "সর্বশেষ ফলাফলের {share:.0%} পরিবর্তিত হয়েছে",
        "en": "{share:.0%} of its last results changed",
    },
    C.SET_ASIDE: {"bn": "{decision}: {fault}", "en": "{decision}: {fault}"},
    C.OS_ERROR: {"bn": "সংযোগ করা যায়নি ({error})", "en": "{error:words}"},
    C.HTTP_STATUS: {"bn": "HTTP স্ট্যাটাস {status}", "en": "status {status}"},
    C.PAGE_LACKS: {"bn": "পাতায় '{wanted}' নেই", "en": "the page does not say '{wanted}'"},
    C.PAGE_BEGINNING_LACKS: {
        "bn": "পাতার প্রথম {kib} KiB-এ '{wanted}' নেই",
        "en": "the page does not say '{wanted}' in its first {kib} KiB",
    },
    C.CERTIFICATE_EXPIRES: {
        "bn": "{host:>-এর }সনদের মেয়াদ {date} তারিখে শেষ হবে",
        "en": "the certificate{host: of } expires {date}",
    },
    C.CERTIFICATE_EXPIRED: {
        "bn": "{host:>-এর }সনদের মেয়াদ {date} তারিখে শেষ হয়েছে",
        "en": "the certificate{host: of } expired {date}",
    },
    C.ISSUER_EXPIRES: {
        "bn": "{host:>-এর }সনদদাতা '{subject}'-এর সনদের মেয়াদ {date} তারিখে শেষ হবে",
        "en": "the issuer's certificate '{subject}'{host: of } expires {date}",
    },
    C.ISSUER_EXPIRED: {
        "bn": "{host:>-এর }সনদদাতা '{subject}'-এর সনদের মেয়াদ {date} তারিখে শেষ হয়েছে",
        "en": "the issuer's certificate '{subject}'{host: of } expired {date}",
    },
    C.DNS_RCODE: {"bn": "নাম-সার্ভারের উত্তর: {rcode}", "en": "{rcode}"},
    C.DNS_NO_RECORD: {"bn": "কোনো {type} রেকর্ড নেই", "en": "no {type} record"},
    C.DNS_OTHER_ANSWER: {
        "bn": "উত্তর {found}, প্রত্যাশিত ছিল {expected}",
        "en": "answers {found} and not {expected}",
    },
    C.DNS_CIRCLE: {
        "bn": "নামের বিকল্পগুলো চক্রাকারে ঘোরে, বা বেশি দূর যায়",
        "en": "the name's aliases lead round in a circle, or too far",
    },
    C.SMTP_SAYS: {"bn": "সার্ভার বলছে {smtp_code:d} {said}", "en": "the server says {smtp_code:d} {said}"},
    C.SMTP_GREETING_LACKS: {"bn": "সম্ভাষণে '{wanted}' নেই", "en": "the greeting does not say '{wanted}'"},
    C.CAME_TOO_LATE: {"bn": "আমরা নিজেরাই দেরিতে এসেছি", "en": "we came too late ourselves"},
    C.PROGRAM_FAULT: {"bn": "এই প্রোগ্রামের ত্রুটি: {fault}", "en": "a fault of this program: {fault}"},
    C.TRAP: {"bn": "{name}", "en": "{name}"},
    C.AGENT_RESTARTED: {"bn": "এর এজেন্ট নতুন করে চালু হয়েছে", "en": "its agent started anew"},
    C.READ_AGAIN: {"bn": "আবার পড়া যাচ্ছে", "en": "it is read again"},
    C.ROWS_LEFT_OUT: {
        "bn": "শুধু প্রথম {rows:,}টি সারি পড়া হয়: {tables}",
        "en": "only the first {rows:,} rows are read of: {tables}",
    },
    C.OBJECTS_UNREAD: {
        "bn": "এগুলো চাইলে যন্ত্রটি নিরুত্তর থাকে: {objects}; বাকি সব পড়া হয়",
        "en": "it falls silent when it is asked for: {objects}; all else is read",
    },
    C.SECRET_UNREADABLE: {
        "bn": "'{credential}'-এর গোপন তথ্য পড়া যায়নি",
        "en": "the secret of '{credential}' could not be read",
    },
    C.SNMP_V2C_SILENT: {
        "bn": "{address} সাড়া দেয় না: যন্ত্রটি নেই, SNMP v2c জানে না, বা এর কমিউনিটি ভিন্ন",
        "en": "no answer from {address}: it is away, speaks no SNMP v2c, or has another community",
    },
    C.SNMP_V3_SILENT: {
        "bn": "{address} সাড়া দেয় না: যন্ত্রটি নেই, বা SNMPv3 জানে না",
        "en": "no answer from {address}: it is away or speaks no SNMPv3",
    },
    C.SNMP_GARBLED: {
        "bn": "{address} থেকে গ্রহণযোগ্য উত্তর নেই: {fault}",
        "en": "no answer from {address} that counts: {fault}",
    },
    C.SNMP_NO_AGENT: {
        "bn": "{address}-এর {port} পোর্টে কোনো এজেন্ট নেই",
        "en": "no agent listens at port {port} of {address}",
    },
    C.SNMP_OTHER_COMMUNITY: {
        "bn": "{address} ইকোর উত্তর দেয়, প্রশ্নের দেয় না: সম্ভবত এর কমিউনিটি ভিন্ন",
        "en": "{address} answers echoes and no question: most likely its community is another one",
    },
    C.SNMP_MAY_NOT_READ: {
        "bn": "এজেন্ট এই পরিচয় জানে, কিন্তু পড়তে দেয় না",
        "en": "the agent knows these credentials but does not let them read",
    },
    C.SNMP_REFUSED: {
        "bn": "{address} এই পরিচয় গ্রহণ করে না: {refusal}",
        "en": "{address} does not accept these credentials: {refusal}",
    },
    C.SNMP_WRONG_ENCRYPTION_KEY: {
        "bn": "{address}: নিজের পরিচয় দেয়, প্রশ্নের উত্তর দেয় না: সম্ভবত এনক্রিপশনের চাবি ভুল",
        "en": "{address}: it says who it is and answers no question: most likely the key for encrypting is wrong",
    },
    C.SNMP_AGENT_SAYS: {"bn": "এজেন্ট বলছে {status}", "en": "the agent says {status}"},
    C.SNMP_ENGINE_CHANGES: {
        "bn": "{address}: এর ইঞ্জিনের পরিচয় বা ঘড়ি স্থির থাকে না",
        "en": "{address}: its engine's id or clock does not keep still",
    },
    C.SNMP_ODD_REPORT: {"bn": "{address} অপ্রাসঙ্গিক উত্তর দেয়", "en": "{address} reports what nobody asked"},
    C.SNMP_TOO_SLOW: {
        "bn": "{seconds:g} সেকেন্ডের মধ্যে পড়া যায়নি",
        "en": "it could not be read within {seconds:g} s",
    },
}


def reason_text(given: Reason | None, lang: Lang) -> str:
    """The words of a reason; '' for none."""
    if given is None:
        return ""
    return _Filler(lang).vformat(MESSAGES[given.code][lang], (), _Known(given.parameters))


def _joined(words: str, joint: str) -> str:
    if not words or not joint:
        return words
    return words + joint[1:] if joint.startswith(">") else joint + words


class _Known(dict[str, Any]):
    """The parameters of a reason; a reason within it that is lacking is None."""

    def __missing__(self, name: str) -> None:
        return None


class _Filler(Formatter):
    def __init__(self, lang: Lang) -> None:
        self._lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        lang = self._lang
        match value:
            case str() if format_spec == "words":
                return os.strerror(getattr(errno, value, 0)).lower()
            case Reason() | None | str():
                return _joined(value if isinstance(value, str) else reason_text(value, lang), format_spec)
            case datetime() if format_spec == "moment":
                return moment_text(value, lang)
            case datetime() if format_spec == "exact":
                return digits(f"{value.astimezone(DHAKA):%Y-%m-%d %H:%M:%S}", lang)
            case datetime():
                return digits(f"{value.astimezone(DHAKA):%d/%m/%Y %H:%M}", lang)
            case tuple():
                return ", ".join(value)
            case int() if format_spec == "lasting":
                return duration_text(timedelta(seconds=value), lang)
            case int() | float() if format_spec == "percent":
                return digits(f"{value * 100:.0f}", lang)
            case int() | float():
                return digits(format(value, format_spec), lang)
        raise TypeError(f"a parameter of the type {type(value).__name__}")
