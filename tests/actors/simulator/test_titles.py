from random import Random

import pytest

from actors.simulator.titles import DEPARTMENTS, SENIORITIES, title


@pytest.mark.parametrize("seniority", SENIORITIES)
@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_seniority_of_every_department_has_a_title(seniority, department):
    assert title(Random(1), seniority, department)


def test_titles_say_how_senior_somebody_is():
    assert title(Random(1), "head", "sales").startswith("Head of ")
    assert title(Random(1), "senior", "engineering").startswith("Senior ")
    assert "Founder" in title(Random(1), "founder", "executive")
