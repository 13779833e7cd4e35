"""What panels share in words."""

from monitor.domain.message import N_

NO_ANSWER = N_("No data: Prometheus cannot read the monitor. See the dashboard 'Monitor itself'.")
"""What stands in a panel whose queries always bring something, as long as the monitor is scraped."""
