from gpu_cluster_tools.scaffold.stack_copy import copy_of

FILE = """# the template site-1
kubeconfig: ~/.kube/site-1.yaml
hostname: site-11
hubToken: {secure: v1:site-1}
server: nas-a
"""


def test_words_are_replaced_where_no_letter_or_digit_adjoins_them() -> None:
    copy = copy_of(FILE, {"site-1": "site-2", "nas-a": "nas-b", "elsewhere": "x"})

    assert copy.text.splitlines()[1:3] == ["kubeconfig: ~/.kube/site-2.yaml", "hostname: site-11"]
    assert (2, "kubeconfig: ~/.kube/site-2.yaml") in copy.changed
    assert (5, "server: nas-b") in copy.changed
    assert copy.unused == ("elsewhere",)
    assert copy.has_secrets


def test_a_new_word_is_not_replaced_again() -> None:
    assert copy_of("a: one\nb: two\n", {"one": "two", "two": "one"}).text == "a: two\nb: one\n"
