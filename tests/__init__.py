"""Tests, in a tree that mirrors the code; journeys/ are whole working days through the real parts.

The database is real in both kinds: SQLite in a file, PostgreSQL from `tests/postgres.py`.
"""
