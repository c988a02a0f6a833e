"""Names cut down for narrow columns."""


def initials(name: str) -> str:
    """First letters of the first and the last word of a name, in capitals; one letter if there is one word."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()
