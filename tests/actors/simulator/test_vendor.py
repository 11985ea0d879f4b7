import pytest

from actors.simulator.vendor import InvalidInputError, Params


def test_texts_and_numbers_are_read():
    params = Params({"name": [" Anna "], "page": ["3"], "empty": [""], "titles": ["CEO", "VP Sales"]})
    assert params.text("name") == "Anna"
    assert params.text("empty") is None
    assert params.text("absent") is None
    assert params.texts("titles") == ["ceo", "vp sales"]
    assert params.number("page", 1, 1, 500) == 3
    assert params.number("absent", 1, 1, 500) == 1


@pytest.mark.parametrize("page", ["0", "501", "-1", "x", 1.5])
def test_numbers_out_of_bounds_are_invalid(page):
    with pytest.raises(InvalidInputError, match="page must be a whole number from 1 to 500"):
        Params({"page": [page]}).number("page", 1, 1, 500)
