"""Reviews of the stacks of a project, each compared with its earlier revision."""

import shutil
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.cost import project_prices
from gpu_cluster.cost.price_file import FILE as PRICE_FILE
from gpu_cluster.file_path import is_file, real_path
from gpu_cluster.plan import Plan
from gpu_cluster.stack.platform_checkout import as_if_in, beside_the_team
from gpu_cluster_policies.evaluate import judge_of
from gpu_cluster_policies.pack import pack_of
from gpu_cluster_policies.reports import Evaluation
from gpu_cluster_policies.reports.evaluation import Shown
from gpu_cluster_tools.review.affected_stacks import (
    affected_stacks,
    programs_differ,
    stacks_in,
    versions_differ,
)
from gpu_cluster_tools.review.changes import changes
from gpu_cluster_tools.review.cost_change import cost_change
from gpu_cluster_tools.review.data_loss import data_losses
from gpu_cluster_tools.review.duration import duration_change
from gpu_cluster_tools.review.plans import Planned, PlannedNow, plans, plans_by_own_code
from gpu_cluster_tools.review.review import Reason, Review, ReviewFinding, Verdict
from gpu_cluster_tools.review.revision import Revision, RevisionError
from gpu_cluster_tools.review.revision_state import RevisionState
from gpu_cluster_tools.review.verdict import reasons_of, verdict_of


@dataclass(frozen=True)
class Comparison:
    """A project before and after a change, as two folders."""

    before: Path
    after: Path
    stacks: Sequence[str]
    """Stacks that the change touches."""

    own_code: bool = False
    """Whether another version of the program made the earlier plans."""

    def plans(self, stacks: Collection[str]) -> tuple[Mapping[str, Planned], Mapping[str, PlannedNow]]:
        """Reviews of these stacks, each revision planned by its own code."""
        return self.plans_before(stacks), plans(self.after, stacks)

    def plans_before(self, stacks: Collection[str]) -> Mapping[str, Planned]:
        then = plans_by_own_code if self.own_code else plans
        return then(self.before, stacks)


@contextmanager
def comparison_of(project: Path, against: str, source: Path | None = None) -> Generator[Comparison]:
    """A project and its state at a git revision, or in the folder of another checkout.

    `source`: a repository with stack files only, such as a team's, to which the revision then refers.
    `RevisionError` if it does not exist.
    """
    if not against:
        raise RevisionError("expected a git revision, or the folder of another checkout, got nothing")
    with ExitStack() as open_folders:
        if source:  # a file of another repository names no platform but the one that reads it
            open_folders.enter_context(beside_the_team())
            yield _of_source(project, real_path(source), against, open_folders)
        elif is_file(project / against / "Pulumi.yaml"):
            before = real_path(project / against)
            names = sorted(stacks_in(project) | stacks_in(before))
            own_code = (before / "components").is_dir() or versions_differ(before, project)
            yield Comparison(before, project, names, own_code=own_code)
        else:
            revision = Revision.before(project, against)
            before = open_folders.enter_context(revision.folder())
            open_folders.enter_context(as_if_in(project))
            files = revision.changed()
            names = affected_stacks(files, before, project)
            yield Comparison(before, project, names, own_code=programs_differ(files, before, project))


def reviews(sides: Comparison, stacks: Collection[str], day: date) -> list[Review]:
    """The review of each of these stacks, or of each that the change touches, at the prices of a day.

    `RevisionError` where a name is that of no stack on either side.
    """
    known = stacks_in(sides.before) | stacks_in(sides.after)
    if strange := sorted(set(stacks) - known):
        raise RevisionError(f"unknown stack {', '.join(strange)}; expected {', '.join(sorted(known))}")
    names = sorted(stacks or sides.stacks)
    before, after = sides.plans(names)
    return [_review(name, before[name], after[name], sides, day) for name in names]


def _review(name: str, before: Planned, after: PlannedNow, sides: Comparison, day: date) -> Review:
    """The settings and prices after the change hold on both sides."""
    judge = judge_of(after, sides.after) if isinstance(after, Plan) else sides.after
    prices = project_prices(judge)
    return review(
        RevisionState(name, before, sides.before, judge, day, prices),
        RevisionState(name, after, sides.after, judge, day, prices),
    )


def review(before: RevisionState, after: RevisionState) -> Review:
    """Review of one stack; a missing or unreadable revision counts as empty."""
    if after.problems:
        return Review(after.stack, Verdict.BLOCKED, (_wrong(before, after),), problems=after.problems)
    found = sorted(changes(before.resources, after.resources), key=lambda change: change.resource)
    rules, fixed = _findings(after.judged, before.judged)
    cost = cost_change(before, after)
    time, untimed = duration_change(before, after)
    stale = [str(problem) for problem in after.judged.report.stale] if after.judged else []
    judged = after.judged or before.judged
    gone = data_losses(
        found, before.resources, judged.pack if judged else pack_of(after.stack, after.settings_of)
    )
    reasons = reasons_of(found, gone, rules, stale, cost)
    return Review(
        after.stack,
        verdict_of(reasons),
        reasons,
        changes=tuple(found),
        found=rules,
        fixed=fixed,
        waived=len(after.judged.waived) if after.judged else 0,
        cost=cost,
        time=time,
        missing=(
            *([f"what was before{before.gap}"] if before.gap else []),
            *untimed,
        ),
    )


def _wrong(before: RevisionState, after: RevisionState) -> Reason:
    """An unchanged file may be wrong all the same: it does not fit what is below it any more."""
    counted = f"its stack file has {len(after.problems)} error{'s'[: len(after.problems) > 1]}"
    as_before = not before.problems and before.file == after.file
    return Reason(True, f"{counted}, although it is unchanged" if as_before else counted)


def _findings(
    new: Evaluation | None, old: Evaluation | None
) -> tuple[tuple[ReviewFinding, ...], tuple[str, ...]]:
    """Findings of rules now, and earlier findings that are gone."""
    now = {_key(shown): shown for shown in new.findings} if new else {}
    then = {_key(shown): shown for shown in old.findings} if old else {}
    found = tuple(_found(shown, new=key not in then) for key, shown in now.items())
    return found, tuple(shown.finding.brief for key, shown in then.items() if new and key not in now)


def _key(shown: Shown) -> tuple[str, str, str]:
    finding = shown.finding
    return finding.rule.id, finding.resource, finding.path


def _found(shown: Shown, *, new: bool) -> ReviewFinding:
    finding = shown.finding
    return ReviewFinding(
        rule=finding.rule.id,
        stops=shown.stops,
        new=new,
        what=finding.brief,
        where=str(shown.place),
        why=f"{finding.rule.why} ({'; '.join(finding.rule.references)})",
        fix=finding.rule.fix,
    )


def _of_source(project: Path, source: Path, against: str, open_folders: ExitStack) -> Comparison:
    """The platform's stack files with those of a source laid over them, on both sides."""
    revision = Revision.before(source, against)
    then = open_folders.enter_context(revision.folder())
    before, after = (Path(open_folders.enter_context(TemporaryDirectory())) for _ in range(2))
    for folder, stacks in ((before, then), (after, source)):
        shutil.copytree(project / "stacks", folder / "stacks")
        shutil.copy(project / "Pulumi.yaml", folder)
        if (project / PRICE_FILE).is_file():
            shutil.copy(project / PRICE_FILE, folder)
        (folder / "policies").mkdir()
        for file in (project / "policies").glob("*.yaml"):
            shutil.copy(file, folder / "policies")
        for file in _stack_files(stacks):
            shutil.copy(file, folder / "stacks")
    changed = {Path(file).name for file in revision.changed()}
    names = [name for name in stacks_in(before) | stacks_in(after) if f"Pulumi.{name}.yaml" in changed]
    return Comparison(before, after, sorted(names))


def _stack_files(folder: Path) -> Iterable[Path]:
    files = sorted(folder.glob("Pulumi.*.yaml"))
    for file in files:
        if file.is_symlink():
            raise RevisionError(f"{file.name} is a symbolic link; expected a regular file")
    return files
