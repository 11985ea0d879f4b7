"""Each vendor of the simulator answers where it is said to be."""

import urllib.error
import urllib.request

import pytest

from actors.simulator.launch import launch
from actors.simulator.prefixes import PREFIXES


@pytest.fixture(scope="module")
def simulator():
    with launch(companies=50) as launched:
        yield launched


@pytest.mark.parametrize("vendor", PREFIXES)
def test_a_vendor_is_where_it_is_said_to_be(simulator, vendor):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{simulator.base_url(vendor)}/no-such-thing", timeout=10)
    assert b"Nothing here" not in refused.value.read()  # it is the vendor who knows nothing of it


def test_what_is_nowhere_is_told_where_things_are(simulator):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{simulator.http}/elsewhere", timeout=10)
    told = refused.value.read().decode()
    assert all(prefix in told for prefix in PREFIXES.values())
