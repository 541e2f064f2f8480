"""A stack, or some manifests, as all rules have judged them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gpu_cluster.exemption import Exemption
from gpu_cluster_policies.not_judged import NotJudged, Unseen
from gpu_cluster_policies.pack import Pack, Report
from gpu_cluster_policies.resources.resource import Resource
from gpu_cluster_policies.rule import Finding
from gpu_cluster_policies.source_location import Places, SourceLocation
from gpu_cluster_policies.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Shown:
    """Finding with the details of a report."""

    finding: Finding
    place: SourceLocation
    stops: bool
    """Whether it stops an update."""

    waiver: Waiver | None = None
    """Waiver; a waived finding does not block an update."""

    exemption: Exemption | None = None
    """The exemption that a component of the platform declares for its own object."""


@dataclass(frozen=True)
class Evaluation:
    """Findings of a stack, in the order of reports.

    judged = Evaluation("prod", pack, pack.check(resources), Origins(…), len(resources))
    judged.stopping, summary_of(judged)
    """

    name: str
    """Name of the stack, or of the manifests."""

    pack: Pack
    report: Report
    places: Places
    resources: Sequence[Resource]
    unread: tuple[Unseen, ...] = ()
    """Files, and documents in them, that hold no object which rules could judge."""

    project: Path | None = None
    """Folder of the project; None for manifests without one."""

    @cached_property
    def findings(self) -> tuple[Shown, ...]:
        """Findings without a waiver: mandatory ones first, then by rule and location."""
        shown = [
            Shown(finding, self.places.of(finding), self.pack.stops(finding.rule))
            for finding in self.report.findings
        ]
        return tuple(sorted(shown, key=_order))

    @cached_property
    def waived(self) -> tuple[Shown, ...]:
        """Findings with a waiver, by rule and location."""
        shown = [
            Shown(it.finding, self.places.of(it.finding), stops=False, waiver=it.waiver)
            for it in self.report.waived
        ]
        return tuple(sorted(shown, key=_order))

    @cached_property
    def exempt(self) -> tuple[Shown, ...]:
        """Findings that the components declare for their own objects, by rule and path."""
        shown = [
            Shown(it.finding, self.places.of(it.finding), stops=False, exemption=it.exemption)
            for it in self.report.exempt
        ]
        return tuple(sorted(shown, key=_order))

    @cached_property
    def not_judged(self) -> tuple[Unseen, ...]:
        """Resources that rules could not evaluate completely, by kind and location."""
        return tuple(sorted((*map(self._unseen, self.report.not_judged), *self.unread), key=_by_kind))

    @cached_property
    def not_judged_waived(self) -> tuple[Unseen, ...]:
        """Resources that no rule could evaluate, and that a waiver accepts, by kind and location."""
        return tuple(sorted(map(self._unseen, self.report.not_judged_waived), key=_by_kind))

    def _unseen(self, it: NotJudged) -> Unseen:
        return Unseen(it.kind, it.resource, it.why, self.places.of(it), it.waiver)

    @property
    def stopping(self) -> int:
        """Number of blocking findings, including invalid waivers."""
        return sum(shown.stops for shown in self.findings) + len(self.report.stale)

    @property
    def advising(self) -> int:
        return sum(not shown.stops for shown in self.findings)


def _order(shown: Shown) -> tuple[bool, int, str, int, str, str]:
    finding, place = shown.finding, shown.place
    return not shown.stops, finding.rule.number, place.file, place.line, finding.resource, finding.path


def _by_kind(unseen: Unseen) -> tuple[str, SourceLocation, str]:
    return unseen.kind, unseen.place, unseen.resource
