"""Envoy's bootstrap configuration, with which it connects to its controller."""

from pathlib import Path
from typing import Any

_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


def bootstrap(certificates: Path) -> dict[str, Any]:
    """Bootstrap as the controller writes it: internal/xds/bootstrap/bootstrap.yaml.tpl of v1.6.0."""

    def from_file(name: str, file: str) -> dict[str, Any]:
        source = {"path_config_source": {"path": str(certificates / file)}, "resource_api_version": "V3"}
        return {"name": name, "sds_config": source}

    address = {"socket_address": {"address": "127.0.0.1", "port_value": 18000}}
    http2: dict[str, Any] = {
        "@type": f"type.googleapis.com/{_HTTP}",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    tls = {
        "tls_params": {"tls_maximum_protocol_version": "TLSv1_3"},
        "tls_certificate_sds_secret_configs": [from_file("xds_certificate", "xds-certificate.json")],
        "validation_context_sds_secret_config": from_file("xds_trusted_ca", "xds-trusted-ca.json"),
    }
    cluster: dict[str, Any] = {
        "name": "xds_cluster",
        "type": "STATIC",
        "connect_timeout": "10s",
        "load_assignment": {
            "cluster_name": "xds_cluster",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
        "typed_extension_protocol_options": {_HTTP: http2},
        "transport_socket": {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {"@type": _TLS, "common_tls_context": tls},
        },
    }
    ads: dict[str, Any] = {"ads": {}, "resource_api_version": "V3"}
    return {
        "node": {"id": "envoy-0", "cluster": "gateway-system/models"},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds_cluster"}}],
                "set_node_on_first_message_only": True,
            },
            "lds_config": ads,
            "cds_config": ads,
        },
        "static_resources": {"clusters": [cluster]},
    }
