from tenants.differences import Difference, differing, fields_hash


def test_fields_differ_where_what_they_say_differs_and_not_in_the_order_of_a_list():
    before = {"a": 1, "b": ["x", "y"], "c": 3}
    after = {"b": ["y", "x"], "c": 4, "d": None, "e": []}
    assert differing(before, after) == [
        Difference("a", 1, None),
        Difference("c", 3, 4),
        Difference("e", None, []),
    ]


def test_the_hash_tells_apart_what_differs_and_nothing_else():
    assert fields_hash({"a": 1, "b": ["x", "y"]}) == fields_hash({"b": ("y", "x"), "a": 1})
    assert len({fields_hash(one) for one in ({}, {"a": 1}, {"a": "1"}, {"b": 1}, {"a": ["1"]})}) == 5
