"""moto as a WSGI application, the base of the account."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateImportUsage=false
# (moto has hardly any types)

import os
from functools import cache
from wsgiref.types import WSGIApplication

from moto import backends
from moto.core import responses
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from gpu_cluster_tools.rehearsal.aws import moto_patches


def moto_application() -> WSGIApplication:
    """An empty account with the policies that AWS has itself, which roles attach by ARN."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    iam_backends.reset()  # one that was made before has none of them
    _remember_what_never_changes()
    moto_patches.patch_moto()
    return DomainDispatcherApplication(create_backend_app)


def _remember_what_never_changes() -> None:
    """Cache moto's scans of its own folders and classes, which take a quarter of the time of each request."""
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)
