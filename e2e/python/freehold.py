"""The server under test: the real binary, on a port and a data folder of its own."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time

import boto3
from botocore.config import Config

ACCOUNT = "000000000000"
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/workflow"


def binary() -> str:
    default = pathlib.Path(__file__).parents[2] / "target" / "debug" / "freehold"
    return os.environ.get("FREEHOLD_BIN", str(default))


class Server:
    """`freehold dev` (or `serve`), started on a free port; `options` are those of its process."""

    def __init__(self, data=None, mode="dev", config=None, listen="127.0.0.1:0", **options):
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="freehold-")
        self.data = str(data or self.folder.name)
        self.mode = mode
        self.config = config
        self.listen = listen
        self.options = options
        self.process = None
        self.printed = []
        self.start()

    def start(self):
        command = [binary(), self.mode, "--listen", self.listen, "--data", self.data]
        if self.config:
            command += ["--config", str(self.config)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **self.options)
        self.printed = []
        for line in self.process.stdout:
            self.printed.append(line.rstrip())
            if "listening on " in line:
                self.url = line.split("listening on ", 1)[1].split()[0]
                return
        raise AssertionError(f"the server ended with {self.process.wait()}: {self.printed}")

    def kill(self):
        """As a crash would: SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        self.printed += self.process.stdout.read().splitlines()
        self.process.wait()

    def stop(self):
        """As an operator would: SIGTERM."""
        self.process.terminate()
        self.printed += self.process.stdout.read().splitlines()
        assert self.process.wait(timeout=20) == 0

    def close(self):
        if self.process.poll() is None:
            self.kill()
        if self.folder:
            self.folder.cleanup()

    def client(self, service="stepfunctions", **config):
        settings = {"inject_host_prefix": False, "retries": {"total_max_attempts": 1}, "read_timeout": 70}
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(**{**settings, **config}),
        )


def wait_until(check, seconds=20):
    """The first true answer of `check`; a test waits for a state, never for a time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.02)


def ended(states, execution_arn, seconds=20):
    """DescribeExecution once it has ended."""

    def check():
        described = states.describe_execution(executionArn=execution_arn)
        return described if described["status"] != "RUNNING" else None

    return wait_until(check, seconds)


def history(states, execution_arn, **arguments):
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution_arn, **arguments)
    return [event for page in pages for event in page["events"]]


def types(events):
    return [event["type"] for event in events]
