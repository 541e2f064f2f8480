"""Files of SSH between two pods of one run: a key for both, and the configuration of server and client."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PORT = 2222
_FOLDER = "/secret"

_SERVER = f"""\
Port {_PORT}
HostKey {_FOLDER}/key
AuthorizedKeysFile {_FOLDER}/authorized_keys
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
"""
_CLIENT = f"""\
Host *
  Port {_PORT}
  User root
  IdentityFile {_FOLDER}/key
  IdentitiesOnly yes
  GlobalKnownHostsFile {_FOLDER}/known_hosts
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  LogLevel ERROR
"""


def ssh_files() -> dict[str, str]:
    """Texts by file names, for a folder that only root can read. The key belongs to this run alone."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    ).decode()
    public = (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )
    return {
        "key": private,
        "authorized_keys": f"{public}\n",
        "known_hosts": f"* {public}\n",
        "sshd_config": _SERVER,
        "ssh_config": _CLIENT,
    }
