"""The demo warehouse: made from a seed, written as the same CSV files that a real warehouse imports."""

from config.demo.warehouse import badges, write_warehouse

__all__ = ["badges", "write_warehouse"]
