"""What an officer opens: Grafana's dashboards as code, Prometheus' rules, their provisioning."""
