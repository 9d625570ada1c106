"""Symbols, labels, documents, their proof-reading, the spool and the printers.

What is printed is read back before it counts as a label.
"""
