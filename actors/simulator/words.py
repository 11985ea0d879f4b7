"""Lists of words, written as one text so that they can be read as lists."""


def words(text: str) -> tuple[str, ...]:
    """The words of "one, two, three"."""
    return tuple(word.strip() for word in text.split(","))


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of "city/region, city/region"."""
    return tuple((first, second) for first, _, second in (word.partition("/") for word in words(text)))
