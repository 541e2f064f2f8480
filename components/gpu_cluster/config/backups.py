"""`gpu-cluster:backups`: cross-region copies of disk and file system backups."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from gpu_cluster.config.names import NonBlank
from gpu_cluster.config.section import Settings


class BackupSettings(Settings):
    """Cross-region copies of backups."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"copyDays": ["copyTo"]}})

    copy_to: NonBlank | None = None
    """Region that receives a copy of every backup, such as eu-west-1. Default: none."""

    copy_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    """Retention of copies, in days. Default: that of the source backup."""

    @model_validator(mode="after")
    def _copied(self) -> Self:
        if self.copy_days and not self.copy_to:
            raise ValueError("copyDays needs copyTo, the region that copies are kept in")
        return self
