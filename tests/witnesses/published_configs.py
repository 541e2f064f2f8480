"""Published configurations of the catalog's models, with what the catalog has of them.

    python -m tests.witnesses.published_configs --wheels DIR --checkouts DIR > configs.json

The folders are those of `python -m gpu_cluster_tools.model_catalog`; `engine_architectures.py` reads the
output.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gpu_cluster.catalog import MODELS
from gpu_cluster_tools.model_catalog.sources import published_models


def _documents(wheels: Path, checkouts: Path) -> Iterator[dict[str, Any]]:
    """Whole files only: vLLM finds the class of a model by its `architectures`."""
    for each in published_models(wheels, checkouts):
        model = MODELS.get(each.name)
        if model is None or not each.is_file or "architectures" not in each.config:
            continue
        yield {
            "name": each.name,
            "config": each.config,
            "quant": each.quant,
            "experts": model.experts,
            "predictors": model.predictors,
            "ownCode": model.own_code,
            "cacheScales": model.cache_scales,
        }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--wheels", type=Path, required=True)
    arguments.add_argument("--checkouts", type=Path, required=True)
    given = arguments.parse_args()
    json.dump(list(_documents(given.wheels, given.checkouts)), sys.stdout)


if __name__ == "__main__":
    main()
