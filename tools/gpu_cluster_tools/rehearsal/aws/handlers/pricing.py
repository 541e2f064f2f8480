"""Price list: on-demand prices of instances from the catalog."""

import json
from collections.abc import Iterator, Mapping

from gpu_cluster.catalog import INSTANCES, Price, PriceError, on_demand
from gpu_cluster_tools.rehearsal.aws.api import ApiError
from gpu_cluster_tools.rehearsal.aws.handlers.in_memory_store import Document
from gpu_cluster_tools.rehearsal.aws.handlers.paging import page_of
from gpu_cluster_tools.rehearsal.aws.router import ApiCall, Operation

_SERVICE = "AmazonEC2"
_RESULTS = 100  # of a page, where the call does not say
_FAMILIES = {"Compute Instance": False, "Compute Instance (bare metal)": True}
"""Product families, with True for bare-metal instances."""

_IGNORED = {"serviceCode", "preInstalledSw", "operatingSystem", "capacitystatus", "marketoption", "tenancy"}
"""Attributes that all prices of the catalog share: Linux, used, on demand."""


def _get_products(call: ApiCall) -> Document:
    service: str = call.parameters["ServiceCode"]
    if service != _SERVICE:
        raise ApiError("NotFoundException", f"prices of {service} are not emulated, only those of {_SERVICE}")
    asked = {each["Field"]: each["Value"] for each in call.parameters.get("Filters", [])}
    if unknown := sorted(asked.keys() - _IGNORED - {"regionCode", "productFamily", "instanceType"}):
        raise ApiError("InvalidParameterException", f"prices cannot be filtered by {unknown[0]} here")
    metal = _FAMILIES.get(asked.get("productFamily", ""))
    names = [
        name
        for name in INSTANCES
        if metal in (None, name.endswith(".metal")) and name == asked.get("instanceType", name)
    ]
    prices = [_product(name, it) for name in names for it in _price(name, asked["regionCode"])]
    return {"FormatVersion": "aws_v1", **page_of(call, "PriceList", prices, _RESULTS)}


def _price(name: str, region: str) -> Iterator[Price]:
    try:
        yield on_demand(name, region)
    except PriceError:
        return


def _product(name: str, price: Price) -> str:
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": f"{float(price.usd):.10f}"}}
    return json.dumps(
        {
            "product": {"productFamily": "Compute Instance", "attributes": {"instanceType": name}},
            "serviceCode": _SERVICE,
            "terms": {"OnDemand": {f"{name}.on-demand": {"priceDimensions": {f"{name}.hour": dimension}}}},
        }
    )


OPERATIONS: Mapping[str, Operation] = {"GetProducts": _get_products}
