"""robots.txt as RFC 9309 reads it: examples of ours, properties, and a plain matcher to compare with."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.providers import manners
from actors.providers.robots import MOST_BYTES, TOKEN, Robots, RobotsKept, Rule, read_robots


def robots(text: str) -> Robots:
    return read_robots(text.encode())


def allowed(rules: str, path: str) -> bool:
    return robots("User-agent: *\n" + rules).allows(path)


def test_the_name_in_the_file_is_the_one_that_we_give() -> None:
    assert manners._USER_AGENT.split("/")[0] == TOKEN


# Who is meant


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("", True),
        ("Disallow: /", True),  # of nobody
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: leadmill\nDisallow: /", False),
        ("User-agent: LeadMill/2.0 (+https://example.com)\nDisallow: /", False),
        ("User-agent: leadmill-images\nDisallow: /", True),
        ("User-agent: leadmillion\nDisallow: /", True),
        # whoever is named is not just anybody
        ("User-agent: *\nDisallow: /\n\nUser-agent: leadmill\nDisallow: /private", True),
        ("User-agent: leadmill\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: leadmill\nUser-agent: *\nDisallow: /", False),
        ("User-agent: a\nUser-agent: leadmill\nUser-agent: b\nDisallow: /", False),
        # groups of one name are one group
        (
            "User-agent: leadmill\nDisallow: /x\n\nUser-agent: b\nDisallow: /\n\nuser-agent: leadmill\nDisallow: /",
            False,
        ),
        ("User-agent: *\nAllow: /x\nUser-agent: *\nDisallow: /", False),
        # other lines, empty ones and remarks end no group
        (
            "User-agent: leadmill\nCrawl-delay: 5\n\nSitemap: https://a.example/s.xml\nnonsense\nDisallow: /",
            False,
        ),
        ("User-agent: a\nSitemap: x\nUser-agent: leadmill\nDisallow: /", False),
        ("User-agent: leadmill # that is us\n# nothing\nDisallow: / # all of it", False),
        # how it is written
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("USER-AGENT:*\rDISALLOW:/", False),
        ("  User-agent :  *  \r\n\tDisallow\t:\t/\r\n", False),
        ("User-agent *\nDisallow /", True),
        ("User-agent: *\nDisallow: /\0", True),  # some path with a NUL in it
        ("<!doctype html><title>User-agent: *\nNot found</title>", True),
    ],
)
def test_who_is_meant(text: str, is_allowed: bool) -> None:
    assert robots(text).allows("/") == is_allowed


# What is meant


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        ("Disallow: /careers", "/careers", False),
        ("Disallow: /careers", "/careers/cook?x=1", False),
        ("Disallow: /careers", "/careersatacme", False),
        ("Disallow: /careers/", "/careers", True),
        ("Disallow: /careers", "/Careers", True),
        ("Disallow: /careers", "/en/careers", True),
        ("Disallow:", "/", True),
        ("Disallow: /", "/robots.txt", True),
        # the longest rule is right, and a permission where two are as long
        ("Disallow: /\nAllow: /careers", "/careers", True),
        ("Allow: /\nDisallow: /careers", "/careers", False),
        ("Allow: /careers\nDisallow: /careers", "/careers", True),
        ("Disallow: /careers\nAllow: /careers", "/careers", True),
        ("Allow: /en/\nDisallow: /en/careers\nAllow: /en/careers/cook", "/en/careers/cook", True),
        ("Disallow: /*.php\nAllow: /a", "/a.php", False),
        # wildcards
        ("Disallow: *", "/", False),
        ("Disallow: /*", "/x", False),
        ("Disallow: /*/careers", "/en/careers", False),
        ("Disallow: /*/careers", "/careers", True),
        ("Disallow: /*.pdf$", "/a/b.pdf", False),
        ("Disallow: /*.pdf$", "/a/b.pdf?x", True),
        ("Disallow: /a$", "/a", False),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/en", True),
        ("Disallow: /a*a$", "/a", True),
        ("Disallow: /a*a$", "/aa", False),
        ("Disallow: /*?", "/x?y", False),
        ("Disallow: /a**b", "/axxb", False),
        ("Disallow: /a*$", "/abc", False),
        # signs that are meant as they stand, and letters that are escaped or not
        ("Disallow: /a%24", "/a$", False),
        ("Disallow: /a%2A", "/a*", False),
        ("Disallow: /a%2A", "/ab", True),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow: /%63areers", "/careers", False),
        ("Disallow: /careers", "/%63areers", False),
        ("Disallow: /%7euser", "/~user", False),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /über-uns", "/%C3%BCber-uns", False),
        ("Disallow: /%c3%bcber-uns", "/über-uns", False),
        ("Disallow: /a b", "/a%20b", False),
        ("Disallow: careers", "/careers", True),
    ],
)
def test_what_is_meant(rules: str, path: str, is_allowed: bool) -> None:
    assert allowed(rules, path) == is_allowed


# A matcher that is plain and slow, to compare with.


def plainly_covers(pattern: str, path: str) -> bool:
    parts = [re.escape(part) for part in pattern.removesuffix("$").split("*")]
    end = r"\Z" if pattern.endswith("$") else ""
    return re.match(".*".join(parts) + end, path, re.DOTALL) is not None


_PATHS = st.text("ab/", max_size=12).map(lambda rest: "/" + rest)
_PATTERNS = st.builds(
    lambda rest, end: f"/{rest}{end}", st.text("ab/*", max_size=8), st.sampled_from(["", "$"])
)


@settings(max_examples=500)
@given(_PATTERNS, _PATHS)
def test_a_pattern_covers_what_a_plain_matcher_says(pattern: str, path: str) -> None:
    assert Rule(pattern, allows=False).covers(path) == plainly_covers(pattern, path)


@settings(max_examples=500)
@given(st.lists(st.tuples(_PATTERNS, st.booleans()), max_size=6), _PATHS)
def test_the_longest_rule_that_covers_decides(given_rules: list[tuple[str, bool]], path: str) -> None:
    text = "\n".join(f"{'Allow' if allows else 'Disallow'}: {pattern}" for pattern, allows in given_rules)
    covering = [(len(pattern), allows) for pattern, allows in given_rules if plainly_covers(pattern, path)]
    assert allowed(text, path) == (not covering or max(covering)[1])


@given(
    st.permutations(["Disallow: /a", "Allow: /a/b", "Disallow: /a/b/c$", "Allow: /", "Disallow: /*d"]), _PATHS
)
def test_the_order_of_rules_is_of_no_account(rules: list[str], path: str) -> None:
    assert allowed("\n".join(rules), path) == allowed("\n".join(sorted(rules)), path)


@given(st.text("ab/é ~-.", max_size=12))
def test_how_a_letter_is_escaped_is_of_no_account(rest: str) -> None:
    plain = f"/{rest}z"
    escaped = "".join(chr(byte) if byte == ord("/") else f"%{byte:02x}" for byte in plain.encode())
    for rule in (plain, escaped, escaped.upper()):
        for path in (plain, escaped, escaped.upper()):
            assert not allowed(f"Disallow: {rule}$", path)
            assert allowed(f"Disallow: {rule}$", path + "z")


_LINES = st.sampled_from(
    [
        "User-agent: *",
        "User-agent: leadmill",
        "User-agent: x",
        "Disallow: /",
        "Allow: /a",
        "Disallow: /*b$",
        ":",
        "#",
        "",
    ]
)


@given(st.lists(_LINES | st.text(max_size=20), max_size=20), st.sampled_from(["\n", "\r", "\r\n"]), _PATHS)
def test_any_file_can_be_read_and_names_no_worse_than_nobody(lines: list[str], end: str, path: str) -> None:
    found = robots(end.join(lines))
    assert found.allows("/robots.txt")
    forbids = any("disallow" in line.lower() for line in lines)
    assert forbids or found.allows(path)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(body: bytes) -> None:
    read_robots(body).allows("/")


# How much of it counts


def test_what_stands_beyond_the_limit_does_not_count() -> None:
    filler = "#" * (MOST_BYTES - 100) + "\n"
    assert not robots(f"User-agent: *\n{filler}Disallow: /").allows("/x")
    filler = "#" * MOST_BYTES + "\n"
    assert robots(f"User-agent: *\n{filler}Disallow: /").allows("/x")


def test_a_line_that_is_cut_in_two_does_not_count() -> None:
    begin = "User-agent: *\n"
    filler = "#" * (MOST_BYTES - len(begin) - len("\nDisallow: /")) + "\n"
    assert len(f"{begin}{filler}Disallow: /") == MOST_BYTES
    assert robots(f"{begin}{filler}Disallow: /private").allows("/x")
    assert not robots(f"{begin}{filler}Disallow: /").allows("/x")


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: *\n",
        "User-agent: leadmill\n",
        "Disallow: /" + "*a" * 400 + "\n",
        "Disallow: /*\n",
        ":\n",
        "\n",
    ],
)
def test_a_hostile_file_comes_to_an_end(line: str) -> None:
    begin = "User-agent: leadmill\nUser-agent: *\n"
    whole = (begin + line * (MOST_BYTES // len(line)))[:MOST_BYTES]
    found = robots(whole + "\nDisallow: /x")
    found.allows("/" + "a" * 2000)
    # names without end, and rules for each of them
    found = robots(begin + line * 10_000 + "Disallow: /a\n" * 10_000)
    assert len(found.rules) <= 20_000


# For how long it is kept

NO, YES = robots("User-agent: *\nDisallow: /"), Robots()


def test_what_was_read_is_kept_for_a_while() -> None:
    kept = RobotsKept(seconds=60, most_letters=10_000)
    assert kept.get("https://a.example/", 0) is None
    kept.keep("https://a.example/", NO, 0)
    assert kept.get("https://a.example/", 60) is NO
    assert kept.get("http://a.example/", 60) is None
    assert kept.get("https://a.example/", 61) is None
    kept.keep("https://a.example/", YES, 61)
    assert kept.get("https://a.example/", 100) is YES


def test_no_more_is_kept_than_there_is_room_for_and_what_was_used_last_stays() -> None:
    long = robots("User-agent: *\n" + "Disallow: /x\n" * 5)
    kept = RobotsKept(seconds=60, most_letters=2 * long.letters + 40)
    kept.keep("a", long, 0)
    kept.keep("b", long, 0)
    assert kept.get("a", 1) is long
    kept.keep("c", long, 1)
    assert [kept.get(one, 1) is not None for one in "abc"] == [True, False, True]
    for _ in range(50):  # the same again takes no more room
        kept.keep("c", long, 1)
    assert kept.get("a", 1) is long
    kept.keep("d", robots("User-agent: *\n" + "Disallow: /x\n" * 50), 1)
    assert [kept.get(one, 1) for one in "abcd"] == [None] * 4
