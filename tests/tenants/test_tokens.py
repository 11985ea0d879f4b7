import pytest

from tenants.tokens import hash_of, new_token


def test_each_token_is_another_and_is_known_by_its_hash():
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert all(token.startswith("leadmill_") for token in made)
    hashes = {hash_of(token) for token in made}
    assert len(hashes) == 50
    assert {len(one) for one in hashes} == {32}


@pytest.mark.parametrize(
    "other", ["", "leadmill_", "secret", "x" * 52, "leadmill_" + "ü" * 43, "leadmill_" + "x" * 44]
)
def test_what_can_be_no_token_of_ours_has_no_hash(other):
    assert hash_of(other) is None
    assert hash_of(new_token() + "\n") is None
