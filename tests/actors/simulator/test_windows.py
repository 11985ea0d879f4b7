from actors.simulator.windows import Windows


def test_requests_are_counted_for_each_key_and_endpoint(clock):
    windows = Windows(clock)
    windows.count("a", "GET /x", 10)
    assert windows.count("a", "GET /x", 10)[:4] == (10, 2, 2, 2)
    assert windows.count("b", "GET /x", 10).minute == 1
    assert windows.count("a", "GET /y", 10).minute == 1


def test_a_window_is_fixed_and_ends(clock):
    windows = Windows(clock)
    clock.now_s = 6030.0
    assert windows.count("a", "GET /x", 1).minute_ends_in_s == 31
    assert windows.count("a", "GET /x", 1).is_exceeded
    clock.now_s = 6060.0
    usage = windows.count("a", "GET /x", 1)
    assert not usage.is_exceeded
    assert (usage.minute, usage.hour, usage.day) == (1, 3, 3)


def test_clearing_forgets_all(clock):
    windows = Windows(clock)
    windows.count("a", "GET /x", 1)
    windows.clear()
    assert windows.count("a", "GET /x", 1).day == 1
