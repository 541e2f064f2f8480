"""Bearer tokens from environment variables."""


def authorization(variable: str, token: str) -> str:
    """Value of the header; a line end around the token is removed. `ValueError` for a token that no header
    can carry, without the token: the HTTP client would print it.
    """
    word = token.strip()
    if not (word.isascii() and word.isprintable()) or " " in word:
        raise ValueError(f"expected {variable} to be printable ASCII characters without spaces")
    return f"Bearer {word}"
