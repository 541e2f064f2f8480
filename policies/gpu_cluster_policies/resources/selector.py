"""Label selectors as the API server reads them."""

from collections.abc import Mapping

from gpu_cluster_policies.resources.property import Property


def selects(selector: Property, labels: Mapping[str, str]) -> bool:
    """Whether it selects objects with these labels: an empty selector selects all, an absent one none."""
    if selector.value is None:
        return False
    wanted = selector.at("matchLabels").texts()
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions = selector.at("matchExpressions").items()
    return all(_matches(expression, labels.get(expression.at("key").text)) for expression in expressions)


def _matches(expression: Property, label: str | None) -> bool:
    values = [item.text for item in expression.at("values").items()]
    match expression.at("operator").text:
        case "In":
            return label in values
        case "NotIn":
            return label not in values
        case "Exists":
            return label is not None
        case "DoesNotExist":
            return label is None
        case _:
            return False
