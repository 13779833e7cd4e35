"""What a page of metrics says."""

from prometheus_client.parser import text_string_to_metric_families

from tests.places import DOCS

PAGE = DOCS / "metrics.md"


def value(text: str, name: str, **labels: str) -> float | None:
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) <= 1
    return found[0] if found else None
