"""`settings.yaml`: which stacks are production, and where images may come from."""

from fnmatch import fnmatchcase
from functools import cache

from components.config.settings import Settings
from policies.file import FOLDER, load


class PolicySettings(Settings):
    production_stacks: tuple[str, ...]
    """Stacks in which production rules stop an update; * stands for any part of a name."""

    registries: tuple[str, ...]
    """Registries, or parts of one, that every stack may use."""

    def is_production(self, stack: str) -> bool:
        return any(fnmatchcase(stack, pattern) for pattern in self.production_stacks)


@cache
def policy_settings() -> PolicySettings:
    settings, _ = load(FOLDER / "settings.yaml", PolicySettings)
    return settings
