from ipaddress import ip_address

import pytest

from actors.core.public import is_public
from tests.fakes.addresses import NOT_PUBLIC, PUBLIC


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_of_a_machine_or_network_of_our_own_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_anybody_is_public(address):
    assert is_public(ip_address(address))
