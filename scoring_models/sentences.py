"""Reasons in words: one short sentence for what a feature says about a lead's fit, or what happened there."""

from collections.abc import Sequence

_NOUNS = {
    "employees": "employee count",
    "founded_year": "founding year",
    "revenue_usd": "revenue",
    "funding_usd": "funding",
    "technology_count": "technology in use",
    "open_jobs": "number of open jobs",
    "industry": "industry",
    "country": "country",
    "seniority": "seniority",
    "department": "department",
    "email_status": "email address",
}
_LONGEST = 40
_TWO = 2
_DID = {
    "meeting": "met us",
    "reply": "replied",
    "click": "clicked in a message",
    "visit": "visited the website",
}
_SPANS = ((31, "in the last month"), (92, "in the last three months"), (366, "in the last year"))


def about_number(feature: str, value: float | None, *, helps: bool, rises: bool) -> str:
    """What a numeric feature says. None is missing; `rises` tells whether larger values speak for buying."""
    if value is None:
        return _about_missing(feature, helps=helps)
    amount = _amount(feature, value)
    if helps:
        return f"{amount} is in the range that buys"
    return f"{amount} is {'below' if rises else 'above'} the range that buys"


def about_category(feature: str, value: str | None, *, helps: bool, is_seen: bool) -> str:
    """What a category says. A value that training never met, or hardly, is said to be so."""
    if value is None or not value.strip():
        return _about_missing(feature, helps=helps)
    shown = _shortened(value)
    if feature == "email_status":
        return _about_address(shown, helps=helps)
    if not is_seen:
        return f"{_NOUNS[feature]} {shown} is new to the model, or rare"
    return f"{_NOUNS[feature]} {shown} buys {'more' if helps else 'less'} than average"


def about_happenings(kind: str, days_ago: Sequence[float]) -> str | None:
    """What happened at a company of late; None where that is longer ago than a year."""
    for days, span in _SPANS:
        times = sum(one <= days for one in days_ago)
        if times:
            return f"{_happened(kind, times)} {span}"
    return None


def about_acts(kind: str, days_ago: Sequence[float]) -> str | None:
    """What a prospect did of late; None where that is longer ago than a year, or says nothing."""
    verb = _DID.get(kind)
    days_ago = [days for days in days_ago if days <= _SPANS[-1][0]]
    if verb is None or not days_ago:
        return None
    if len(days_ago) == 1:
        days = int(days_ago[0])
        when = "today" if days < 1 else "yesterday" if days < _TWO else f"{days} days ago"
        return f"{verb} {when}"
    span = next(span for most, span in _SPANS if min(days_ago) <= most)
    times = sum(days <= next(most for most, name in _SPANS if name == span) for days in days_ago)
    return f"{verb} {times:,} times {span}" if times > 1 else f"{verb} {span}"


def _happened(kind: str, times: int) -> str:
    many = f"{times:,} {{}}"
    if kind == "hiring":
        return "announced " + ("1 job" if times == 1 else many.format("jobs"))
    if kind == "technology":
        return "changed " + ("1 technology" if times == 1 else many.format("technologies"))
    words = {"funding": "raised money", "news": "published news", "site": "changed its website"}[kind]
    return words if times == 1 else f"{words} {times:,} times"


def _about_missing(feature: str, *, helps: bool) -> str:
    sentence = f"{_NOUNS[feature]} is not known"
    return f"{sentence}, which is no drawback here" if helps else sentence


def _about_address(status: str, *, helps: bool) -> str:
    if helps:
        return f"email address is {status}"
    if status.casefold() in {"verified", "valid"}:
        return f"email address is {status}, which says little here"
    return f"no verified address (it is {status})"


def _amount(feature: str, value: float) -> str:
    if feature == "founded_year":
        return f"founding year {value:.0f}"
    if feature in {"revenue_usd", "funding_usd"}:
        return f"{_NOUNS[feature]} of ${_money(value)}"
    noun = {"employees": "employee", "technology_count": "known technology", "open_jobs": "open job"}[feature]
    if value == 1:
        return f"1 {noun}"
    return f"{value:,.0f} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def _money(value: float) -> str:
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.0f}"


def _shortened(value: str) -> str:
    words = " ".join(value.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
