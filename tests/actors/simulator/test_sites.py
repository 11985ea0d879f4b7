import json
import re
from xml.etree import ElementTree as ET

import pytest

from actors.simulator.feed import feed_type
from actors.simulator.sites import closed_path

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
    assert about["address"]["addressCountry"] == company.country
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
    seen = set()
    for company in [c for c in world.companies if c.has_site]:
        seen.add(closed_path(company))
        if len(seen) < 3 or company.number < 40:
            text = (await http.get(f"/sites/{company.domain}/robots.txt")).text
            assert text.splitlines()[:2] == ["User-agent: *", f"Disallow: {closed_path(company)}"]
    assert seen == {"/", "/careers", "/admin/"}


async def test_size_and_age_stand_on_the_front_page_or_else_on_the_page_about_the_company(http, world):
    where = set()
    for company in [c for c in world.companies if c.has_site][:40]:
        front = (await http.get(f"/sites/{company.domain}/")).text
        assert '<a href="about">' in front
        where.add("numberOfEmployees" in front)
        about = json.loads(JSON_LD.search((await http.get(f"/sites/{company.domain}/about")).text)[1])
        assert about["mainEntity"]["numberOfEmployees"]["value"] == company.employees
        assert about["mainEntity"]["foundingDate"] == str(company.founded_year)
    assert where == {True, False}


async def test_servers_say_what_they_are(http, world):
    cloudflare = next(c for c in world.companies if c.has_site and "Cloudflare" in c.technologies)
    other = next(c for c in world.companies if c.has_site and "Cloudflare" not in c.technologies)
    assert "cf-ray" in (await http.get(f"/sites/{cloudflare.domain}/")).headers
    assert "cf-ray" not in (await http.get(f"/sites/{other.domain}/")).headers


async def test_a_feed_is_named_on_the_front_page_where_there_is_one(http, world):
    seen = set()
    for company in [c for c in world.companies if c.has_site][:30]:
        dialect = feed_type(company)
        seen.add(dialect)
        front = (await http.get(f"/sites/{company.domain}/")).text
        response = await http.get(f"/sites/{company.domain}/feed.xml")
        if dialect is None:
            assert "feed.xml" not in front
            assert response.status_code == 404
        else:
            assert f'<link rel="alternate" type="{dialect}" title="News" href="feed.xml">' in front
            assert response.headers["content-type"] == dialect
            assert ET.fromstring(response.content).tag.rpartition("}")[2] in {"rss", "feed"}
    assert len(seen) == 3


async def test_companies_without_site_and_unknown_domains_are_404(http, world):
    without = next(c.domain for c in world.companies if not c.has_site)
    unknown = next(f"x{n}.com" for n in range(1000) if not world.company_by_domain(f"x{n}.com").is_known)
    for domain in (without, unknown, "nonsense"):
        assert (await http.get(f"/sites/{domain}/")).status_code == 404


async def test_other_pages_are_404(http, company):
    assert (await http.get(f"/sites/{company.domain}/admin/")).status_code == 404


async def test_a_front_page_can_be_made_to_lead_elsewhere_and_back_home(http, company):
    moves = {
        company.domain: [301, "https://new.example/"],
        "old.example": [302, f"https://{company.domain}/"],
    }
    assert (await http.put("/_simulator/moves", json=moves)).json() == moves
    for domain, (status, target) in moves.items():
        response = await http.get(f"/sites/{domain}/")
        assert (response.status_code, response.headers["location"]) == (status, target)
    assert (await http.get(f"/sites/{company.domain}/careers")).status_code == 200
    left = (await http.put("/_simulator/moves", json={company.domain: None, "never.example": None})).json()
    assert left == (await http.get("/_simulator/moves")).json() == {"old.example": moves["old.example"]}
    assert (await http.get(f"/sites/{company.domain}/")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    ["https://new.example/", [200, "https://new.example/"], [301], ["301", "https://new.example/"], 301],
)
async def test_a_move_that_is_none_is_refused_and_moves_nothing(http, company, wrong):
    moves = {company.domain: [301, "https://new.example/"], "old.example": wrong}
    response = await http.put("/_simulator/moves", json=moves)
    assert response.status_code == 400
    assert (await http.get("/_simulator/moves")).json() == {}
