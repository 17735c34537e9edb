"""HTTPS on the port that HTTP is on: the development authority, certificates of a folder, and those of an ACME server."""

import json
import pathlib
import socket
import ssl
import subprocess
import threading
import urllib.request

import boto3
import pytest
from botocore.config import Config

from freehold import REGION, Server, wait_until

PEBBLE_ROOT = "pebble.pem"


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


def authority(server):
    return pathlib.Path(server.data) / "certificate-authority.pem"


def port(server):
    return int(server.url.rsplit(":", 1)[1])


def certificate(server, name, trusted=None):
    """What a client is shown that asks for that name, and trusts that file."""
    context = ssl.create_default_context(cafile=trusted)
    with socket.create_connection(("127.0.0.1", port(server))) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            return secure.getpeercert()


def names(certificate):
    return [name for _, name in certificate["subjectAltName"]]


def https_client(server, service="stepfunctions", host="127.0.0.1"):
    return boto3.client(
        service,
        endpoint_url=f"https://{host}:{port(server)}",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        verify=str(authority(server)),
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
    )


def test_clients_that_trust_the_authority_speak_https_on_the_same_port(server):
    for host in ["127.0.0.1", "localhost"]:
        assert https_client(server, host=host).list_state_machines()["stateMachines"] == []
    assert server.client().list_state_machines()["stateMachines"] == [], "plain HTTP goes on"
    shown = server.process.stdout.readline().strip()
    assert shown == f"and on {server.url.replace('http:', 'https:')}, for clients that trust {authority(server)}"


def test_every_name_gets_a_certificate_of_its_own(server):
    trusted = str(authority(server))
    for name in ["api.localhost", "a1.appsync-api.us-east-1.amazonaws.com"]:
        assert names(certificate(server, name, trusted)) == [name]
    assert {"127.0.0.1", "localhost"} <= set(names(certificate(server, "127.0.0.1", trusted)))
    with pytest.raises(ssl.SSLCertVerificationError):
        certificate(server, "api.localhost")


def test_the_authority_outlives_a_restart(server):
    before = authority(server).read_text()
    server.stop()
    authority(server).unlink()
    server.start()
    assert authority(server).read_text() == before
    assert "PRIVATE" not in before


def test_addresses_in_answers_are_reached_the_way_the_client_came(server):
    appsync = https_client(server, "appsync", "localhost")
    uris = appsync.create_graphql_api(name="a", authenticationType="API_KEY")["graphqlApi"]["uris"]
    assert uris["GRAPHQL"].startswith(f"https://localhost:{port(server)}/")
    assert uris["REALTIME"].startswith(f"wss://localhost:{port(server)}/")
    url = https_client(server, "sqs").create_queue(QueueName="q")["QueueUrl"]
    assert url.startswith(f"https://127.0.0.1:{port(server)}/")
    assert server.client("sqs").create_queue(QueueName="q")["QueueUrl"].startswith("http://127.0.0.1:")


def test_what_is_neither_http_nor_tls_does_no_harm(server):
    for noise in [b"", b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02"]:
        with socket.create_connection(("127.0.0.1", port(server))) as plain:
            plain.sendall(noise)
            plain.shutdown(socket.SHUT_WR)
            while plain.recv(1024):
                pass
    assert https_client(server).list_state_machines()["stateMachines"] == []


def self_signed(folder, name, days=30):
    """`NAME.pem` and `NAME.key`, as an operator would put them there."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-days", str(days)]
    command += ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command += ["-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)


def serve(tmp_path, tls):
    config = tmp_path / "freehold.toml"
    config.write_text(tls)
    return Server(mode="serve", config=config)


def test_a_server_shows_the_certificates_of_its_folder(tmp_path):
    folder = tmp_path / "certificates"
    folder.mkdir()
    self_signed(folder, "api.example.com")
    server = serve(tmp_path, f"[tls]\ncertificates = '{folder}'\n")
    try:
        trusted = folder / "api.example.com.pem"
        first = certificate(server, "api.example.com", trusted)
        assert names(first) == ["api.example.com"]
        with pytest.raises(ssl.SSLError):
            certificate(server, "other.example.com", trusted)
        self_signed(folder, "api.example.com")
        second = wait_until(lambda: renewed(server, trusted, first))
        assert second["serialNumber"] != first["serialNumber"]
    finally:
        server.close()


def renewed(server, trusted, first):
    try:
        return certificate(server, "api.example.com", trusted)
    except ssl.SSLCertVerificationError:
        return None


def test_a_server_without_certificates_takes_no_tls(tmp_path):
    server = serve(tmp_path, "")
    try:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            certificate(server, "localhost")
        assert not authority(server).exists()
    finally:
        server.close()


def test_a_folder_that_cannot_be_used_is_an_error_at_the_start(tmp_path):
    (tmp_path / "api.example.com.pem").write_text("nothing")
    (tmp_path / "api.example.com.key").write_text("nothing")
    with pytest.raises(AssertionError, match="the server ended with 1"):
        serve(tmp_path, f"[tls]\ncertificates = '{tmp_path}'\n")


class Pebble:
    """Let's Encrypt's own test server, which looks every name up at a name server of ours: all lead to this machine."""

    def __init__(self, folder, tls_port):
        self.folder = folder
        self.directory_port, management_port = free_port(), free_port()
        self_signed(folder, "localhost")
        self.root = folder / "localhost.pem"
        self.names = NameServer()
        settings = {
            "listenAddress": f"127.0.0.1:{self.directory_port}",
            "managementListenAddress": f"127.0.0.1:{management_port}",
            "certificate": str(self.root),
            "privateKey": str(folder / "localhost.key"),
            "httpPort": 1,
            "tlsPort": tls_port,
        }
        config = folder / "pebble.json"
        config.write_text(json.dumps({"pebble": settings}))
        self.management = f"https://localhost:{management_port}"
        environment = {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PATH": "/usr/bin:/bin"}
        command = ["pebble", "-config", str(config), "-dnsserver", self.names.address]
        with open(folder / "pebble.log", "w") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_until(self.issuer)

    @property
    def directory(self):
        return f"https://localhost:{self.directory_port}/dir"

    def issuer(self):
        """The root of the certificates it issues."""
        context = ssl.create_default_context(cafile=self.root)
        try:
            with urllib.request.urlopen(f"{self.management}/roots/0", context=context) as answer:
                return answer.read()
        except OSError:
            return None

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.names.close()


class NameServer:
    """Answers every question for an address with 127.0.0.1."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                query, client = self.socket.recvfrom(512)
            except OSError:
                return
            end = query.index(0, 12) + 5
            question, kind = query[12:end], query[end - 3]
            answers = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x7f\x00\x00\x01" if kind == 1 else b""
            count = b"\x00\x01" if answers else b"\x00\x00"
            head = query[:2] + b"\x81\x80\x00\x01" + count + b"\x00\x00\x00\x00"
            self.socket.sendto(head + question + answers, client)

    def close(self):
        self.socket.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_domain_name_gets_its_certificate_from_an_acme_server(tmp_path):
    listen = free_port()
    pebble = Pebble(tmp_path, listen)
    config = tmp_path / "freehold.toml"
    config.write_text(
        f"listen = '127.0.0.1:{listen}'\n[tls]\ndevelopment_authority = false\n[tls.acme]\n"
        f"directory = '{pebble.directory}'\naccepts_terms = true\ncontact = 'mailto:operator@example.com'\n"
        f"trusted_roots = '{pebble.root}'\n"
    )
    server = Server(config=config, listen=f"127.0.0.1:{listen}")
    try:
        appsync = server.client("appsync")
        arn = f"arn:aws:acm:{REGION}:000000000000:certificate/one"
        appsync.create_domain_name(domainName="api.example.com", certificateArn=arn)
        roots = tmp_path / "issuer.pem"
        roots.write_bytes(pebble.issuer())
        issued = wait_until(lambda: issued_by(server, roots), 60)
        assert names(issued) == ["api.example.com"]
        pebble.close()
        server.stop()
        server.start()
        assert certificate(server, "api.example.com", roots) == issued, "it is kept"
    finally:
        server.close()
        pebble.close()


def issued_by(server, roots):
    try:
        return certificate(server, "api.example.com", roots)
    except (ssl.SSLError, ConnectionError):
        return None
