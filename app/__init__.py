"""Storehand itself: the model, the decisions, the station, the central, the screens and the commands.

Imports point one way: cli to screens or central, station, fulfilment, model (`make check` holds them to it).
"""
