"""What is decided between an order and its delivery, as pure functions.

Plans decide about many things at once, dialogues about one person and the next thing to do.
"""
