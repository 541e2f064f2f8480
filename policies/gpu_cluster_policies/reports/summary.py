"""One line about an evaluation, with which every report begins or ends."""

from gpu_cluster_policies.not_judged import Unseen, counted
from gpu_cluster_policies.reports.evaluation import Evaluation


def summary_of(judged: Evaluation) -> str:
    """`prod: 2 findings stop an update, 1 advises, 14 are waived; 88 rules on 297 resources`

    It is `clean` only if everything was judged or waived; it counts what was not judged.
    """
    parts = [
        *(
            [_counted(judged.stopping, "finding stops an update", "findings stop an update")]
            if judged.stopping
            else []
        ),
        *([_counted(judged.advising, "advises", "advise")] if judged.advising else []),
        *([_counted(len(judged.waived), "is waived", "are waived")] if judged.waived else []),
        *([_counted(len(judged.exempt), "is exempt", "are exempt")] if judged.exempt else []),
    ]
    clean = not (judged.findings or judged.report.stale or judged.not_judged)
    found = ", ".join(["clean", *parts] if clean else parts)
    unseen = _named("not judged", judged.not_judged)
    reviewed = _named("not judged, waived", judged.not_judged_waived)
    rules, resources = len(judged.pack.rules), _counted(len(judged.resources), "resource", "resources")
    parts = [found, unseen, reviewed, f"{rules} rules on {resources}"]
    return f"{judged.name}: {'; '.join(filter(None, parts))}"


def _named(title: str, unseen: tuple[Unseen, ...]) -> str:
    return f"{title}: {counted(it.kind for it in unseen)}" if unseen else ""


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
