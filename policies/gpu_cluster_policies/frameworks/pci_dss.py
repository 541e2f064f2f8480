"""PCI DSS: the requirements that a technical platform gives evidence for."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

PCI_DSS = Catalogue(
    title="PCI DSS 4.0.1",
    source="PCI Security Standards Council, Payment Card Industry Data Security Standard v4.0.1",
    date="2024-06",
    prefix="PCI DSS",
    scope="Requirements with technical evidence from the platform. Scope, people, facilities and processes "
    "need other evidence.",
    controls=(
        Control("1.2.5", "Services, protocols and ports are approved", (28, 64, 69), "the approval"),
        Control("1.3.1", "Inbound traffic is restricted", (2, 27, 64)),
        Control("1.3.2", "Outbound traffic is restricted", (28, 64)),
        Control("1.4.4", "Stored card data is not accessible from untrusted networks", (1, 14, 26, 35)),
        Control(
            "2.2.1",
            "Configuration standards",
            (49, 50, 51, 52, 53, 54),
            "the standard, and nodes by kube-bench",
        ),
        Control("2.2.6", "System security parameters prevent misuse", (12, 13, 25)),
        Control("2.2.7", "Administration is encrypted", (1, 3), "connections of administrators"),
        Control(
            "3.5.1", "Stored card data is unreadable", (4, 15, 30, 34, 36, 43, 92), "encryption of fields"
        ),
        Control("3.6.1", "Keys are protected", (41, 48)),
        Control("3.7.4", "Keys are changed at the end of their cryptoperiod", (40,)),
        Control("4.2.1", "Strong cryptography in transit", (38, 70), "traffic between pods"),
        Control("6.3.1", "Vulnerabilities are found", (18,), "ranking and handling of findings"),
        Control("6.3.3", "Patches are installed", (6, 85), "time to installation"),
        Control("6.5.1", "Changes are controlled", (17, 59, 60), "reviews of pull requests"),
        Control("7.2.1", "An access model", (8, 66, 67, 68), "the access model and its review"),
        Control("7.2.5", "System accounts have least privilege", (22, 44, 45, 46, 47, 56)),
        Control("8.4.2", "Multi-factor authentication", elsewhere="the identity provider"),
        Control("8.6.2", "No secrets in scripts or files", (16, 62, 82)),
        Control("10.2.1", "Audit logs are enabled", (5, 24)),
        Control(
            "10.3.2",
            "Audit logs are protected from changes",
            (4, 44),
            "permissions to delete log groups, in the account's IAM",
        ),
        Control("10.4.1", "Audit logs are reviewed daily", elsewhere="the reviews"),
        Control(
            "10.5.1",
            "Audit logs are kept for twelve months",
            elsewhere="the stack file, where a shorter retention is an error",
        ),
        Control("11.3.1", "Internal scans", (18,), "scans of running systems"),
        Control("11.5.1", "Intrusions are detected", elsewhere="GuardDuty or an equivalent"),
        Control("12.10.1", "An incident response plan exists", elsewhere="the plan"),
    ),
)
