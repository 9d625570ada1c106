"""The report reads the exported orders and sums the latencies up."""

from app.robot.report import latencies, read_orders

EXPORT = """number,status,line,open,allocated
A,packed,1,0,0
A,packed,1,0,0
B,confirmed,1,2,0
C,allocated,1,0,3
D,shipped,1,0,0
E,held,1,0,0
"""


def test_an_order_is_shipped_once_its_parcels_are_closed_and_the_others_say_what_they_wait_for() -> None:
    orders = read_orders(EXPORT)
    assert orders.shipped == {"A", "D"}
    assert orders.wanting == {"B": "no_stock", "C": "not_picked", "E": "held"}


def test_percentiles_are_measured_values() -> None:
    assert latencies([float(number) for number in range(1, 101)]) == {
        "count": 100,
        "p50": 50.0,
        "p99": 99.0,
        "max": 100.0,
    }
    assert latencies([]) == {"count": 0}
