"""The table of a paper's states: every change that there is, and what must hold over all of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.progress import AT_PRINTER, IN_LINE, OVER, TABLE, News, State, after

CHANGES = """
queued: sending>sent held>blocked refused>refused moved>queued voided>void
blocked: sending>sent held>blocked refused>refused moved>queued voided>void again>queued
refused: again>queued moved>queued voided>void
sent: accepted>accepted printing>printing stopped>stopped printed>printed refused>refused lost>unknown held>blocked
accepted: accepted>accepted printing>printing stopped>stopped printed>printed refused>refused lost>unknown withdrawn>queued voided>void
printing: accepted>accepted printing>printing stopped>stopped printed>printed refused>refused lost>unknown withdrawn>queued voided>void
stopped: accepted>accepted printing>printing stopped>stopped printed>printed refused>refused lost>unknown withdrawn>queued voided>void
unknown: came_out>printed again>queued voided>void
printed:
void:
"""  # noqa: E501 one state a line
WRITTEN = {
    (State(line.split(":")[0]), News(change.split(">")[0])): State(change.split(">")[1])
    for line in CHANGES.strip().splitlines()
    for change in line.split(":")[1].split()
}
PERSON = {News.CAME_OUT, News.AGAIN, News.MOVED, News.VOIDED}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("news", News)
def test_each_news_in_each_state(state: State, news: News) -> None:
    assert after(state, news) is WRITTEN.get((state, news))


@given(st.lists(st.sampled_from(News)))
def test_what_may_have_come_out_is_sent_again_only_by_a_persons_yes(heard: list[News]) -> None:
    state, maybe_out = State.QUEUED, False
    for news in heard:
        then = after(state, news)
        if then is None:
            continue
        if then is State.SENT:
            assert not maybe_out
        if news in {News.HELD, News.REFUSED, News.WITHDRAWN, News.AGAIN}:
            maybe_out = False
        elif then in AT_PRINTER or then in {State.UNKNOWN, State.PRINTED}:
            maybe_out = True
        state = then


def test_what_nobody_knows_waits_for_a_person() -> None:
    assert set(TABLE[State.UNKNOWN]) <= PERSON
    assert State.UNKNOWN not in IN_LINE


def test_what_is_over_stays_over() -> None:
    assert all(not TABLE[state] for state in OVER)


def test_a_person_can_take_back_whatever_is_not_on_its_way_or_over() -> None:
    assert all(after(state, News.VOIDED) is State.VOID for state in set(State) - OVER - {State.SENT})
