"""CIS Amazon EKS Benchmark."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_NODE = "run kube-bench on a node: what the image of the node sets is not in the stack"

CIS_EKS = Catalogue(
    title="CIS Amazon EKS Benchmark 1.8.0",
    source="Center for Internet Security, CIS Amazon Elastic Kubernetes Service (EKS) Benchmark v1.8.0",
    date="2025",
    prefix="CIS",
    controls=(
        Control("2.1.1", "Audit logs are on"),
        Control("2.1.2", "Audit logs are collected and managed", (5,), "that somebody looks at them"),
        Control("3.1.1", "Only root writes the kubelet's kubeconfig", elsewhere=_NODE),
        Control("3.1.2", "Root owns the kubelet's kubeconfig", elsewhere=_NODE),
        Control("3.1.3", "Only root writes the kubelet's configuration", elsewhere=_NODE),
        Control("3.1.4", "Root owns the kubelet's configuration", elsewhere=_NODE),
        Control("3.2.1", "The kubelet serves nobody anonymous", elsewhere=_NODE),
        Control("3.2.2", "The kubelet asks the API server who may do what", elsewhere=_NODE),
        Control("3.2.3", "The kubelet knows clients by a CA", elsewhere=_NODE),
        Control("3.2.4", "The kubelet has no read-only port", elsewhere=_NODE),
        Control("3.2.5", "Idle streams end", elsewhere=_NODE),
        Control("3.2.6", "The kubelet keeps its firewall chains", elsewhere=_NODE),
        Control("3.2.7", "Events are recorded at a sensible rate", elsewhere=_NODE),
        Control("3.2.8", "Client certificates of the kubelet rotate", elsewhere=_NODE),
        Control("3.2.9", "Serving certificates of the kubelet rotate", elsewhere=_NODE),
        Control("4.1.1", "cluster-admin only where it is needed"),
        Control("4.1.2", "Few may read secrets"),
        Control("4.1.3", "Few wildcards in roles"),
        Control("4.1.4", "Few may create pods", elsewhere="who is bound to roles that were made by hand"),
        Control("4.1.5", "Default service accounts are not used"),
        Control("4.1.6", "Tokens are mounted only where they are needed"),
        Control("4.1.7", "Access to the cluster is by access entries"),
        Control("4.1.8", "Few may bind, impersonate or escalate"),
        Control("4.1.9", "Few may create persistent volumes", elsewhere="who may, with kubectl auth can-i"),
        Control("4.1.10", "Few may reach the proxy of nodes"),
        Control("4.1.11", "Few may change webhooks"),
        Control("4.1.12", "Few may create tokens", elsewhere="who may, with kubectl auth can-i"),
        Control("4.2.1", "No privileged containers"),
        Control("4.2.2", "No pods in the node's process namespace"),
        Control("4.2.3", "No pods in the node's IPC namespace"),
        Control("4.2.4", "No pods in the node's network"),
        Control("4.2.5", "No container gains privileges"),
        Control("4.3.1", "The network plugin enforces network policies"),
        Control("4.3.2", "Every namespace has network policies"),
        Control(
            "4.4.1", "Secrets are files rather than environment variables", elsewhere="how images read them"
        ),
        Control(
            "4.4.2", "Secrets are kept outside of the cluster", elsewhere="where secrets of applications are"
        ),
        Control("4.5.1", "Namespaces set boundaries", (63, 64, 65), "that each team has one of its own"),
        Control("4.5.2", "The default namespace is not used"),
        Control("5.1.1", "Images are scanned"),
        Control("5.1.2", "Few may change the registry", (20, 44), "who may, in the account's own IAM"),
        Control("5.1.3", "Nodes only read from the registry"),
        Control("5.1.4", "Images come from approved registries"),
        Control("5.2.1", "Workloads have roles of their own"),
        Control("5.3.1", "Secrets are encrypted with a key of the customer"),
        Control("5.4.1", "Few networks reach the API server"),
        Control("5.4.2", "The API server is private"),
        Control("5.4.3", "Nodes are private", (14, 26)),
        Control("5.4.4", "NetworkPolicies are enforced", (64,)),
        Control("5.4.5", "Load balancers speak TLS"),
        Control("5.5.1", "People are known by IAM", (8,), "that they sign in with a second factor"),
    ),
)
