from collections.abc import Mapping
from typing import Any

import pytest

from dashboards.answers import Window, answers

BOARD: dict[str, Any] = {
    "templating": {
        "list": [
            {"type": "datasource", "name": "source"},
            {"type": "query", "name": "namespace", "query": 'label_values(up{job=~"models-.*"}, namespace)'},
            {"type": "query", "name": "model", "query": 'label_values(up{namespace="$namespace"}, model)'},
        ]
    },
    "panels": [
        {
            "title": "now",
            "targets": [{"expr": 'sum(a{model="$model"}[$__range])*$__range_s', "instant": True}],
        },
        {
            "title": "over time",
            "targets": [
                {
                    "expr": "rate(b[$__rate_interval])",
                    "instant": False,
                    "legendFormat": "{{pod}} GPU {{ gpu }}",
                }
            ],
        },
    ],
}
VALUES = {"namespace": ["vision", "serving"], "model": ["chat"]}


class Asked:
    """Notes what is asked, and answers with one series."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def __call__(self, path: str, parameters: Mapping[str, str]) -> Any:
        if path.startswith("label/"):
            self.queries.append(parameters["match[]"])
            return VALUES[path.split("/")[1]]
        self.queries.append(parameters["query"])
        found: dict[str, Any] = {"metric": {"pod": "chat-0", "gpu": "1"}}
        one = {"value": [100, "2"]} if path == "query" else {"values": [[95, "1"], [100, "2"]]}
        return {"result": [{**found, **one}]}


def test_variables_are_expanded_as_grafana_does() -> None:
    ask = Asked()

    answers(BOARD, ask, Window(40, 100), {"namespace": "vision"})

    assert ask.queries == [
        'up{job=~"models-.*"}',
        'up{namespace="vision"}',
        'sum(a{model="chat"}[60s])*60',
        "rate(b[60s])",
    ]


def test_a_legend_has_the_labels_of_its_series() -> None:
    now, over_time = answers(BOARD, Asked(), Window(40, 100), {})

    assert [it.points for it in now.series] == [((100, 2),)]
    assert [(it.name, it.points) for it in over_time.series] == [("chat-0 GPU 1", ((95, 1), (100, 2)))]


def test_a_value_that_prometheus_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"no value 'visoin' of namespace: .* has serving, vision"):
        answers(BOARD, Asked(), Window(40, 100), {"namespace": "visoin"})
