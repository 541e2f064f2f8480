import re

from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

from gpu_cluster.catalog import QUOTAS


def test_quota_codes_are_well_formed_and_unique() -> None:
    codes = [quota.code for quota in QUOTAS.values()]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"L-[0-9A-F]{8}", code)] == []


def test_vpc_quotas_match_the_defaults_of_moto() -> None:
    known = {it["QuotaCode"]: (it["QuotaName"], it["Value"]) for it in VPC_DEFAULT_QUOTAS}
    ours = {it.code: (it.name, float(it.default)) for it in QUOTAS.values() if it.service == "vpc"}
    assert ours == {code: known[code] for code in ours}


def test_default_quota_of_gpu_instances_is_zero() -> None:
    assert {quota.default for key, quota in QUOTAS.items() if key.endswith(("-g", "-p", "-p4", "-p5"))} == {0}
