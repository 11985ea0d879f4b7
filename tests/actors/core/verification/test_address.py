import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.core.verification.address import Address, Fault, Malformed, Unfit, read_address


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("pat@acme.example", "pat", "acme.example"),
        ("  pat@acme.example ", "pat", "acme.example"),
        ("Pat.Doe+x@Acme.Example", "Pat.Doe+x", "acme.example"),
        ("o'brien@acme.example", "o'brien", "acme.example"),
        ("pat@münchen.example", "pat", "xn--mnchen-3ya.example"),
        ("pat@straße.example", "pat", "xn--strae-oqa.example"),
        ("pat@xn--mnchen-3ya.example", "pat", "xn--mnchen-3ya.example"),
        ("Info@acme.example", "Info", "acme.example"),
        (f"{'a' * 64}@acme.example", "a" * 64, "acme.example"),
    ],
)
def test_an_address_is_read(text, local, domain):
    assert read_address(text) == Address(local, domain)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.EMPTY),
        ("   ", Fault.EMPTY),
        ("pat", Fault.NO_AT),
        ("@acme.example", Fault.NO_LOCAL),
        ("pat@", Fault.NO_DOMAIN),
        ("pat doe@acme.example", Fault.UNSEEN),
        ("pat@acme.example\n", Fault.UNSEEN),
        ("pat\u200b@acme.example", Fault.UNSEEN),
        ("\ud800@acme.example", Fault.UNSEEN),
        ('"pat doe"@acme.example', Fault.UNSEEN),
        ('"pat"@acme.example', Fault.QUOTED),
        ("pat(home)@acme.example", Fault.COMMENT),
        ("pat@[192.0.2.1]", Fault.LITERAL),
        ("pat@[IPv6:2001:db8::1]", Fault.LITERAL),
        (f"{'a' * 65}@acme.example", Fault.LONG_LOCAL),
        (f"{'é' * 33}@acme.example", Fault.LONG_LOCAL),
        (f"pat@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 60}.example", Fault.LONG),
        ("p\u2603t@acme.example", Fault.LETTERS),
        ("pat..doe@acme.example", Fault.SYNTAX),
        (".pat@acme.example", Fault.SYNTAX),
        ("pat@acme..example", Fault.SYNTAX),
        ("pat@-acme.example", Fault.SYNTAX),
        ("pat@acme_x.example", Fault.SYNTAX),
        ("pat@doe@acme.example", Fault.SYNTAX),
        ("mailto:pat@acme.example", Fault.SYNTAX),
        ("<pat@acme.example>", Fault.SYNTAX),
        ("pat@acme.example,doe@acme.example", Fault.SYNTAX),
    ],
)
def test_what_is_no_address_says_why(text, fault):
    found = read_address(text)
    assert isinstance(found, Malformed)
    assert found.fault is fault
    assert bool(found.detail) == (fault is Fault.SYNTAX)


@pytest.mark.parametrize(
    ("text", "unfit"),
    [
        ("pat@io", Unfit.ONE_LABEL),
        ("pat@192.0.2.1", Unfit.NUMBERED),
        ("jörg@acme.example", Unfit.INTERNATIONAL),
        ("jorg@acme.example", None),
    ],
)
def test_an_address_may_be_unfit_for_business(text, unfit):
    found = read_address(text)
    assert isinstance(found, Address)
    assert found.unfit is unfit


def test_two_spellings_of_a_letter_are_one():
    assert read_address("jo\u0308rg@acme.example") == read_address("j\u00f6rg@acme.example")


@given(st.one_of(st.text(max_size=80), st.emails(), st.from_regex(r"[^@]{1,20}@[^@]{1,30}", fullmatch=True)))
def test_what_was_read_reads_the_same_again(text):
    found = read_address(text)
    if isinstance(found, Address):
        assert read_address(str(found)) == found
        assert len(str(found).encode()) <= 254
        assert found.domain.isascii()
        assert found.domain == found.domain.lower()


@pytest.mark.dataset
def test_known_addresses(dataset):
    """No wrong one is taken, and each right one is; whether business mail goes there is said beside it."""
    lines = dataset("email/isemail.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines]
    wrong = [case for case in cases if case["category"] == "ISEMAIL_ERR"]
    right = [case for case in cases if case["category"] == "ISEMAIL_VALID_CATEGORY"]
    assert (len(wrong), len(right)) == (66, 14)
    for case in wrong:
        for text in (case["address"], with_controls(case["address"])):
            assert isinstance(read_address(text), Malformed), case
    found = {case["address"]: read_address(case["address"]) for case in right}
    assert all(isinstance(address, Address) for address in found.values())
    assert {text for text, address in found.items() if address.unfit is not None} == {"test@io"}


def with_controls(text):
    """The text with control characters where the data set has pictures of them."""
    return "".join(
        chr(ord(letter) - 0x2400) if 0x2400 <= ord(letter) <= 0x2420 else letter for letter in text
    )
