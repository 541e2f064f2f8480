"""Settings in user data that break a rule, or that no rule can judge."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gpu_cluster_policies.resources.property import Property
from gpu_cluster_policies.resources.user_data import UserDataPart, parts_of
from gpu_cluster_policies.rule import NotJudgedProperty, Violation


class UserDataProblem(NamedTuple):
    """A setting that is weaker than that of the image, or that no rule can judge."""

    actual: str
    expected: str
    judged: bool = True


def user_data_violations(
    given: Property, problems_of: Callable[[UserDataPart], Iterable[UserDataProblem]]
) -> Iterator[Violation]:
    """Each problem of the parts of user data once; none where there is no user data."""
    if given.value is None:
        return
    for problem in dict.fromkeys(problem for part in parts_of(given) for problem in problems_of(part)):
        kind = Violation if problem.judged else NotJudgedProperty
        yield kind(given, problem.expected, f"text that sets {problem.actual}")
