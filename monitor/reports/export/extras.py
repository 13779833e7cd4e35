"""Say which packages a format needs that are not installed with the program itself."""

from monitor.domain.message import Message, message


class ExtraMissing(Exception):
    """A format cannot be made here, because its package is not installed; the message says what to do."""

    def __init__(self, package: str) -> None:
        self.said: Message = message(
            "the package {package} is not installed. Expected the program with its reports: "
            "pip install 'upazila-monitor[reports]'",
            package=package,
        )
        super().__init__(self.said)
