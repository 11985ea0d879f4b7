from actors.simulator.chance import draw64, fraction, pick, stream


def test_the_same_names_give_the_same_draws():
    assert stream(7, "a").random() == stream(7, "a").random()
    assert draw64(7, "a") == draw64(7, "a")


def test_other_names_give_other_draws():
    assert len({stream(7, name).random() for name in range(100)}) == 100
    assert len({draw64(7, name) for name in range(100)}) == 100


def test_fractions_are_spread_evenly():
    fractions = [fraction("even", number) for number in range(4000)]
    assert all(0 <= one < 1 for one in fractions)
    assert 0.47 < sum(fractions) / len(fractions) < 0.53


def test_pick_reaches_every_option():
    assert {pick("abc", number) for number in range(50)} == set("abc")


def test_draws_are_the_same_in_every_process():
    assert draw64("fixed") == 15281359874742332371
