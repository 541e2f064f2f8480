"""YAML syntax errors of ruamel.yaml: their line, and advice."""

# ruamel.yaml's errors are untyped.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from ruamel.yaml.error import MarkedYAMLError

_HINTS = {
    "'\\t'": "indent with spaces, not tabs",
    "mapping values are not allowed": "put text that has a colon in quotes, or check the indentation",
    "expected <block end>": "check the indentation",
    "undefined alias": "put text that starts with * in quotes",
    "cannot start any token": "put text that starts with this character in quotes",
    "expected the node content": "a bracket or brace is not closed",
    "expected ',' or": "a bracket or brace is not closed, or a comma is missing",
    "unknown escape character": "put text that has a backslash in single quotes",
    "unexpected end of stream": "a quote is not closed",
}


def syntax_error_line(error: MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return int(mark.line) + 1 if mark else 1


def explained(error: MarkedYAMLError) -> str:
    """The parser's message, with a hint if one is known."""
    problem = str(error.problem or "the document cannot be read")
    if "another document" in problem:
        return "expected one document, found a second after ---"
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    return f"{problem}; {hint}" if hint else problem
