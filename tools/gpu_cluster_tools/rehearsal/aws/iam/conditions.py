"""Condition operators.

Sources, read 2026-11-28, IAM user guide: "IAM JSON policy elements: Condition operators" and "Set operators
for multivalued context keys". A negated operator holds where the key is missing, and so does `…IfExists`;
ForAllValues holds for no values, ForAnyValue does not.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from gpu_cluster_tools.rehearsal.aws.iam.documents import PolicyError
from gpu_cluster_tools.rehearsal.aws.iam.matching import Context, matches, matches_arn, plain, resolved

Test = Callable[[str, str], bool]
"""Comparison of a value of the policy with a value of the call."""


def hold(
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]], context: Context, *, variables: bool = True
) -> bool:
    """True if every condition of a statement holds. `PolicyError` for an unknown operator."""
    return all(
        _holds(operator, values, context.get(key.lower()), context if variables else None)
        for operator, tests in conditions.items()
        for key, values in tests.items()
    )


def _holds(
    operator: str, wanted: tuple[str, ...], given: tuple[str, ...] | None, context: Context | None
) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if name == "Null":
        return (wanted[0].lower() == "true") == (not given)
    if_exists = name.endswith("IfExists")
    base = name.removesuffix("IfExists")
    negated = base in _NEGATED
    test = _TESTS.get(base.replace("Not", "", 1) if negated else base)
    if test is None or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise PolicyError(f"condition operator {operator} is not understood")
    if not given:
        return if_exists or quantifier == "ForAllValues" or (negated and not quantifier)
    values = [each if context is None else resolved(each, context) for each in wanted]
    known = [each for each in values if each is not None]

    def one(value: str) -> bool:
        return any(test(each, value) for each in known) != negated

    return all(map(one, given)) if quantifier == "ForAllValues" or not quantifier else any(map(one, given))


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return test


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(wanted: str, given: str) -> bool:
        return compare(_moment(given), _moment(wanted))

    return test


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_network(wanted: str, given: str) -> bool:
    address, network = ip_address(given), ip_network(wanted, strict=False)
    return address.version == network.version and address in network


def _equal(wanted: str, given: str) -> bool:
    return plain(wanted) == given


def _equal_in_any_case(wanted: str, given: str) -> bool:
    return plain(wanted).lower() == given.lower()


_TESTS: Mapping[str, Test] = {
    "StringEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": matches,
    "ArnEquals": matches_arn,
    "ArnLike": matches_arn,
    "Bool": _equal_in_any_case,
    "BinaryEquals": _equal,
    "IpAddress": _in_network,
    "NumericEquals": _number(lambda given, wanted: given == wanted),
    "NumericLessThan": _number(lambda given, wanted: given < wanted),
    "NumericLessThanEquals": _number(lambda given, wanted: given <= wanted),
    "NumericGreaterThan": _number(lambda given, wanted: given > wanted),
    "NumericGreaterThanEquals": _number(lambda given, wanted: given >= wanted),
    "DateEquals": _date(lambda given, wanted: given == wanted),
    "DateLessThan": _date(lambda given, wanted: given < wanted),
    "DateLessThanEquals": _date(lambda given, wanted: given <= wanted),
    "DateGreaterThan": _date(lambda given, wanted: given > wanted),
    "DateGreaterThanEquals": _date(lambda given, wanted: given >= wanted),
}

_NEGATED = {
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "ArnNotEquals",
    "ArnNotLike",
    "NotIpAddress",
    "NumericNotEquals",
    "DateNotEquals",
}
