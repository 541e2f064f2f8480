"""SOC 2: the Trust Services Criteria that a technical platform gives evidence for."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_BOUNDARY = (1, 2, 3, 9, 14, 24, 25, 26, 27, 28, 35, 64, 69, 109)
_CHANGES = (17, 59, 60, 61, 82, 85, 91)
_ENCRYPTED = (4, 15, 19, 30, 34, 36, 43, 92)
_LEAST = (20, 22, 44, 45, 46, 47, 48, 66, 67, 68, 110, 114)
_RECOVERED = (23, 33, 37, 88, 93)

SOC2 = Catalogue(
    title="SOC 2, Trust Services Criteria",
    source="AICPA, TSP Section 100, 2017 Trust Services Criteria for Security, Availability, Processing "
    "Integrity, Confidentiality, and Privacy, with revised points of focus",
    date="2022",
    prefix="SOC 2",
    scope="Criteria of security, availability and confidentiality with technical evidence from the platform. "
    "A report of type 2 is about a period: keep the reports of each change. Governance, risk and personnel "
    "(CC1 to CC5), vendors (CC9), processing integrity and privacy need other evidence.",
    controls=(
        Control("CC6.1", "Logical access is restricted", (*_LEAST, *_ENCRYPTED, 8, 41, 56, 62)),
        Control("CC6.2", "Users are registered before they get access", (8,), "registration and removal"),
        Control("CC6.3", "Access follows roles and least privilege", (*_LEAST, 8, 105), "access reviews"),
        Control("CC6.4", "Physical access is restricted", elsewhere="the SOC report of AWS, or of your site"),
        Control("CC6.5", "Data is removed from retired media", elsewhere="the SOC report of AWS"),
        Control("CC6.6", "Threats from outside the boundary", (*_BOUNDARY, 11, 12, 13, 111)),
        Control("CC6.7", "Data in transit is protected", (38, 70, 95), "traffic between pods, and devices"),
        Control("CC6.8", "Unauthorized software is prevented", (16, 18, *_CHANGES), "malware detection"),
        Control(
            "CC7.1",
            "Vulnerabilities and changes of configuration are detected",
            (6, 18, 24, 85),
            "reports of drift",
        ),
        Control("CC7.2", "Anomalies are monitored", (5, 24), "alerts, and GuardDuty or an equivalent"),
        Control("CC7.3", "Security events are evaluated", elsewhere="records of events"),
        Control("CC7.4", "Incidents are handled", elsewhere="the incident response plan and its records"),
        Control("CC7.5", "Systems recover from incidents", _RECOVERED, "a tested restore"),
        Control("CC8.1", "Changes are controlled", (*_CHANGES, 89), "reviews and approvals of pull requests"),
        Control("A1.1", "Capacity is managed", (57, 65, 76, 77, 86), "usage over the period"),
        Control(
            "A1.2",
            "Backups and redundant infrastructure",
            (*_RECOVERED, 9, 32, 71, 72),
            "power, cooling and fire protection: the SOC report of AWS",
        ),
        Control("A1.3", "Recovery is tested", elsewhere="a tested restore and its duration"),
        Control("C1.1", "Confidential data is identified and protected", (*_ENCRYPTED, 80, 87)),
        Control("C1.2", "Confidential data is disposed of", (21, 39), "retention of prompts and weights"),
    ),
)
