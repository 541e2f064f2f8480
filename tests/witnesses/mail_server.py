"""Mail server that asks for TLS and a password, and keeps what it gets."""

import base64
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

from gpu_cluster_tools.rehearsal.control_plane.certificate import self_signed

HOST = "localhost"


@dataclass
class Mail:
    user: str
    password: str
    sender: str
    to: list[str]
    subject: str
    text: str
    """Source of the HTML part."""


@dataclass
class MailServer:
    port: int
    certificate: Path
    received: list[Mail] = field(default_factory=list[Mail])


@contextmanager
def mail_server(folder: Path) -> Generator[MailServer]:
    issued = self_signed(HOST)
    (folder / "mail.crt").write_bytes(issued.certificate)
    (folder / "mail.pem").write_bytes(issued.certificate + issued.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "mail.pem")
    received: list[Mail] = []

    class Session(_Session):
        certificate = context
        mails = received

    with ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield MailServer(server.server_address[1], folder / "mail.crt", received)
        finally:
            server.shutdown()
            thread.join()


class _Session(StreamRequestHandler):
    """The commands of RFC 5321 that a client needs, with STARTTLS and AUTH PLAIN."""

    certificate: ssl.SSLContext
    mails: list[Mail]

    def handle(self) -> None:
        secure, user, password, sender = False, "", "", ""
        to: list[str] = []
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line.upper()
            if command.startswith("EHLO"):
                self._say("250-here" if secure else "250-here\r\n250-STARTTLS")
                self._say("250 AUTH PLAIN")
            elif command == "STARTTLS":
                self._say("220 go ahead")
                self.connection = self.certificate.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                secure = True
            elif command.startswith("AUTH PLAIN ") and secure:
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                self._say("235 welcome")
            elif command.startswith("MAIL FROM:") and user:
                sender = line[10:].split(">")[0].strip("<")
                self._say("250 ok")
            elif command.startswith("RCPT TO:") and user:
                to.append(line[8:].strip("<>"))
                self._say("250 ok")
            elif command == "DATA":
                self._say("354 go on")
                self.mails.append(_read(self._data(), user, password, sender, to))
                self._say("250 queued")
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("530 not so")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())

    def _data(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


def _read(source: bytes, user: str, password: str, sender: str, to: list[str]) -> Mail:
    message = message_from_bytes(source, policy=policy.default)
    body = message.get_body(("html",))
    return Mail(user, password, sender, to, str(message["Subject"]), str(body.get_content()) if body else "")
