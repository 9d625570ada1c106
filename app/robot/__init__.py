"""An operator made of a screen reader and a virtual scanner, for the demo, tests and measuring.

It knows only what is painted: nothing of the rest of Storehand is imported here.
"""
