from actors.simulator.words import pairs, words


def test_words_are_split_at_commas():
    assert words("de Vries, O'Brien") == ("de Vries", "O'Brien")


def test_pairs_are_split_at_slashes():
    assert pairs("Berlin/Berlin, Köln/Nordrhein-Westfalen") == (
        ("Berlin", "Berlin"),
        ("Köln", "Nordrhein-Westfalen"),
    )
