"""A repository's files at a revision, fetched once by the user's own git into the cache."""

import json
import os
import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from gpu_cluster.cache_folder import cache_folder

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_HASH = re.compile(r"[0-9a-f]{4,64}")
_NO_SUCH_REF = re.compile(r"remote ref|not our ref|unadvertised")
_ALL = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
_SECONDS = 300
_LAST_WORDS = 3

_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": "https:ssh:file",
    "LC_ALL": "C",
}
"""Settings with which git asks nothing, in a terminal or a window; without credentials it fails."""


class FetchError(Exception):
    """A revision cannot be fetched: URL, revision and git's error message, on one line."""


@dataclass(frozen=True, slots=True)
class GitCheckout:
    """Files of a repository at a commit."""

    folder: Path
    commit: str


def checkout_of(url: str, revision: str, *, again: bool = False) -> GitCheckout:
    """The files at a revision. Once fetched, they need no network, and a branch stays at its commit.

    `again`: fetch even so. `FetchError` where git refuses, or the network does.
    """
    folder = cache_folder() / "platforms" / _key(url) / _key(revision)
    if not again and (known := _known(folder)):
        return known
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".fetching-", dir=folder.parent) as temporary:
        new = Path(temporary) / "new"
        commit = _fetched(new / "files", url, revision)
        record = {"url": url, "revision": revision, "commit": commit}
        (new / "fetched.json").write_text(json.dumps(record, indent=2) + "\n")
        with suppress(FileNotFoundError):
            folder.rename(Path(temporary) / "old")
        with suppress(OSError):  # another process was first
            new.rename(folder)
    known = _known(folder)
    if known is None:
        raise FetchError(f"{url} at {revision}: {folder} cannot be written")
    return known


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _known(folder: Path) -> GitCheckout | None:
    try:
        record: dict[str, str] = json.loads((folder / "fetched.json").read_text("utf-8"))
        return GitCheckout(folder / "files", record["commit"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _fetched(folder: Path, url: str, revision: str) -> str:
    """Commit of the revision, whose files are in the folder now."""
    folder.mkdir(parents=True)
    git = _Git(folder, f"{url} at {revision}")
    git.run("init", "-q", "--template=")
    words = git.try_("fetch", "-q", "--depth=1", "--no-tags", "--end-of-options", url, revision)
    named = "FETCH_HEAD"
    if words is not None:
        # A server may give branches and tags alone, and no commit by its hash: then the history is fetched.
        if not (_HASH.fullmatch(revision) and _NO_SUCH_REF.search(words)):
            raise git.refused(words)
        named = revision
        git.run("fetch", "-q", "--no-tags", "--end-of-options", url, *_ALL)
    commit = git.run("rev-parse", "--verify", "--end-of-options", f"{named}^{{commit}}")
    git.run("checkout", "-q", "--detach", commit)
    shutil.rmtree(folder / ".git")
    return commit


@dataclass(frozen=True, slots=True)
class _Git:
    folder: Path
    what: str
    """URL and revision, for messages."""

    def run(self, *arguments: str) -> str:
        """Output of git. `FetchError` with its words where it fails."""
        done = self._done(*arguments)
        if done.returncode:
            raise self.refused(_words(done.stderr))
        return done.stdout.strip()

    def try_(self, *arguments: str) -> str | None:
        """Git's error message; None if the command succeeds."""
        done = self._done(*arguments)
        return (_words(done.stderr) or "it failed") if done.returncode else None

    def refused(self, words: str) -> FetchError:
        return FetchError(f"{self.what} cannot be fetched; git says: {words}")

    def _done(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Variables such as GIT_DIR, which hooks have set, would lead to another repository.
        kept = ("GIT_CONFIG", "GIT_SSH", "GIT_SSL", "GIT_HTTP", "GIT_PROXY", "GIT_EXEC_PATH")
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("GIT_") or key.startswith(kept)
        }
        try:
            return subprocess.run(  # noqa: S603
                ["git", "-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", *arguments],  # noqa: S607
                cwd=self.folder,
                env=environment | _QUIET | {"GIT_CEILING_DIRECTORIES": str(self.folder.parent)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                start_new_session=True,  # without a terminal, ssh asks for no password either
                check=False,
            )
        except FileNotFoundError:
            raise FetchError(f"{self.what}: git is not installed") from None
        except subprocess.TimeoutExpired:
            raise FetchError(f"{self.what}: no answer within {_SECONDS} seconds") from None


def _words(stderr: str) -> str:
    """The last lines, on one, without credentials."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))] or lines
    return _CREDENTIALS.sub("", "; ".join(told[-_LAST_WORDS:])).rstrip(".")
