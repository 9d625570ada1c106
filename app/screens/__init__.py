"""What an operator sees and the keys that work, drawn with Textual.

Screens draw prompts and verdicts and pass scans and keys in; there are no rules here.
"""
