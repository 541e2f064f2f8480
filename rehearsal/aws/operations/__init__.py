"""What the account answers itself, by service: operations that moto has not, or keeps too little of."""

from collections.abc import Mapping

from rehearsal.aws import eks
from rehearsal.aws.answering import Operation
<<<<<<< rehearsal/aws/operations/__init__.py
from rehearsal.aws.operations import budgets, ecr

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "budgets": budgets.OPERATIONS,
=======
from rehearsal.aws.operations import ecr

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
>>>>>>> /tmp/awsx/theirs
    "ecr": ecr.OPERATIONS,
    "eks": eks.OPERATIONS,
}
