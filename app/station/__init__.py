"""One terminal without its screen: session, journal, lent work, sync, and the loop from scan to verdict.

It goes on working when the network does not, and knows nothing of the central but its HTTP API.
"""
