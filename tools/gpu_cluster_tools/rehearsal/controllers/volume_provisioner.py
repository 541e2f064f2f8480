"""Simulated storage drivers of a cluster, which create the volumes that claims request.

No program binds or mounts a volume here: the scheduler and the volume controller are the real ones.
"""

from collections.abc import Collection

from gpu_cluster_tools.rehearsal.aws.ebs_driver import DRIVER, EbsDriver
from gpu_cluster_tools.rehearsal.control_plane.dynamic_client import DynamicClient, Object

_ANNOTATION = "pv.kubernetes.io/provisioned-by"
_SELECTED = "volume.kubernetes.io/selected-node"
_ZONE = "topology.kubernetes.io/zone"
_BUILT_IN = "kubernetes.io/"  # host-path, which the controller-manager makes, and no-provisioner
_OF_ONE_ZONE = (DRIVER,)


def provide(api: DynamicClient, drivers: Collection[str] | None = None, ebs: EbsDriver | None = None) -> None:
    """Create the requested volumes, and delete released ones of class Delete.

    `drivers`: those that the cluster has, where it is known which; `ebs` tries volumes of EBS in the account.
    """
    classes = {
        each["metadata"]["name"]: each
        for each in api.items("/apis/storage.k8s.io/v1/storageclasses")
        if _is_there(each["provisioner"], drivers)
    }
    volumes = api.items("/api/v1/persistentvolumes")
    made = {each["metadata"]["name"] for each in volumes}
    for claim in api.items("/api/v1/persistentvolumeclaims"):
        storage = classes.get(claim["spec"].get("storageClassName", ""))
        if storage and _is_asked_for(claim, storage) and _name(claim) not in made:
            if ebs and storage["provisioner"] == DRIVER:
                ebs.require(_claim(claim), _node_of(api, claim), storage.get("parameters") or {})
            api.create("/api/v1/persistentvolumes", _volume(api, claim, storage))
    for volume in volumes:
        if _is_given_back(volume, drivers):
            api.delete(f"/api/v1/persistentvolumes/{volume['metadata']['name']}")


def _is_asked_for(claim: Object, storage: Object) -> bool:
    waits = storage["volumeBindingMode"] == "WaitForFirstConsumer"
    return claim["status"]["phase"] == "Pending" and (
        not waits or _SELECTED in claim["metadata"].get("annotations", {})
    )


def _is_there(driver: str, drivers: Collection[str] | None) -> bool:
    return not driver.startswith(_BUILT_IN) and (drivers is None or driver in drivers)


def _is_given_back(volume: Object, drivers: Collection[str] | None) -> bool:
    return (
        volume["status"].get("phase") == "Released"
        and volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
        and _is_there(volume["metadata"].get("annotations", {}).get(_ANNOTATION, _BUILT_IN), drivers)
        and "deletionTimestamp" not in volume["metadata"]
    )


def _name(claim: Object) -> str:
    return f"pvc-{claim['metadata']['uid']}"


def _claim(claim: Object) -> str:
    return f"{claim['metadata']['namespace']}/{claim['metadata']['name']}"


def _node_of(api: DynamicClient, claim: Object) -> Object:
    """The node that the scheduler chose for the pod of a claim."""
    return api.get(f"/api/v1/nodes/{claim['metadata']['annotations'][_SELECTED]}")


def _volume(api: DynamicClient, claim: Object, storage: Object) -> Object:
    metadata = claim["metadata"]
    spec: Object = {
        "capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]},
        "accessModes": claim["spec"]["accessModes"],
        "persistentVolumeReclaimPolicy": storage["reclaimPolicy"],
        "storageClassName": storage["metadata"]["name"],
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            **{key: metadata[key] for key in ("namespace", "name", "uid", "resourceVersion")},
        },
        "hostPath": {"path": f"/var/lib/{storage['provisioner']}/{metadata['uid']}"},
    }
    if storage["provisioner"] in _OF_ONE_ZONE:
        node = _node_of(api, claim)
        zone = {"key": _ZONE, "operator": "In", "values": [node["metadata"]["labels"][_ZONE]]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": _name(claim), "annotations": {_ANNOTATION: storage["provisioner"]}},
        "spec": spec,
    }
