"""Which names hold secrets, and what secrets look like."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAME = re.compile(
    r"""(?:^|_)(?:
        pass(?:word|wd|phrase)|pwd|secret|secrets|credential|credentials|authorization|cookie|jwt|sid
      | (?:access|api|auth|encryption|master|private|secret|security|session|sign|signing|subscription)_?keys?
      | (?:access|api|auth|bearer|csrf|id|oauth|refresh|security|session|xsrf)_?tokens?
      | selected_account_id | session_id | openai_api_key
    )(?:_id|_value|_text)?$""",
    re.VERBOSE,
)
_ONLY_IN_A_BODY = {"token"}
_ONLY_IN_A_QUERY = {"auth", "code", "key", "sig", "signature", "token"}
_IN_A_HEADER = re.compile(r"(?:^|-)(?:auth|key|secret|signature|token)(?:$|-)")

# What is a secret wherever it stands; where there is a group, it is the secret. ASCII only, so that no match
# ends inside a character of UTF-8.
_SHAPES = re.compile(
    r"""
      \bsk-[\w-]{8,}                                                # OpenAI, Anthropic and others
    | \b(?:sk|pk|rk)_(?:live|test)_\w{8,}                           # Stripe
    | \b(?:gh[oprsu]_|github_pat_|glpat-|gsk_|hf_|npm_|pypi-|r8_|xai-|ya29\.)[\w.-]{12,}
    | \bxox[a-z]-[\w-]{8,}                                          # Slack
    | \b(?:AKIA|ASIA)[A-Z0-9]{12,}                                  # AWS
    | \bAIza[\w-]{20,}                                              # Google
    | \beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?                        # JSON web tokens
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b[Bb]earer\s+(?=[\w.~+/-]*\d)([\w.~+/-]{8,}=*)
    | \b[Bb]asic\s+(?=[A-Za-z0-9+/]*\d)([A-Za-z0-9+/]{8,}=*)
    | \b[a-z][a-z0-9+.-]{1,20}://([^\s/@:"'<>]*:[^\s/@"'<>]+)@           # user and password of a URL
    | (?i:\b(?:api|access|secret|private|auth)[-_ ]?(?:key|token)|\bpassw(?:or)?d|\bclient[-_]secret)
      ["']?\s*[=:]\s*["']?([^\s"'<>,;&\\]{6,})                      # name=value in plain text
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)

_PARAMETER = re.compile(r"""[?&]([\w.-]{1,60})=([^&\s"'<>#\\]{6,})""", re.ASCII)


def shapes(text: str) -> list[tuple[int, int]]:
    """Return where in a text there is something in the shape of a secret: pairs of start and end."""
    found: list[tuple[int, int]] = []
    for match in _SHAPES.finditer(text):
        group = next((group for group in range(1, (match.lastindex or 0) + 1) if match[group]), 0)
        found.append(match.span(group))
    found += [match.span(2) for match in _PARAMETER.finditer(text) if is_secret_parameter(match[1])]
    return found


@lru_cache(maxsize=4096)
def is_secret_field(name: str, *, inside: tuple[str, ...] = ()) -> bool:
    """Whether a field of a body holds a secret, by its name and the names of the fields around it."""
    snake = _snake(name)
    if snake in _ONLY_IN_A_BODY:
        return "logprobs" not in inside  # there a token is a piece of text
    return _NAME.search(snake) is not None


def is_secret_parameter(name: str) -> bool:
    """Whether a parameter of a query or a form holds a secret, by its name."""
    snake = _snake(name)
    last = snake.rpartition("_")[2]
    return last in _ONLY_IN_A_QUERY or _NAME.search(snake) is not None


def is_secret_header(name: str) -> bool:
    """Whether a header holds a secret, by its name."""
    lower = name.lower()
    return _IN_A_HEADER.search(lower) is not None or _NAME.search(_snake(lower)) is not None


def is_secret_variable(name: str) -> bool:
    """Whether an environment variable holds a secret, by its name."""
    return re.search(r"(?:^|_)(?:KEY|PASSWORD|SECRET|TOKEN|ACCOUNT_ID)$", name.upper()) is not None


def _snake(name: str) -> str:
    return "_".join(word.lower() for word in _WORD.findall(name))
