from gpu_cluster.aws.eks import kubeconfig

AS_EVER = """\
{
  "apiVersion": "v1",
  "kind": "Config",
  "clusters": [
    {
      "name": "prod",
      "cluster": {
        "server": "https://0A1B.gr7.eu-central-1.eks.amazonaws.com",
        "certificate-authority-data": "Q0E="
      }
    }
  ],
  "users": [
    {
      "name": "prod",
      "user": {
        "exec": {
          "apiVersion": "client.authentication.k8s.io/v1",
          "command": "aws",
          "args": [
            "eks",
            "get-token",
            "--cluster-name",
            "prod",
            "--region",
            "eu-central-1",
            "--output",
            "json"
          ],
          "interactiveMode": "Never",
          "provideClusterInfo": false
        }
      }
    }
  ],
  "contexts": [
    {
      "name": "prod",
      "context": {
        "cluster": "prod",
        "user": "prod"
      }
    }
  ],
  "current-context": "prod"
}"""


def test_kubeconfig_is_byte_identical_across_releases() -> None:
    written = kubeconfig(
        name="prod",
        endpoint="https://0A1B.gr7.eu-central-1.eks.amazonaws.com",
        authority="Q0E=",
        region="eu-central-1",
    )
    assert written == AS_EVER
