"""General Data Protection Regulation: the articles that a technical platform gives evidence for."""

from gpu_cluster_policies.frameworks.catalogue import Catalogue, Control

_ENCRYPTED = (4, 15, 19, 30, 34, 36, 43, 92)
_CLOSED = (1, 2, 3, 14, 24, 25, 26, 27, 28, 35, 64, 69)
_RECOVERED = (23, 33, 37, 88, 93)
_LEAST = (20, 22, 44, 45, 46, 47, 48, 66, 67, 68)

GDPR = Catalogue(
    title="General Data Protection Regulation",
    source="Regulation (EU) 2016/679 of 27 April 2016, Official Journal L 119",
    date="2016-04-27",
    prefix="GDPR Art.",
    scope="Articles that require technical measures or records of them. Rules do not know whether data is "
    "personal: the evidence is about the platform, and the controller provides the rest.",
    controls=(
        Control("5(1)(c)", "Data minimisation", elsewhere="data given to models, and its purpose"),
        Control("5(1)(e)", "Storage limitation", (21, 39), "retention of prompts, weights and data sets"),
        Control("5(1)(f)", "Integrity and confidentiality", (*_ENCRYPTED, *_CLOSED)),
        Control(
            "5(2)",
            "Accountability",
            (5, 24, 87),
            "records of decisions, including this report",
        ),
        Control("25(1)", "Protection by design", (*_CLOSED, *_LEAST), "the assessment before processing"),
        Control(
            "25(2)", "Protection by default", (49, 50, 51, 52, 53, 54, 56, 63, 64), "defaults of applications"
        ),
        Control(
            "28(1)",
            "Processors give guarantees",
            (80,),
            "contracts with AWS and model providers",
        ),
        Control("28(3)", "A contract binds processors", elsewhere="the data processing addendum of AWS"),
        Control(
            "30(1)",
            "Records of processing",
            (87,),
            "purposes, categories and recipients; tags name the owner",
        ),
        Control(
            "32(1)(a)",
            "Encryption and pseudonymisation",
            (*_ENCRYPTED, 38, 40, 70),
            "pseudonymisation of data",
        ),
        Control(
            "32(1)(b)",
            "Confidentiality, integrity, availability and resilience",
            (*_CLOSED, *_LEAST, 32, 71, 72),
        ),
        Control("32(1)(c)", "Recovery in time", _RECOVERED, "a tested restore and its duration"),
        Control("32(1)(d)", "Regular testing", (18,), "reports of rehearsals and penetration tests"),
        Control("32(2)", "Risks of accidental loss and access", (7, 42, 62, 82, 88)),
        Control("32(4)", "Persons process data only on instruction", (8, 67, 68), "the instructions"),
        Control(
            "33(1)", "A breach is notified within 72 hours", (5, 24), "the incident notification process"
        ),
        Control("35(1)", "Impact assessment", elsewhere="the assessment, where the risk is high"),
        Control("44", "Transfers comply with this chapter", (80,), "transfers by applications"),
        Control("45", "Transfers to adequate countries", (80,), "current adequacy decisions"),
        Control(
            "46",
            "Transfers under safeguards",
            elsewhere="standard contractual clauses, if required",
        ),
    ),
)
