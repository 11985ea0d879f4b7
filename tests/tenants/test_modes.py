from tenants.modes import HOLD_EVENTS, HOLD_RETRIES, HOLD_WORK, Mode, strictest


def test_the_strictest_mode_counts_and_without_any_it_is_on():
    assert strictest() is Mode.ON
    assert strictest(Mode.ON, Mode.DRAINING) is Mode.DRAINING
    assert strictest(Mode.STOPPED, Mode.PAUSED, Mode.ON) is Mode.STOPPED


def test_a_stricter_mode_holds_all_that_a_milder_one_holds():
    held = [[kind for kind in (HOLD_EVENTS, HOLD_RETRIES, HOLD_WORK) if mode in kind] for mode in Mode]
    assert [len(kinds) for kinds in held] == [0, 1, 2, 3]
