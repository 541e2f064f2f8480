"""CIS Amazon EKS Benchmark."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_NODE = "run kube-bench on a node: settings of the node image are not in the stack"

CIS_EKS = Catalogue(
    title="CIS Amazon EKS Benchmark 1.8.0",
    source="Center for Internet Security, CIS Amazon Elastic Kubernetes Service (EKS) Benchmark v1.8.0",
    date="2025",
    prefix="CIS",
    controls=(
        Control("2.1.1", "Audit logs are on"),
        Control("2.1.2", "Audit logs are collected and managed", (5,), "log review"),
        Control("3.1.1", "The kubelet kubeconfig has restrictive permissions", elsewhere=_NODE),
        Control("3.1.2", "The kubelet kubeconfig is owned by root", elsewhere=_NODE),
        Control("3.1.3", "The kubelet configuration has restrictive permissions", elsewhere=_NODE),
        Control("3.1.4", "The kubelet configuration is owned by root", elsewhere=_NODE),
        Control("3.2.1", "Anonymous kubelet access is disabled", elsewhere=_NODE),
        Control("3.2.2", "Kubelet authorization uses the API server", elsewhere=_NODE),
        Control("3.2.3", "The kubelet has a client CA file", elsewhere=_NODE),
        Control("3.2.4", "The kubelet read-only port is disabled", elsewhere=_NODE),
        Control("3.2.5", "Streaming connections have an idle timeout", elsewhere=_NODE),
        Control("3.2.6", "The kubelet manages iptables chains", elsewhere=_NODE),
        Control("3.2.7", "The event rate limit is appropriate", elsewhere=_NODE),
        Control("3.2.8", "Kubelet client certificates rotate", elsewhere=_NODE),
        Control("3.2.9", "Kubelet server certificates rotate", elsewhere=_NODE),
        Control("4.1.1", "cluster-admin is used only where required"),
        Control("4.1.2", "Access to secrets is minimized"),
        Control("4.1.3", "Wildcards in roles are minimized"),
        Control(
            "4.1.4", "Permission to create pods is minimized", elsewhere="bindings of manually created roles"
        ),
        Control("4.1.5", "Default service accounts are not used"),
        Control("4.1.6", "Service account tokens are mounted only where required"),
        Control("4.1.7", "Cluster access uses access entries"),
        Control("4.1.8", "Bind, impersonate and escalate are limited"),
        Control(
            "4.1.9",
            "Permission to create persistent volumes is minimized",
            elsewhere="who may, with kubectl auth can-i",
        ),
        Control("4.1.10", "Access to the node proxy is minimized"),
        Control("4.1.11", "Access to webhook configurations is minimized"),
        Control(
            "4.1.12", "Permission to create tokens is minimized", elsewhere="who may, with kubectl auth can-i"
        ),
        Control("4.2.1", "No privileged containers"),
        Control("4.2.2", "No pods share the host process namespace"),
        Control("4.2.3", "No pods share the host IPC namespace"),
        Control("4.2.4", "No pods use the host network"),
        Control("4.2.5", "Privilege escalation is not allowed"),
        Control("4.3.1", "The CNI enforces network policies"),
        Control("4.3.2", "Every namespace has network policies"),
        Control(
            "4.4.1",
            "Secrets are files rather than environment variables",
            elsewhere="how applications read them",
        ),
        Control("4.4.2", "External secret storage is considered", elsewhere="storage of application secrets"),
        Control("4.5.1", "Namespaces separate resources", (63, 64, 65), "one namespace per team"),
        Control("4.5.2", "The default namespace is not used"),
        Control("5.1.1", "Images are scanned"),
        Control(
            "5.1.2", "Write access to the registry is minimized", (20, 44), "permissions in the account's IAM"
        ),
        Control("5.1.3", "Nodes have read-only registry access"),
        Control("5.1.4", "Images come from approved registries"),
        Control("5.2.1", "Workloads have dedicated IAM roles"),
        Control("5.3.1", "Secrets are encrypted with a customer managed key"),
        Control("5.4.1", "Access to the API server is restricted"),
        Control("5.4.2", "The API server endpoint is private"),
        Control("5.4.3", "Nodes are private", (14, 26)),
        Control("5.4.4", "NetworkPolicies are enforced", (64,)),
        Control("5.4.5", "Load balancers use TLS"),
        Control("5.5.1", "Users are authenticated with IAM", (8,), "multi-factor authentication"),
    ),
)
