"""The HTTP API of the central, under /v1."""
