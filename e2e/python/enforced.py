"""A house that knows its callers (`freehold serve`): its root, clients of others, and the policies that they live under."""

import json
import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from freehold import REGION, Server


def serving(**options):
    """A server in its second life; `root` is the key that it printed in its first."""
    server = Server(mode="serve", **options)
    server.stop()
    server.root = printed_key(server)
    server.start()
    return server


def printed_key(server):
    """The access key that a server has printed since its start, if it has."""
    found = [re.search(rf"AWS_{name}=(\S+)", "\n".join(server.printed)) for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY")]
    return {"AccessKeyId": found[0][1], "SecretAccessKey": found[1][1]} if all(found) else None


def of(server, service, credentials, **config):
    """A client of whoever has those credentials: an access key or a session."""
    config = Config(**{"retries": {"total_max_attempts": 1}, "inject_host_prefix": False, **config})
    return boto3.client(service, endpoint_url=server.url, region_name=REGION, config=config,
                        aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
                        aws_session_token=credentials.get("SessionToken"))


def trust(**principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(actions, resource="*"):
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(call, **arguments):
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return refused.value.response["Error"]
