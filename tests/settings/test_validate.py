"""What pydantic finds is said in words of ours."""

from monitor.settings.validate import described


def test_one_of_several_numbers_is_named_without_quotes() -> None:
    context = {"expected": "0 or 15"}
    error = {"type": "literal_error", "loc": ("delay_minutes",), "input": 7, "ctx": context}
    assert str(described(error)) == "found 7. Expected 0 or 15"
