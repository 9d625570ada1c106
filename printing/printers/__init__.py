"""The ways to paper, each behind one small protocol: IPP, CUPS, ZPL by network and USB, a folder, a program.

A driver never guesses: what it cannot know it calls lost, and a person looks.
"""
