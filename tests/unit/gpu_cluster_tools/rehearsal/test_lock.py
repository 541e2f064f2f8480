import threading
import time
from pathlib import Path

from gpu_cluster_tools.rehearsal.lock import locked


def test_lock_has_one_holder_at_a_time(tmp_path: Path) -> None:
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(50):
            with locked(tmp_path / "lock"):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)  # long enough for another thread to enter
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_deleted_lock_file_blocks_no_process(tmp_path: Path) -> None:
    path, second_is_in, third_may_go = tmp_path / "lock", threading.Event(), threading.Event()

    def second() -> None:
        with locked(path):
            second_is_in.set()
            assert third_may_go.wait(10)

    with locked(path):
        thread = threading.Thread(target=second)
        thread.start()
        assert not second_is_in.wait(0.1)
        path.unlink()
    assert second_is_in.wait(10)

    assert path.exists()  # the second process created its own file, on which a third one waits
    third_may_go.set()
    thread.join()
