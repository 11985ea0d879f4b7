import json
import re

import pytest

from actors.simulator.chance import fraction

JSON_LD = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def company(world):
    return next(
        c for c in world.companies if c.has_site and 2 < c.open_jobs < 20 and "HubSpot" in c.technologies
    )


async def test_the_front_page_describes_the_company(http, company):
    response = await http.get(f"/sites/{company.domain}/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    about = json.loads(JSON_LD.search(response.text)[1])
    assert (about["@type"], about["name"]) == ("Organization", company.name)
    assert about["numberOfEmployees"]["value"] == company.employees
    assert f'<meta property="og:site_name" content="{company.name}">' in response.text
    assert "js.hs-scripts.com" in response.text
    assert '<a href="careers">' in response.text


async def test_the_careers_page_lists_the_open_jobs(http, company):
    page = (await http.get(f"/sites/{company.domain}/careers")).text
    postings = [json.loads(text) for text in JSON_LD.findall(page)]
    assert len(postings) == page.count('<li class="job"') == company.open_jobs
    assert {posting["@type"] for posting in postings} == {"JobPosting"}


async def test_at_most_twenty_jobs_are_shown(http, world):
    company = next(c for c in world.companies if c.has_site and c.open_jobs > 20)
    page = (await http.get(f"/sites/{company.domain}/careers")).text
    assert page.count('<li class="job"') == 20


async def test_robots_are_told_where_not_to_go(http, world):
    for company in [c for c in world.companies if c.has_site][:80]:
        is_closed = fraction("robots", company.domain) < 0.03
        text = (await http.get(f"/sites/{company.domain}/robots.txt")).text
        assert text.splitlines()[0] == "User-agent: *"
        assert ("Disallow: /" in text.splitlines()) == is_closed


async def test_companies_without_site_and_unknown_domains_are_404(http, world):
    without = next(c.domain for c in world.companies if not c.has_site)
    unknown = next(f"x{n}.com" for n in range(1000) if not world.company_by_domain(f"x{n}.com").is_known)
    for domain in (without, unknown, "nonsense"):
        assert (await http.get(f"/sites/{domain}/")).status_code == 404


async def test_other_pages_are_404(http, company):
    assert (await http.get(f"/sites/{company.domain}/admin/")).status_code == 404
