from gpu_cluster_tools.rehearsal.aws.api import Api


def test_instance_profiles_are_listed_by_path_prefix(api: Api) -> None:
    for name, path in (("of-nodes", "/"), ("made", "/karpenter/eu-central-1/ml/uid/")):
        api.call("iam", "CreateInstanceProfile", InstanceProfileName=name, Path=path)
    listed = api.call("iam", "ListInstanceProfiles", PathPrefix="/karpenter/eu-central-1/ml/")
    assert [each["InstanceProfileName"] for each in listed["InstanceProfiles"]] == ["made"]
    everything = api.call("iam", "ListInstanceProfiles")["InstanceProfiles"]
    assert {each["InstanceProfileName"] for each in everything} >= {"of-nodes", "made"}
