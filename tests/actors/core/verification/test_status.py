from actors.core.verification.status import Status


def test_the_words_are_those_that_contacts_are_kept_with():
    assert {str(status) for status in Status} == {
        "deliverable",
        "accept_all",
        "risky",
        "disposable",
        "undeliverable",
        "unknown",
        "pending",
    }


def test_each_word_is_explained():
    assert Status.__doc__ is not None
    assert all(f"{status}:" in Status.__doc__ for status in Status)
