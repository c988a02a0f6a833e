"""Bearer tokens: random, shown once, kept as a digest alone."""

import hashlib
import secrets


def new_token() -> str:
    """A token of 192 random bits, for an address."""
    return secrets.token_urlsafe(24)


def token_digest(token: str) -> str:
    """What is kept of a token: 64 hexadecimal digits of SHA-256, by which it is found again."""
    return hashlib.sha256(token.encode()).hexdigest()
