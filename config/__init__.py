"""Settings, and the data that ships with them: demo warehouse, rate cards, rule packs.

Only the commands read from here; they pass values on.
"""
