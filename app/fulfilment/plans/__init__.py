"""Decisions about many things at once: allocation, batching, routing, cartonization, carriers.

Pure: time, ids and randomness come in as arguments, and the reasons stand beside every result.
"""
