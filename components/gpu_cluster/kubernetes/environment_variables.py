"""Environment variables of a stack file as Kubernetes has them."""

from collections.abc import Mapping

from pulumi_kubernetes.core import v1 as core

from gpu_cluster.config.containers import Variable


def variables(env: Mapping[str, Variable]) -> list[core.EnvVarArgs]:
    """Values as they are, and references to Secrets of the pod's namespace.

    variables({"HF_TOKEN": Variable(secret="hub", key="token")})
    # [EnvVarArgs(name="HF_TOKEN", value_from=…)]
    """
    return [_variable(name, variable) for name, variable in env.items()]


def _variable(name: str, variable: Variable) -> core.EnvVarArgs:
    if variable.secret is None or variable.key is None:
        return core.EnvVarArgs(name=name, value=variable.value)
    key = core.SecretKeySelectorArgs(name=variable.secret, key=variable.key)
    return core.EnvVarArgs(name=name, value_from=core.EnvVarSourceArgs(secret_key_ref=key))
