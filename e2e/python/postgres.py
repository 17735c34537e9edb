"""A PostgreSQL of one's own: a cluster in a temporary folder, which is gone when the tests are."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

from freehold import ACCOUNT, REGION, wait_until

CLUSTER = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:shop"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop-AbCdEf"


def programs():
    """The folder of `initdb` and `postgres`: on the PATH, or where Debian puts the newest."""
    found = shutil.which("initdb")
    folders = [os.path.dirname(os.path.realpath(found))] if found else sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    assert folders, "the tests need PostgreSQL: install it (on Debian and Ubuntu, apt-get install postgresql)"
    return pathlib.Path(folders[-1])


class Postgres:
    """Listens on a free port of loopback; the user `shop` has the password `s3cret` and the database `shop`."""

    def __init__(self, encrypted=False):
        self.encrypted = encrypted
        self.folder = tempfile.TemporaryDirectory(prefix="freehold-postgres-")
        self.data = pathlib.Path(self.folder.name) / "data"
        self.port = free_port()
        self.process = None
        # PostgreSQL refuses to be run by root.
        self.user = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        if self.user:
            os.chown(self.folder.name, pwd.getpwnam("nobody").pw_uid, -1)
        password = pathlib.Path(self.folder.name) / "password"
        password.write_text("s3cret")
        password.chmod(0o644)
        self.run("initdb", "-D", self.data, "-U", "shop", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale=C", "-N")
        if encrypted:
            self.make_certificates()
        self.start()
        self.psql("postgres", "CREATE DATABASE shop")

    @property
    def url(self):
        return f"postgresql://shop:s3cret@127.0.0.1:{self.port}/shop"

    def run(self, program, *arguments, **options):
        command = [str(programs() / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd=self.folder.name, capture_output=True, **self.user, **options)

    def start(self):
        # Nothing has to survive: the fixture is quick because it doesn't wait for the disk.
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder.name}", "fsync=off"]
        if self.encrypted:
            settings += ["ssl=on", f"ssl_cert_file={self.folder.name}/server.pem", f"ssl_key_file={self.folder.name}/server.key"]
        options = [part for setting in settings for part in ("-c", setting)]
        log = open(pathlib.Path(self.folder.name) / "log", "ab")
        command = [str(programs() / "postgres"), "-D", str(self.data), *options]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder.name, **self.user)
        log.close()

        def answers():
            assert self.process.poll() is None, (pathlib.Path(self.folder.name) / "log").read_text()
            return subprocess.run(
                [str(programs() / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)], capture_output=True
            ).returncode == 0

        wait_until(answers)

    def make_certificates(self):
        """An authority, and a certificate of it for 127.0.0.1."""
        folder = pathlib.Path(self.folder.name)
        openssl = lambda *arguments: subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority")
        openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=database")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n")
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2"]
        openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", *signed)
        if self.user:
            os.chown(folder / "server.key", pwd.getpwnam("nobody").pw_uid, -1)

    def psql(self, database, sql):
        environment = {**os.environ, "PGPASSWORD": "s3cret"}
        target = ["-h", "127.0.0.1", "-p", self.port, "-U", "shop", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt"]
        command = [str(programs() / "psql"), *map(str, target), "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()

    def stop(self):
        """At once, with every connection: as a crash, but for the memory that it shares."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        self.folder.cleanup()

    def config(self, folder, more=""):
        """A configuration file with this database behind the cluster and the secret."""
        path = pathlib.Path(folder) / "freehold.toml"
        path.write_text(f'[[rds]]\nresource_arn = "{CLUSTER}"\nsecret_arn = "{SECRET}"\nurl = "{self.url}"\n{more}')
        return path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
