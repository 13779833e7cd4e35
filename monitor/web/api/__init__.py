"""Answer programs under /api/v1: the same acts and documents as the commands, as JSON, described by OpenAPI."""
