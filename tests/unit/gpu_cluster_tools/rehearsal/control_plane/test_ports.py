import socket

from gpu_cluster_tools.rehearsal.control_plane.ports import assign, free


def test_each_name_gets_its_own_free_port() -> None:
    ports = assign(("a", "b", "c"), {})

    assert ports.keys() == {"a", "b", "c"}
    assert len(set(ports.values())) == 3
    assert all(free(port) for port in ports.values())


def test_port_is_kept_until_another_process_listens_on_it() -> None:
    before = assign(("a", "b"), {})
    assert assign(("a", "b"), before) == before

    with socket.create_server(("127.0.0.1", before["a"])):
        after = assign(("a", "b"), before)

    assert after["a"] != before["a"]
    assert after["b"] == before["b"]


def test_port_with_a_wildcard_listener_is_not_free() -> None:
    [port] = assign(("a",), {}).values()

    with socket.create_server(("0.0.0.0", port)):
        assert not free(port)
