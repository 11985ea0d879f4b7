"""Components: the pieces that pages are made of, each a function from values to something drawn.

May import: the rest of the console, but no page. Nothing here reads data.
"""
