"""What happens between one person and the system: signing in, picking, packing, receiving, counting.

Each dialogue is three pure functions: decide, evolve and prompt.
"""
