"""A document is set as PDF in a process of its own: everything that the fonts have is shown and can be found again."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from monitor.domain.text import REPLACEMENT, nfc
from monitor.i18n.languages import LOCALES
from monitor.reports.export import typesetting
from monitor.reports.export.faults import CannotRender
from monitor.reports.export.typesetting import FONTS, SHOWN, Document, shown, typeset
from tests.reports.export.pdf_text import facts_of, text_of, words_of

AS_OF = datetime(2026, 12, 1, tzinfo=UTC)
TEXTS = """#import "common.typ": *
#show: sheet.with([foot])
#for each in values.texts { par(each); strong(each) }
"""
PLACES = (
    *("কুষ্টিয়া", "কুতুবদিয়া", "ঠাকুরগাঁও", "ব্রাহ্মণবাড়িয়া", "চুয়াডাঙ্গা", "র\u200d্যাব", "লক্ষ্মী", "দায়িত্বপ্রাপ্ত"),
    *("ভ্রূণ", "শুশ্রূষা", "তৃতীয়", "কর্তৃপক্ষের", "হৃদয়", "জ্ঞান"),
)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of templates of its own, with one that shows texts."""
    (tmp_path / "common.typ").write_bytes((typesetting.TEMPLATES / "common.typ").read_bytes())
    (tmp_path / "texts.typ").write_text(TEXTS)
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    return tmp_path


def document(texts: list[str], template: str = "texts.typ", lang: str = "bn") -> Document:
    foot = {"page": "{number}/{count}", "digits": "0123456789"}
    return Document(template, "নমুনা", lang, AS_OF, {"texts": texts, **foot})


def bangla_words() -> list[str]:
    """Every Bangla word that the program says, and some names that are hard to read."""
    words = set(PLACES)
    with (LOCALES / "bn" / "LC_MESSAGES" / "monitor.po").open("rb") as catalogue:
        for entry in read_po(catalogue):
            for text in [entry.string] if isinstance(entry.string, str) else entry.string or ():
                words |= set(re.findall("[\u0980-\u09ff\u200c\u200d]+", text))
    return sorted(words)


def test_every_bangla_word_of_the_catalogue_is_found_in_running_text_and_in_both_weights(templates: Path) -> None:
    words = bangla_words()
    assert len(words) > 1_500
    pdf = typeset(document([" ".join(words)]))
    found = text_of(pdf).split()
    assert [word for word in words if found.count(nfc(word)) < 2] == []


def test_every_character_that_is_said_to_be_shown_is_in_the_fonts(templates: Path) -> None:
    characters = [chr(code) for code in range(0x20, 0x30000) if re.match(f"[{SHOWN}]", chr(code))]
    assert len(characters) > 500
    # A standard of the PDF refuses a character that no font has.
    typeset(document([" ".join(characters)]))


def test_what_the_fonts_lack_is_a_replacement_character_and_the_pdf_is_made(templates: Path) -> None:
    pdf = typeset(document(["জুনিয়াদহ 漢字 😀 \ue000 \u202eevil\u2066 \x00 مرحبا end"]))
    text = text_of(pdf)
    assert REPLACEMENT in text
    assert {"জুনিয়াদহ", "end"} <= words_of(pdf)
    assert not set("漢😀\ue000\u202e\u2066\x00م") & set(text)


HOSTILE = (
    '#import "common.typ": *',
    '#read("/etc/hosts")',
    "#panic()",
    "$a$ @label <label> *bold* _slanted_ `raw`",
    "= Heading",
    r"\u{41} \\ // comment /* more */ ~ [x] {y}",
    "https://x.invalid/",
    "&amp; <b>x</b>",
)


def test_a_value_is_text_and_never_markup(templates: Path) -> None:
    text = " ".join(text_of(typeset(document([*HOSTILE], lang="en"))).split())
    assert {hostile: text.count(hostile) for hostile in HOSTILE} == dict.fromkeys(HOSTILE, 2)


def test_the_pdf_is_tagged_titled_a4_and_the_same_bytes_every_time(templates: Path) -> None:
    pdf = typeset(document(["ভেড়ামারা"]))
    facts = facts_of(pdf)
    assert facts["Tagged"] == "yes"
    assert facts["Title"] == "নমুনা"
    assert facts["Page size"].endswith("(A4)")
    assert facts["JavaScript"] == "no"
    assert b"pdfaid:part" in pdf or b"pdfaid" in pdf
    assert b"pdfuaid" in pdf
    assert pdf == typeset(document(["ভেড়ামারা"]))


def test_a_document_that_never_ends_is_ended_in_its_time(templates: Path) -> None:
    loops = "#for a in range(3000) { for b in range(3000) { for c in range(3000) { let d = a * b * c } } }"
    (templates / "endless.typ").write_text(loops)
    with pytest.raises(CannotRender, match="not ready within 2 s"):
        typeset(document([], "endless.typ"), longest_s=2)


def test_a_document_that_takes_all_memory_is_ended(templates: Path) -> None:
    (templates / "greedy.typ").write_text("#let all = range(2000000000)\n#all.len()")
    with pytest.raises(CannotRender, match="could not be made"):
        typeset(document([], "greedy.typ"), largest_octets=600_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#let x = (1,", "unclosed delimiter"),
        ('#read("../../../../../../etc/hostname")', ""),
        ('#read("/etc/hostname")', "not found"),
    ],
)
def test_a_bad_template_and_one_that_reads_elsewhere_say_so(text: str, said: str, templates: Path) -> None:
    (templates / "bad.typ").write_text(text)
    with pytest.raises(CannotRender, match=f"could not be made: .*{said}"):
        typeset(document([], "bad.typ"))


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "find_spec", lambda _: None)
    with pytest.raises(CannotRender, match=r"upazila-monitor\[reports\]"):
        typeset(document([]))


def test_a_long_word_may_be_broken_but_never_within_a_cluster_of_bangla() -> None:
    parts = str(shown("x" * 120)).split("\u200b")
    assert "".join(parts) == "x" * 120
    assert max(map(len, parts)) == typesetting.LONGEST_WORD
    whole = nfc("ক্ষ্ম্যি" * 30)
    parts = str(shown(whole)).split("\u200b")
    assert "".join(parts) == whole
    assert len(parts) > 5
    assert {part[0] for part in parts} == {"ক"}


def test_a_word_of_usual_length_stays_as_it_is() -> None:
    assert shown({"a": ["দায়িত্বপ্রাপ্ত", 1, None, True, "http://x.example/"]}) == {
        "a": [nfc("দায়িত্বপ্রাপ্ত"), 1, None, True, "http://x.example/"]
    }


def test_the_fonts_are_those_whose_sums_the_page_beside_them_names() -> None:
    said = dict(
        re.findall(r"^\| `([\w-]+\.ttf)` .*`([0-9a-f]{64})` \|$", (FONTS / "README.md").read_text("utf-8"), re.M)
    )
    assert said == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")}
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 400_000
