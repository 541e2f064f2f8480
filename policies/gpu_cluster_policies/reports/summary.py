"""One line about an evaluation, with which every report begins or ends."""

from gpu_cluster_policies.not_judged import counted
from gpu_cluster_policies.reports.evaluation import Evaluation


def summary_of(judged: Evaluation) -> str:
    """`prod: 2 findings stop an update, 1 advises, 14 are waived; 88 rules on 297 resources`

    It is `clean` only if everything was judged; otherwise it counts what was not.
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
    unseen = f"not judged: {counted(it.kind for it in judged.not_judged)}" if judged.not_judged else ""
    rules, resources = len(judged.pack.rules), _counted(len(judged.resources), "resource", "resources")
    return f"{judged.name}: {'; '.join(filter(None, [found, unseen, f'{rules} rules on {resources}']))}"


def _counted(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
