"""As much of a Kubernetes API server as tasks need: over TLS with a certificate of its own, for whoever the server under
test says has signed the token."""

import base64
import contextlib
import datetime
import http.client
import http.server
import ipaddress
import json
import ssl
import threading
import urllib.parse
import xml.etree.ElementTree

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

JOBS = "/apis/batch/v1/namespaces/default/jobs"
PODS = "/api/v1/namespaces/default/pods"


class Cluster:
    """Jobs that have ended once they were looked at twice; each has a pod of one container."""

    def __init__(self, folder, house, name="MyCluster"):
        self.house, self.name = house, name
        self.jobs, self.looks, self.callers, self.deleted = {}, {}, [], []
        self.fails, self.log = set(), '{"pi": 3.14}\n'
        certificate, files = make_certificate(folder)
        self.certificate_authority = base64.b64encode(certificate).decode()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.endpoint = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def parameters(self, **more):
        return {
            "ClusterName": self.name,
            "CertificateAuthority": self.certificate_authority,
            "Endpoint": self.endpoint,
            **more,
        }

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def caller(self, authorization):
        """Asks STS who has signed the token, as the authenticator of a cluster does; None for nobody."""
        kind, _, token = authorization.partition("k8s-aws-v1.")
        if kind != "Bearer ":
            return None
        url = urllib.parse.urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
        assert (url.scheme, url.hostname) == ("https", "sts.us-east-1.amazonaws.com")
        asked = http.client.HTTPConnection(self.house.url.removeprefix("http://"))
        headers = {"Host": url.hostname, "x-k8s-aws-id": self.name}
        asked.request("GET", f"{url.path}?{url.query}", headers=headers)
        with contextlib.closing(asked.getresponse()) as answer:
            if answer.status != 200:
                return None
            return xml.etree.ElementTree.fromstring(answer.read()).find(".//{*}Arn").text

    def answer(self, method, path, query, body):
        """The status and body of an answer."""
        name = path.removeprefix(f"{JOBS}/")
        if (method, path) == ("POST", JOBS):
            job = body["metadata"]["name"]
            if job in self.jobs:
                return 409, status(409, "AlreadyExists")
            self.jobs[job] = {**body, "status": {}}
            return 201, self.jobs[job]
        if path.startswith(f"{JOBS}/") and name not in self.jobs:
            return 404, status(404, "NotFound")
        if method == "DELETE":
            self.deleted.append((name, query))
            return 200, status(200, "")
        if path.startswith(f"{JOBS}/"):
            self.looks[name] = self.looks.get(name, 0) + 1
            if self.looks[name] == 2:
                kind = "Failed" if name in self.fails else "Complete"
                self.jobs[name]["status"] = {"conditions": [{"type": kind, "status": "True"}]}
            return 200, self.jobs[name]
        if path == PODS:
            job = query["labelSelector"][0].removeprefix("job-name=")
            containers = self.jobs[job]["spec"]["template"]["spec"]["containers"]
            return 200, {"kind": "PodList", "items": [{"metadata": {"name": f"{job}-x"}, "spec": {"containers": containers}}]}
        if path.startswith(PODS) and path.endswith("/log"):
            return (200, self.log) if query["container"] == ["main"] else (400, status(400, "BadRequest"))
        return 404, status(404, "NotFound")


def status(code, reason):
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason, "code": code}


def handler_of(cluster):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            url = urllib.parse.urlsplit(self.path)
            caller = cluster.caller(self.headers.get("Authorization", ""))
            cluster.callers.append(caller)
            code, answer = 401, status(401, "Unauthorized")
            if caller:
                code, answer = cluster.answer(self.command, url.path, urllib.parse.parse_qs(url.query), body)
            text = answer if isinstance(answer, str) else json.dumps(answer)
            self.send_response(code)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_DELETE = do_PATCH = do

        def log_message(self, *_):
            pass

    return Handler


def make_certificate(folder):
    """A certificate that vouches for itself, as PEM; its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(pem)
    files[1].write_bytes(key.private_bytes(*form))
    return pem, files
