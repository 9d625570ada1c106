"""The nouns of the warehouse: items, orders, stock, floor, work, parcels, exceptions, scans, facts.

No I/O and no clock here: time, ids and randomness come in as arguments.
"""
