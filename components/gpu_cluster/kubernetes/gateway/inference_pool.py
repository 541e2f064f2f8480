"""The kind InferencePool of the Gateway API Inference Extension, from which a picker learns its replicas.

Source: config/crd/bases/inference.networking.k8s.io_inferencepools.yaml of
kubernetes-sigs/gateway-api-inference-extension v1.5.0, 2026-11-30, without descriptions, and with any status.
"""

from collections.abc import Mapping
from typing import Any

GROUP, PLURAL, KIND = "inference.networking.k8s.io", "inferencepools", "InferencePool"
API_VERSION = f"{GROUP}/v1"
APPROVED = {
    # The API server asks for it where a group ends in k8s.io.
    "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api-inference-extension/pull/1173"
}

_PORT = {
    "type": "object",
    "required": ["number"],
    "properties": {"number": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 65535}},
}
_NAME = {"type": "string", "minLength": 1, "maxLength": 253}
_PICKER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "group": {"type": "string", "maxLength": 253, "default": ""},
        "kind": {"type": "string", "minLength": 1, "maxLength": 63, "default": "Service"},
        "name": _NAME,
        "port": _PORT,
        "failureMode": {"type": "string", "enum": ["FailOpen", "FailClose"], "default": "FailClose"},
    },
    "x-kubernetes-validations": [
        {
            "message": "port is required when kind is 'Service' or unspecified (defaults to 'Service')",
            "rule": "self.kind != 'Service' || has(self.port)",
        }
    ],
}
_SELECTOR = {
    "type": "object",
    "required": ["matchLabels"],
    "properties": {
        "matchLabels": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 64,
            "additionalProperties": {"type": "string", "maxLength": 63},
        }
    },
}
_SPEC = {
    "type": "object",
    "required": ["endpointPickerRef", "selector", "targetPorts"],
    "properties": {
        "endpointPickerRef": _PICKER,
        "selector": _SELECTOR,
        "targetPorts": {
            "type": "array",
            "items": _PORT,
            "minItems": 1,
            "maxItems": 8,
            "x-kubernetes-list-type": "atomic",
            "x-kubernetes-validations": [
                {
                    "message": "port number must be unique",
                    "rule": "self.all(p1, self.exists_one(p2, p1.number==p2.number))",
                }
            ],
        },
    },
}


def definition() -> dict[str, Any]:
    """Spec of the CustomResourceDefinition."""
    schema = {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "spec": _SPEC,
            "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
    }
    return {
        "group": GROUP,
        "scope": "Namespaced",
        "names": {
            "kind": KIND,
            "listKind": f"{KIND}List",
            "plural": PLURAL,
            "singular": KIND.lower(),
            "shortNames": ["infpool"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": schema},
                "subresources": {"status": {}},
            }
        ],
    }


def pool(selector: Mapping[str, str], port: int, picker: str, picker_port: int) -> dict[str, Any]:
    """Spec of an InferencePool: the pods that answer, and the Service of their picker."""
    return {
        "selector": {"matchLabels": dict(selector)},
        "targetPorts": [{"number": port}],
        "endpointPickerRef": {"name": picker, "port": {"number": picker_port}, "failureMode": "FailClose"},
    }
