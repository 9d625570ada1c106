"""Batching: which orders share a tour, so that all tours of a wave together are short.

``plan_at_once`` and ``better_plans`` plan a wave; ``batch`` chooses the next tour for a cart, one at a time.
"""

from app.fulfilment.plans.batching.measure import Measure
from app.fulfilment.plans.batching.one_block import OneBlockTours
from app.fulfilment.plans.batching.one_sequence import OneSequence
from app.fulfilment.plans.batching.orders import Cart, Order, Rules, Wave
from app.fulfilment.plans.batching.planning import Method, Plan, better_plans, plan_at_once, plan_in_time
from app.fulfilment.plans.batching.seeding import NEAR, WaitingOrder, batch

__all__ = [
    "NEAR",
    "Cart",
    "Measure",
    "Method",
    "OneBlockTours",
    "OneSequence",
    "Order",
    "Plan",
    "Rules",
    "WaitingOrder",
    "Wave",
    "batch",
    "better_plans",
    "plan_at_once",
    "plan_in_time",
]
