"""What people are called at work: titles for each seniority in each department."""

from random import Random

DEPARTMENTS = {
    "sales": 24,
    "marketing": 17,
    "engineering": 21,
    "finance": 10,
    "hr": 8,
    "operations": 13,
    "it": 7,
}
SENIORITIES = {"c_suite": 11, "vp": 13, "head": 9, "director": 18, "manager": 25, "senior": 12, "entry": 12}
LEADING = ("vp", "head", "director")

_FIELD = {
    "sales": ("Sales", "Business Development", "Revenue"),
    "marketing": ("Marketing", "Growth", "Demand Generation"),
    "engineering": ("Engineering", "Software Engineering", "Product Development"),
    "finance": ("Finance", "Financial Planning"),
    "hr": ("People", "Human Resources", "Talent"),
    "operations": ("Operations", "Supply Chain", "Customer Operations"),
    "it": ("IT", "Information Security", "IT Infrastructure"),
}
_CHIEF = {
    "executive": ("CEO", "Chief Executive Officer", "Managing Director"),
    "sales": ("Chief Revenue Officer", "Chief Sales Officer"),
    "marketing": ("Chief Marketing Officer", "CMO"),
    "engineering": ("CTO", "Chief Technology Officer"),
    "finance": ("CFO", "Chief Financial Officer"),
    "hr": ("Chief People Officer",),
    "operations": ("COO", "Chief Operating Officer"),
    "it": ("CIO", "Chief Information Officer"),
}
_STAFF = {
    "sales": ("Account Executive", "Sales Development Representative", "Key Account Specialist"),
    "marketing": ("Content Marketer", "Performance Marketing Specialist", "Marketing Analyst"),
    "engineering": ("Software Engineer", "Mechanical Engineer", "QA Engineer"),
    "finance": ("Accountant", "Financial Analyst"),
    "hr": ("Recruiter", "HR Generalist"),
    "operations": ("Operations Analyst", "Procurement Specialist"),
    "it": ("Systems Administrator", "IT Support Specialist"),
}
_SHAPES = {
    "vp": ("VP {field}", "VP of {field}", "Vice President of {field}"),
    "head": ("Head of {field}",),
    "director": ("Director of {field}", "{field} Director"),
    "manager": ("{field} Manager", "Manager, {field}"),
}


def title(rng: Random, seniority: str, department: str) -> str:
    """A title for a seniority in a department ("executive" being those who lead the company)."""
    if seniority == "founder":
        return rng.choice(("Founder & CEO", "Co-Founder & CEO", "Founder"))
    if seniority == "c_suite":
        return rng.choice(_CHIEF[department])
    if seniority in {"senior", "entry"}:
        job = rng.choice(_STAFF[department])
        return f"Senior {job}" if seniority == "senior" else job
    return rng.choice(_SHAPES[seniority]).format(field=rng.choice(_FIELD[department]))
