"""Codes that people copy by hand."""

from monitor.accounts import codes


def test_a_code_is_known_again_however_it_was_typed() -> None:
    code = codes.new_code(4)
    assert len(code) == 19
    assert codes.code_hash(f"  {code.upper().replace('-', ' ')} ") == codes.code_hash(code)
    for mark in (".", "\u0964", ","):
        assert codes.code_hash(f"{code}{mark}") == codes.code_hash(code), "copied with the sentence's end"
    assert codes.as_typed("O0-Il1") == "00111"
    assert codes.as_typed("\u09e7\u09e8\u09e9") == "123"


def test_no_letter_of_a_code_is_read_as_another() -> None:
    assert not set("ilou") & set(codes.ALPHABET)
    assert len(set(codes.ALPHABET)) == 32
    assert len({codes.new_code(4) for _ in range(500)}) == 500
