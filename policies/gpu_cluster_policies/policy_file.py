"""Files of a project's folder `policies`, read as strictly as a stack file."""

from pathlib import Path
from typing import TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gpu_cluster.config.section import Settings
from gpu_cluster.stack.diagnostic import Diagnostic, FileError, Keys, LocatedDiagnostic
from gpu_cluster.stack.document import Document, UnreadableFileError, read
from gpu_cluster.stack.suggestions import did_you_mean, one_of

_EXPECTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "keys and values",
    "date_from_datetime_parsing": "a date such as 2027-06-30",
    "date_type": "a date such as 2027-06-30",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "greater_than_equal": "0 or more",
    "mapping_type": "keys and values",
    "too_short": "at least one",
}

M = TypeVar("M", bound=Settings)

FOLDER = "policies"
"""Folder of a project that holds its policy settings and waivers."""


class PolicyFileError(FileError):
    """A file of the pack that cannot be used."""


def load(path: Path, model: type[M], *, context: object = None) -> tuple[M, Document]:
    """The file as this model, with its lines; `context` is for the model's validators.

    `PolicyFileError` names every error with its line and key.
    """
    try:
        document = read(path)
    except UnreadableFileError as error:
        message = error.message
        if message.startswith("the file is empty"):
            message = f"the file is empty; expected keys such as {one_of(_keys_at(model, ('',)))}, or no file"
        raise PolicyFileError((LocatedDiagnostic(shown(path), error.line, "", message),)) from None
    diagnostics = list(document.diagnostics)
    try:
        content = model.model_validate(document.data, context=context)
    except ValidationError as error:
        diagnostics += (_diagnostic(details, model) for details in error.errors())
        raise PolicyFileError(document.located(shown(path), diagnostics)) from None
    if diagnostics:
        raise PolicyFileError(document.located(shown(path), diagnostics))
    return content, document


def shown(path: Path) -> str:
    """The file as problems name it: `policies/waivers.yaml`."""
    return f"{path.parent.name}/{path.name}" if path.parent.name == FOLDER else path.name


def _diagnostic(error: ErrorDetails, model: type[Settings]) -> Diagnostic:
    keys, given = error["loc"], error["input"]
    got = "nothing" if given is None else repr(given)
    match error["type"]:
        case "missing":
            message = "required key is missing"
        case "extra_forbidden":
            known = _keys_at(model, keys)
            message = f"unknown key{did_you_mean(str(keys[-1]), known) or '; allowed: ' + ', '.join(known)}"
        case "value_error":
            message = f"expected {error['ctx']['error']}, got {got}" if "ctx" in error else error["msg"]
        case "less_than_equal" if "ctx" in error:
            message = f"expected at most {error['ctx']['le']}, got {got}"
        case kind:
            message = f"expected {_EXPECTED.get(kind, error['msg'])}, got {got}"
    return Diagnostic(keys, message)


def _keys_at(model: type[Settings], keys: Keys) -> list[str]:
    """Keys of the section that the last of these keys stands in."""
    for key in keys[:-1]:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if key in fields:
            model = next(filter(_is_section, get_args(fields[str(key)].annotation)), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Settings)
