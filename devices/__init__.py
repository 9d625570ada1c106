"""Scanners, scales and beepers, each behind one small protocol.

What a device sends is framed here; what it means is decided elsewhere.
"""
