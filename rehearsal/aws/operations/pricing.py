"""The price list: what instances cost on demand, as the catalog has it."""

import json
from collections.abc import Iterator, Mapping

from components.catalog import INSTANCES, Price, PriceError, on_demand
from rehearsal.aws.answering import Call, Operation
from rehearsal.aws.api import ApiError
from rehearsal.aws.operations.shelf import Document

_SERVICE = "AmazonEC2"
_FAMILIES = {"Compute Instance": False, "Compute Instance (bare metal)": True}
"""Whether it is of metal instances."""

_IGNORED = {"serviceCode", "preInstalledSw", "operatingSystem", "capacitystatus", "marketoption", "tenancy"}
"""Attributes in which all prices of the catalog are alike: Linux, used, on demand."""


def _get_products(call: Call) -> Document:
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
    start = int(call.parameters.get("NextToken") or 0)
    end = start + int(call.parameters.get("MaxResults") or 100)
    more = {"NextToken": str(end)} if end < len(prices) else {}
    return {"FormatVersion": "aws_v1", "PriceList": prices[start:end], **more}


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
