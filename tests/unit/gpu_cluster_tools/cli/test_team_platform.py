"""Commands in a team's repository, whose stack file names its platform by git or by a folder."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gpu_cluster.config.team_stack import TeamStack
from gpu_cluster.stack import StackFileError, load_any
from gpu_cluster_tools.cli.app import app
from gpu_cluster_tools.cli.project import Project
from tests.unit.gpu_cluster_tools.review.repository import GRANTED, VISION, git, project_of, stack_file

COMMANDS = (
    ("validate", "site-vision"),
    ("plan", "site-vision"),
    ("check", "site-vision"),
    ("cost", "site-vision"),
    ("diagram", "site-vision"),
    ("review", "site-vision", "--against", "main"),
)


def on(platform: str, text: str = VISION) -> str:
    return text.replace("name: vision}", f"name: vision, platform: {platform}}}")


def words(output: str) -> str:
    """The text of an error without its frame."""
    return " ".join(output.replace("│", " ").split())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "acme-platform"
    folder.mkdir()
    project_of(folder, site=GRANTED)
    git(folder, "tag", "v1.4.2")
    return folder


@pytest.fixture(params=["git", "folder"])
def project(
    request: pytest.FixtureRequest, platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A team's repository."""
    named = {
        "git": f'{{git: "file://{platform}", revision: v1.4.2}}',
        "folder": "{folder: ../acme-platform}",
    }
    folder = tmp_path / "acme-vision"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return project_of(folder, **{"site-vision": on(named[request.param])})


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_command_works_in_a_team_repository(project: Path, command: tuple[str, ...]) -> None:
    done = run(*command)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    # Findings exit with 1 and an incomplete cost with 3; both are about the stack.
    assert done.exit_code in (0, 1, 3), done.output


def test_plan_works_offline_after_the_platform_was_fetched(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_team(tmp_path, monkeypatch, f'{{git: "file://{platform}", revision: main}}')
    told = run("validate", "site-vision").stdout
    commit = git(platform, "rev-parse", "--short=12", "main")
    shutil.rmtree(platform)

    assert f"on site of file://{platform}@main (commit {commit})" in told
    assert run("plan", "site-vision").exit_code == 0
    assert project == Path.cwd()


def test_platform_can_be_a_folder_of_its_repository(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = platform / "platforms/gpu"
    inside.mkdir(parents=True)
    for each in ("Pulumi.yaml", "stacks", "policies"):
        if (platform / each).exists():
            git(platform, "mv", each, str(inside))
    git(platform, "commit", "-qm", "beside other projects")
    source = f'{{git: "file://{platform}", revision: main, path: PATH}}'
    project_of_team(tmp_path, monkeypatch, source.replace("PATH", "platforms/gpu"))

    told = run("validate", "site-vision").stdout
    assert f"on site of file://{platform}@main/platforms/gpu (commit" in told
    assert run("check", "site-vision").exit_code in (0, 1)
    stack_file(Path.cwd(), "site-vision").write_text(on(source.replace("PATH", "platforms/cpu")))
    refused = words(str(run("validate", "site-vision").exception))
    assert f"there is no folder file://{platform}@main/platforms/cpu (commit" in refused

    init = ("init", "site-b", "--environment", "site", "--team", "vision", "--yes")
    by_git = ("--platform", f"file://{platform}", "--revision", "main")
    lacking = run(*init, *by_git)
    assert "there is no Pulumi.yaml in" in words(lacking.output)
    assert "set path to platforms/gpu" in words(lacking.output)
    assert run(*init, *by_git, "--path", "platforms/gpu").exit_code == 0
    assert isinstance(load_any(stack_file(Path.cwd(), "site-b")), TeamStack)


def test_moved_branch_is_fetched_on_request(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_of_team(tmp_path, monkeypatch, f'{{git: "file://{platform}", revision: main}}')
    assert run("validate", "site-vision").exit_code == 0
    site = stack_file(platform, "site")
    site.write_text(site.read_text().replace("vision: {gpus: {box: 1}", "speech: {gpus: {box: 1}"))
    git(platform, "commit", "-qam", "another team")

    assert run("validate", "site-vision").exit_code == 0
    refused = run("validate", "site-vision", "--fetch")
    assert "has no team 'vision'" in str(refused.exception)
    assert json.loads(run("validate", "site-vision", "--json").stdout)["problems"]


def test_messages_name_the_files_of_each_repository(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_team(tmp_path, monkeypatch, "{folder: ../acme-platform}")
    own = stack_file(project, "site-vision")
    own.write_text(own.read_text().replace("replicas: 1", "replicas: 2"))
    wrong = run("validate", "site-vision")
    assert "\nstacks/Pulumi.site-vision.yaml:7 gpu-cluster:models.detect.replicas: " in str(wrong.exception)

    site = stack_file(platform, "site")
    site.write_text(site.read_text().replace("pool: box", "pool: bocks"))
    broken = str(run("validate", "site-vision").exception)
    assert (
        "the stack file of site of ../acme-platform is invalid: ../acme-platform/stacks/Pulumi.site.yaml:"
        in broken
    )


def test_policies_and_waivers_of_the_platform_apply(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_team(tmp_path, monkeypatch, "{folder: ../acme-platform}")
    for folder in (project, platform):
        (folder / "policies").mkdir()
    (project / "policies/settings.yaml").write_text("modelStores: [Qwen/*]\n")
    (platform / "policies/settings.yaml").write_text("modelStores: [mistralai/*]\n")

    assert "Qwen/Qwen2.5-0.5B-Instruct" in run("check", "site-vision").stdout
    (platform / "policies/settings.yaml").write_text("modelStores: [Qwen/*]\n")
    refused = run("waive", "1-no-such", "x", "site-vision", *WAIVER)
    assert refused.exit_code == 2
    assert "uses the waivers of ../acme-platform" in words(refused.output)


WAIVER = ("--owner", "vision", "--reason", "a test of it", "--until", "2999-01-01")


def test_review_finds_a_platform_folder_on_both_sides(project: Path) -> None:
    own = stack_file(project, "site-vision")
    own.write_text(own.read_text().replace("context: 4096", "context: 8192"))

    done = run("review", "--against", "main", "--format", "json")

    [review] = json.loads(done.stdout)
    assert (review["stack"], review["problems"], review["missing"]) == ("site-vision", [], [])
    assert review["changes"]


def test_unknown_platform_revision_is_reported_with_gits_message(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project_of_team(tmp_path, monkeypatch, f'{{git: "file://{platform}", revision: v9}}')
    done = run("plan", "site-vision")
    assert isinstance(done.exception, StackFileError)
    assert str(done.exception) == (
        "stacks/Pulumi.site-vision.yaml:2 gpu-cluster:team.platform.git: "
        f"file://{platform} at v9 cannot be fetched; git says: fatal: couldn't find remote ref v9"
    )


def test_stack_from_a_folder_uses_only_this_platform(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = project_of_team(tmp_path, monkeypatch, '{git: "file:///nowhere", revision: v1}')
    flat = tmp_path / "flat"
    flat.mkdir()
    shutil.copy(stack_file(team, "site-vision"), flat)
    git(flat, "init", "-q", "-b", "main")
    git(flat, "add", "-A")
    git(flat, "commit", "-qm", "before")
    monkeypatch.chdir(platform)

    done = run("review", "site-vision", "--from", str(flat), "--against", "main", "--format", "json")
    [review] = json.loads(done.stdout)
    assert review["problems"] == []


def test_init_writes_a_file_that_names_its_platform(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_team(tmp_path, monkeypatch, "{folder: ../acme-platform}")
    by_git = ("--platform", f"file://{platform}", "--revision", "v1.4.2")
    for name, options in {"site-a": by_git, "site-b": ("--platform", "../acme-platform")}.items():
        done = run("init", name, "--environment", "site", "--team", "vision", *options, "--yes")
        assert done.exit_code == 0, done.output
        assert isinstance(load_any(stack_file(project, name)), TeamStack)

    moved = platform.parent / "our projects/acme-platform"
    shutil.copytree(platform, moved)
    options = ("--platform", "../our projects/acme-platform", "--team", "vision", "--yes")
    assert run("init", "site-d", "--environment", "site", *options).exit_code == 0
    assert isinstance(load_any(stack_file(project, "site-d")), TeamStack)

    refused = run("init", "site-c", "--environment", "sit", "--platform", "../acme-platform", "--yes")
    assert "has no environment 'sit', did you mean 'site'?" in words(refused.output)


def project_of_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> Path:
    folder = tmp_path / "acme-vision"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return project_of(folder, **{"site-vision": on(platform)})


def test_rehearsal_uses_files_of_team_and_platform(
    platform: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of_team(tmp_path, monkeypatch, "{folder: ../acme-platform}")
    (project / "stacks/__main__.py").write_text("team\n")
    (platform / "manifests").mkdir()
    rehearsed: list[Project] = []

    def rehearse(project: Project, stack: str, *_: object, **__: object) -> None:
        found = project.any_stack(stack)
        assert isinstance(found, TeamStack)
        assert found.platform is None  # both files are in one project
        assert (project.folder / "manifests").is_dir()
        rehearsed.append(project)

    monkeypatch.setattr("gpu_cluster_tools.cli.rehearse._rehearse", rehearse)
    assert run("rehearse", "site-vision").exit_code == 0
    [both] = rehearsed
    assert both.folder != project
    assert not both.folder.exists()
    assert run("rehearse", "site-vision", "--keep").exit_code == 2
