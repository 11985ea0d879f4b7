from dash import html

from console.components.json_view import LIMIT, json_view


def shown(block: html.Div) -> str:
    pieces = block.children[1].children
    return "".join(piece if isinstance(piece, str) else piece.children for piece in pieces)


def test_json_is_indented_and_nothing_is_lost():
    value = {"name": 'a "quoted" name', "count": -1.5e3, "ok": True, "none": None, "list": ["<script>", 7]}
    block = json_view("Input", value)
    assert '"name": "a \\"quoted\\" name"' in shown(block)
    assert '"<script>"' in shown(block)
    kinds = {piece.className for piece in block.children[1].children if not isinstance(piece, str)}
    assert kinds == {"json-key", "json-string", "json-number", "json-word"}


def test_what_is_too_long_is_cut_and_says_so():
    block = json_view("Output", {"text": "x" * LIMIT * 2})
    assert len(shown(block)) == LIMIT
    assert "The first" in block.children[2].children


def test_nothing_is_drawn_for_nothing():
    assert json_view("Error", None) is None
