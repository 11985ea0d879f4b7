import pytest

from console.addresses import address_of, path_to
from console.faults import BadRequest, NotFound


def test_an_address_names_tenant_page_and_filters():
    address = address_of({"pathname": "/t/acme/runs", "search": "?status=failed,done&lead=&agent=x"})
    assert (address.tenant, address.slug) == ("acme", "runs")
    assert address.query == {"status": "failed,done", "agent": "x"}
    assert path_to("acme", "runs") == "/t/acme/runs"


@pytest.mark.parametrize("path", ["", "/", "/t", "/t/acme", "/x/acme/runs", "/t/acme/runs/more", None])
def test_other_paths_lead_nowhere(path):
    with pytest.raises(NotFound):
        address_of({"pathname": path})


@pytest.mark.parametrize(
    "sent", [None, "text", 5, {"pathname": "/t/" + "x" * 3000}, {"pathname": "/t/a/b", "search": "&a=1" * 30}]
)
def test_what_is_no_address_is_refused(sent):
    with pytest.raises(BadRequest):
        address_of(sent)
