import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.fingerprint import fingerprint, normalised


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("no answer to GET /v1/people within 20 s", "no answer to GET /v1/people within 8.5 s"),
        ("'acme.com' is no domain", "'o-brien.example' is no domain"),
        ("acme.com says nothing", "mail.globex.co.uk says nothing"),
        ("run 5f0c2ab4-1111-4222-8333-abcdefabcdef", "run 00000000-1111-4222-8333-abcdefabcdee"),
        ("at https://a.com/x?y=1 it ended", "at http://127.0.0.1:8080/ it ended"),
        ("ann@acme.com bounced", "bob.smith+x@globex.com bounced"),
        ("key 9f86d081884c7d65 refused", "key 1234567890 refused"),
        ("too\n  many spaces", "too many   spaces"),
    ],
)
def test_what_differs_from_one_failure_to_the_next_does_not_count(first, second):
    assert normalised(first) == normalised(second)


@pytest.mark.parametrize(
    ("first", "second"), [("no key", "no address"), ("GET /people refused", "GET /companies refused")]
)
def test_what_says_something_else_is_something_else(first, second):
    assert normalised(first) != normalised(second)


def test_class_agent_provider_and_message_all_count():
    usual = {"error_class": "ProviderDown", "message": "m", "agent": "enrichment", "provider": "apollo"}
    others = [{"error_class": "RateLimited"}, {"message": "o"}, {"agent": "scoring"}, {"provider": None}]
    found = {fingerprint(**usual), *(fingerprint(**usual | other) for other in others)}
    assert len(found) == 5


@given(st.text())
def test_any_message_has_a_short_normal_form_that_stays_as_it_is(message):
    once = normalised(message)
    assert len(once) <= 300
    assert normalised(once) == once or len(once) == 300
    assert len(fingerprint(error_class="E", message=message, agent="a", provider=None)) == 12


def test_what_comes_after_the_first_two_thousand_letters_makes_no_difference():
    long = "x" * 2_000
    assert normalised(f"{long} one") == normalised(f"{long} other")
    assert normalised(f"{long[:100]} one") != normalised(f"{long[:100]} other")
