from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal.aws.faults import Fault, FaultError, Faults


def test_faults_are_parsed_with_name_and_rate() -> None:
    assert Faults.parsed(["throttling=0.5", "node-never-joins"]).rates == {
        Fault.THROTTLING: 0.5,
        Fault.NODE_NEVER_JOINS: 0.2,
    }


@pytest.mark.parametrize(
    ("word", "message"),
    {
        "throtling": "no fault is called 'throtling', did you mean 'throttling'?",
        "earthquake": "no fault is called 'earthquake'; there are throttling, eventual-consistency, ",
        "throttling=often": "throttling: expected a rate between 0 and 1, got 'often'",
        "throttling=2": "throttling: expected a rate between 0 and 1, got '2'",
        "throttling=nan": "throttling: expected a rate between 0 and 1, got 'nan'",
    }.items(),
)
def test_invalid_fault_is_an_error_with_a_suggestion(word: str, message: str) -> None:
    with pytest.raises(FaultError) as caught:
        Faults.parsed([word])

    assert str(caught.value).startswith(message)


def test_faults_strike_at_their_rate_and_deterministically() -> None:
    faults = Faults.parsed(["throttling=0.25"], seed=7)

    struck = [place for place in range(4000) if faults.strikes(Fault.THROTTLING, place)]

    assert 900 < len(struck) < 1100
    assert struck == [place for place in range(4000) if faults.strikes(Fault.THROTTLING, place)]
    assert not any(faults.strikes(Fault.INSUFFICIENT_CAPACITY, place) for place in range(4000))


def test_faults_depend_on_seed_and_run() -> None:
    def struck(faults: Faults) -> list[bool]:
        return [faults.strikes(Fault.THROTTLING, place) for place in range(100)]

    rates = {Fault.THROTTLING: 0.5}
    assert struck(Faults(rates, seed=1)) != struck(Faults(rates, seed=2))
    assert struck(Faults(rates, seed=1)) != struck(Faults(rates, seed=1, run=1))


def test_account_reads_the_written_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Faults.of_this_account() == Faults()

    faults = Faults({Fault.THROTTLING: 0.5}, seed=3, run=2)
    faults.write(tmp_path)

    assert Faults.of_this_account() == faults
