"""Service account token of a pod, mounted at the default path and renewed every hour."""

from pulumi_kubernetes.core import v1 as core

_NAME = "api-token"
_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
_SECONDS = 3607  # as the API server itself asks for: an hour, and something to tell it by


def api_token_volume() -> core.VolumeArgs:
    """The volume of the automatic mount, as an explicit one: other pods have no token."""
    namespace = core.DownwardAPIVolumeFileArgs(
        path="namespace", field_ref=core.ObjectFieldSelectorArgs(field_path="metadata.namespace")
    )
    return core.VolumeArgs(
        name=_NAME,
        projected=core.ProjectedVolumeSourceArgs(
            sources=[
                core.VolumeProjectionArgs(
                    service_account_token=core.ServiceAccountTokenProjectionArgs(
                        path="token", expiration_seconds=_SECONDS
                    )
                ),
                core.VolumeProjectionArgs(
                    config_map=core.ConfigMapProjectionArgs(
                        name="kube-root-ca.crt", items=[core.KeyToPathArgs(key="ca.crt", path="ca.crt")]
                    )
                ),
                core.VolumeProjectionArgs(downward_api=core.DownwardAPIProjectionArgs(items=[namespace])),
            ]
        ),
    )


def api_token_mount() -> core.VolumeMountArgs:
    return core.VolumeMountArgs(name=_NAME, mount_path=_PATH, read_only=True)
