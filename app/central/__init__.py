"""The server behind the terminals: HTTP API, database, change feed, and the jobs that run by themselves.

One SQL database holds the truth: SQLite with nothing to set up, PostgreSQL for more than one process.
"""
