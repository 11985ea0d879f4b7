from actors.simulator.bill import Bill


def test_an_empty_bill():
    assert Bill().report() == {
        "vendors": {},
        "total": {"calls": 0, "billed_calls": 0, "credits": 0},
        "distinct_billed_requests": 0,
        "repeated_billed_requests": 0,
    }


def test_the_bill_adds_up_over_vendors_and_keys():
    bill = Bill()
    for vendor, key, amount in (("apollo", "sim-a", 1), ("apollo", "sim-b", 10), ("hunter", "sim-a", 1)):
        bill.account(vendor, key).calls += 2
        bill.charge(vendor, key, "GET /x", {"domain": ["a.com"]}, amount, "credits")
    report = bill.report()
    assert report["total"] == {"calls": 6, "billed_calls": 3, "credits": 12}
    assert report["vendors"]["apollo"]["credits"] == 11
    assert report["vendors"]["apollo"]["keys"]["sim-b"]["meters"] == {"credits": 10}


def test_only_the_same_request_with_the_same_key_is_a_repeat():
    bill = Bill()
    bill.charge("apollo", "sim-a", "GET /x", {"domain": ["a.com"], "page": ["1"]}, 1, "credits")
    bill.charge("apollo", "sim-a", "GET /x", {"page": ["1"], "domain": ["a.com"]}, 1, "credits")
    bill.charge("apollo", "sim-a", "GET /x", {"domain": ["b.com"]}, 1, "credits")
    bill.charge("apollo", "sim-b", "GET /x", {"domain": ["b.com"]}, 1, "credits")
    assert (bill.report()["distinct_billed_requests"], bill.report()["repeated_billed_requests"]) == (3, 1)


def test_clearing_forgets_all():
    bill = Bill()
    bill.account("apollo", "sim-a").calls += 1
    bill.clear()
    assert bill.report() == Bill().report()
