"""Function URLs, asked as browsers and services ask them."""

import io
import json
import re
import urllib.error
import urllib.request
import zipfile

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from enforced import serving
from freehold import REGION, ROLE, Server

CODE = """
def handler(event, context):
    who = event["requestContext"].get("authorizer", {}).get("iam", {}).get("userArn", "anybody")
    return {"statusCode": 201, "headers": {"x-path": event["rawPath"]}, "body": who}
"""


def zipped(code):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app.py", code)
    return file.getvalue()


def make(client, name, auth_type="NONE"):
    client.create_function(FunctionName=name, Runtime="python3.12", Role=ROLE, Handler="app.handler",
                           Code={"ZipFile": zipped(CODE)}, Timeout=20)
    return client.create_function_url_config(FunctionName=name, AuthType=auth_type)["FunctionUrl"]


def fetch(url, headers=None):
    request = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


def test_an_address_works_as_it_was_told():
    server = Server()
    try:
        url = make(server.client("lambda"), "open")
        assert url.startswith(server.url)
        status, headers, body = fetch(url + "some/path?a=b")
        assert (status, headers["x-path"], body) == (201, "/some/path", "anybody")
        name = re.search("/lambda-url/([a-z0-9]+)/", url)[1]
        host = {"Host": f"{name}.lambda-url.{REGION}.on.aws"}
        assert fetch(server.url + "/other", host)[:2][0] == 201
        assert fetch(server.url + "/lambda-url/nothing/")[0] == 404
    finally:
        server.close()


@pytest.fixture(scope="module")
def serve():
    server = serving()
    server.key, server.secret = server.root.values()
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    client(server, "iam").create_role(RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument=policy)
    yield server
    server.close()


def client(server, service):
    return boto3.client(service, endpoint_url=server.url, region_name=REGION, aws_access_key_id=server.key,
                        aws_secret_access_key=server.secret, config=Config(retries={"total_max_attempts": 1}))


def test_anybody_may_ask_what_its_policy_lets_anybody(serve):
    functions = client(serve, "lambda")
    url = make(functions, "public")
    status, _, body = fetch(url)
    assert status == 403 and json.loads(body)["Message"].startswith("Forbidden")
    everybody = {"FunctionName": "public", "Principal": "*"}
    functions.add_permission(StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE", **everybody)
    assert fetch(url)[0] == 403
    functions.add_permission(StatementId="run", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True, **everybody)
    assert fetch(url)[0] == 201


def test_what_needs_a_signature_is_told_who_has_signed(serve):
    url = make(client(serve, "lambda"), "signed", "AWS_IAM")
    assert fetch(url)[0] == 403
    request = AWSRequest("GET", url + "x")
    SigV4Auth(Credentials(serve.key, serve.secret), "lambda", REGION).add_auth(request)
    status, _, body = fetch(url + "x", dict(request.headers))
    assert (status, body.endswith(":root")) == (201, True), body
    forged = AWSRequest("GET", url + "x")
    SigV4Auth(Credentials(serve.key, "x" * 40), "lambda", REGION).add_auth(forged)
    assert fetch(url + "x", dict(forged.headers))[0] == 403
