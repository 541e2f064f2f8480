"""Types that the models allow at a key of the stack file."""

from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from gpu_cluster.stack.diagnostic import Keys

Loc = tuple[str | int, ...]
"""A place as pydantic names it: keys, list positions, tags of unions and `[key]`."""


def place(loc: Loc, root: type[BaseModel]) -> tuple[Keys, Any]:
    """The keys as a user would write them, and the expected type there, or of the last key. `root`: model of
    the whole file."""
    keys: Keys = ()
    allowed: Any = root
    around: Any = None
    for step in loc:
        several = models(allowed)
        if step == "[key]":
            return keys, _key_of(around)
        if len(several) > 1:
            allowed = _tagged(several, step)
        else:
            keys = (*keys, step)
            around, allowed = allowed, inside(allowed, step)
    return keys, allowed


def closest_models(loc: Loc, root: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    """Models that are valid at the parent of the last step, if that step is a key: one, once the
    discriminator is known."""
    allowed: Any = root
    for step in loc[:-1]:
        several = models(allowed)
        allowed = _tagged(several, step) if len(several) > 1 else inside(allowed, step)
    return models(allowed)


def models(allowed: Any) -> tuple[type[BaseModel], ...]:
    """Models that are valid there: several if a discriminator such as `kind` decides, none for scalars."""
    return tuple(kind for kind in _kinds(allowed) if isinstance(kind, type) and issubclass(kind, BaseModel))


def inside(allowed: Any, key: str | int) -> Any:
    """Type of the value of a key, `None` if the key is unknown."""
    for kind in _kinds(allowed):
        if get_origin(kind) is dict:
            return get_args(kind)[1]
        if get_origin(kind) in (frozenset, list):
            return get_args(kind)[0]
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                if key == (field.alias or name):
                    return field.annotation
    return None


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as a stack file writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def discriminator(allowed: Any) -> str:
    """The key that decides between several models, such as `kind`."""
    fields = models(allowed)[0].model_fields.items()
    return next(name for name, field in fields if field.is_required() and _literals(field.annotation))


def tags(model: type[BaseModel]) -> tuple[Any, ...]:
    """The values that decide for a model, such as `nfs`."""
    required = (field for field in model.model_fields.values() if field.is_required())
    return tuple(tag for field in required for tag in _literals(field.annotation))


def words(allowed: Any) -> list[str]:
    """Allowed values, if they are a closed list."""
    return [str(value) for kind in _kinds(allowed) for value in (_literals(kind) or _members(kind))]


def _key_of(allowed: Any) -> Any:
    """The type of the keys of a map by name."""
    return next(get_args(kind)[0] for kind in _kinds(allowed) if get_origin(kind) is dict)


def _tagged(several: tuple[type[BaseModel], ...], tag: str | int) -> type[BaseModel]:
    return next(model for model in several if tag in tags(model))


def _kinds(allowed: Any) -> tuple[Any, ...]:
    if get_origin(allowed) is Annotated:
        return _kinds(get_args(allowed)[0])
    if get_origin(allowed) in (Union, UnionType):
        return tuple(
            kind for choice in get_args(allowed) if choice is not NoneType for kind in _kinds(choice)
        )
    return (allowed,)


def _literals(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()


def _members(kind: Any) -> tuple[Any, ...]:
    return tuple(kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
