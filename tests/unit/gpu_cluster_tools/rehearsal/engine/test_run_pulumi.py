import os
import sys
from pathlib import Path

import pytest

from gpu_cluster_tools.rehearsal import PulumiEngine
from gpu_cluster_tools.rehearsal.engine.event_log import EventLog
from gpu_cluster_tools.rehearsal.engine.run_pulumi import Run, run_pulumi

ENGINE = f"""#!{sys.executable}
import json, signal, sys, time
log = open(sys.argv[sys.argv.index("--event-log") + 1], "a")
urn = "urn:pulumi:dev::p::a:b:C::d"
def say(event):
    log.write(json.dumps(event) + "\\n"); log.flush()
def end(number, frame):
    say({{"diagnosticEvent": {{"severity": "error", "message": "cancelled"}}}})
    sys.exit(1)
signal.signal(signal.SIGINT, end)
say({{"resourcePreEvent": {{"metadata": {{"op": "create", "urn": urn}}}}}})
print("hello from", sys.argv[1])
if "--hang" in sys.argv:
    time.sleep(60)
if "--fail" in sys.argv:
    print("all is lost")
    sys.exit(3)
say({{"resOutputsEvent": {{"metadata": {{"op": "create", "urn": urn}}}}}})
"""


@pytest.fixture
def engine(tmp_path: Path) -> PulumiEngine:
    program = tmp_path / "pulumi"
    program.write_text(ENGINE)
    program.chmod(0o755)
    return PulumiEngine(tmp_path, "dev", {"PATH": f"{tmp_path}:{os.defpath}"})


@pytest.fixture(autouse=True)
def path(engine: PulumiEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", engine.environment["PATH"])


def run(engine: PulumiEngine, *arguments: str) -> Run:
    return run_pulumi(engine, "up", *arguments, record=engine.project / "runs" / "01-up")


def test_run_records_events_and_output(engine: PulumiEngine) -> None:
    done = run(engine)

    assert (done.held, done.errors) == (True, [])
    assert [str(operation) for operation in done.log.finished] == ["create C d"]
    assert done.output.read_text() == "hello from up\n"


def test_failed_run_without_errors_reports_its_last_output(engine: PulumiEngine) -> None:
    done = run(engine, "--fail")

    assert (done.held, done.errors) == (False, ["hello from up", "all is lost"])


def test_watcher_can_cancel_a_run(engine: PulumiEngine) -> None:
    def enough(log: EventLog) -> bool:
        return not log.begun

    done = run_pulumi(engine, "up", "--hang", record=engine.project / "up", watch=enough)

    assert (done.held, done.errors) == (False, ["cancelled"])
