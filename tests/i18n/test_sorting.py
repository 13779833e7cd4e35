"""Names are sorted as CLDR says for Bangla: what ICU does is the measure."""

import random
import subprocess
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.i18n.sorting import name_key

HERE = Path(__file__).parent
PYTHON_WITH_ICU = "/usr/bin/python3"


def differences(marked: list[str]) -> list[tuple[str, str]]:
    """Return the neighbours in ICU's order that our key puts otherwise."""
    return [
        (before[1:], after[1:])
        for before, after in pairwise(marked)
        if not (
            name_key(before[1:]) == name_key(after[1:])
            if after[0] == "="
            else name_key(before[1:]) < name_key(after[1:])
        )
    ]


def test_two_and_a_half_thousand_names_stand_in_icus_order() -> None:
    marked = (HERE / "data" / "names-by-icu.txt").read_text(encoding="utf-8").splitlines()

    assert len(marked) == 2_500
    assert differences(marked) == []


@pytest.mark.skipif(
    subprocess.run([PYTHON_WITH_ICU, "-c", "import icu"], capture_output=True, check=False).returncode != 0,
    reason="no PyICU beside this Python",
)
def test_other_names_stand_in_icus_order_too() -> None:
    from_icu = "from by_icu import made_up, marked; print('\\n'.join(marked(made_up(seed=20_26, count=1_500))))"
    answer = subprocess.run(
        [PYTHON_WITH_ICU, "-c", from_icu], cwd=HERE, capture_output=True, encoding="utf-8", check=True
    )

    marked = answer.stdout.splitlines()
    assert len(marked) == 1_500
    assert differences(marked) == []


@pytest.mark.parametrize("seed", range(20))
def test_however_a_name_is_encoded_it_sorts_alike(seed: int) -> None:
    rng = random.Random(seed)
    letters = [chr(code) for code in range(0x0980, 0x0A00) if unicodedata.category(chr(code)) != "Cn"]
    name = "".join(rng.choices(letters, k=30))

    keys = {name_key(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(keys) == 1


def test_bangla_stands_before_latin_and_digits_before_both() -> None:
    names = ["Zoom", "\u09b9\u09be\u099f", "\u0995\u09b2\u09c7\u099c", "9", "\u09e8", "1", "(x)", "abc"]  # haat, kalej

    assert sorted(names, key=name_key) == [
        "(x)",
        "1",
        "\u09e8",
        "9",
        "\u0995\u09b2\u09c7\u099c",
        "\u09b9\u09be\u099f",
        "abc",
        "Zoom",
    ]


def test_a_mark_decides_only_where_the_letters_are_equal() -> None:
    da_a, rra_ka, rra = "\u09a1\u0996", "\u09a1\u09bc\u0995", "\u09a1\u09bc"

    # rra differs from dda by its mark alone, so what follows decides first.
    assert sorted([da_a, rra_ka, rra, "\u09a1"], key=name_key) == ["\u09a1", rra, rra_ka, da_a]
