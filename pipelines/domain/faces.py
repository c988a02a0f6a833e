"""How an engineer is recognised in narrow places: letters and one of ten hues, the same everywhere."""

HUES = 10


def initials(name: str) -> str:
    """First letters of the first and the last word of a name, in capitals; one letter if there is one word."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def hue(engineer: int) -> int:
    """The hue of an engineer, by their number."""
    return engineer % HUES
