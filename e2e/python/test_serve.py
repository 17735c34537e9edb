"""`freehold serve`: signatures are checked against access keys that it stores."""

import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from freehold import REGION, Server


def serving():
    """A server in its second life, and what it printed in its first."""
    server = Server(mode="serve")
    server.stop()
    server.root_key = root_key(server)
    server.start()
    return server


@pytest.fixture
def serve():
    server = serving()
    yield server
    server.close()


def signed(server, key, secret):
    return boto3.client("stepfunctions", endpoint_url=server.url, region_name=REGION, aws_access_key_id=key,
                        aws_secret_access_key=secret, config=Config(retries={"total_max_attempts": 1}))


def root_key(server):
    printed = "\n".join(server.printed)
    key = re.search(r"\b(AKIA[A-Z0-9]{16})\b", printed)
    secret = re.search(r"(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])", printed)
    return key and key[1], secret and secret[1]


def test_the_root_key_is_printed_once_and_works_for_ever(serve):
    assert signed(serve, *serve.root_key).list_state_machines()["stateMachines"] == []
    serve.stop()
    assert root_key(serve) == (None, None)
    serve.start()
    assert signed(serve, *serve.root_key).list_state_machines()["stateMachines"] == []


def test_other_keys_and_wrong_secrets_are_refused(serve):
    key, secret = serve.root_key
    with pytest.raises(ClientError) as unknown:
        signed(serve, "AKIAIOSFODNN7EXAMPLE", secret).list_state_machines()
    assert unknown.value.response["Error"]["Code"] == "UnrecognizedClientException"
    with pytest.raises(ClientError) as forged:
        signed(serve, key, "x" * 40).list_state_machines()
    assert forged.value.response["Error"]["Code"] == "InvalidSignatureException"
