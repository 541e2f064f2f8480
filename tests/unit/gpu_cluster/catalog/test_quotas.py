import re

from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

from gpu_cluster.catalog import QUOTAS


def test_codes_are_those_of_service_quotas_and_each_is_there_once() -> None:
    codes = [quota.code for quota in QUOTAS.values()]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"L-[0-9A-F]{8}", code)] == []


def test_those_of_networks_are_what_the_emulated_account_has() -> None:
    known = {it["QuotaCode"]: (it["QuotaName"], it["Value"]) for it in VPC_DEFAULT_QUOTAS}
    ours = {it.code: (it.name, float(it.default)) for it in QUOTAS.values() if it.service == "vpc"}
    assert ours == {code: known[code] for code in ours}


def test_a_new_account_has_no_gpu_quota() -> None:
    assert {quota.default for key, quota in QUOTAS.items() if key.endswith(("-g", "-p", "-p4", "-p5"))} == {0}
