"""ECR lifecycle policies, as JSON."""

import json
from typing import Any


def keep_newest(count: int) -> str:
    """Expire all but the newest images, tagged or not: images that are pulled by digest have no tag."""
    return _policy({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count})


def keep_newest_and_tagged(count: int, days: int) -> str:
    """Policy as `keep_newest`, which also expires untagged images after these days."""
    return _policy(
        {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
    )


def _policy(*selections: dict[str, Any]) -> str:
    return json.dumps(
        {
            "rules": [
                {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
                for priority, selection in enumerate(selections, start=1)
            ]
        }
    )
