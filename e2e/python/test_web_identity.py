"""AssumeRoleWithWebIdentity: whoever has a token of a provider that IAM knows gets the role that trusts it."""

import base64
import http.server
import json
import threading
import time

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from enforced import serving
from freehold import ACCOUNT, REGION

KEY = rsa.generate_private_key(65537, 2048)


def encoded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(issuer, **claims):
    now = int(time.time())
    said = {"iss": issuer, "sub": "alice", "aud": "app", "iat": now, "exp": now + 600, **claims}
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k1"}, said)]
    message = ".".join(parts)
    signature = KEY.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{message}.{encoded(signature)}"


@pytest.fixture(scope="module")
def issuer():
    """An identity provider, as much of it as is asked: its configuration and its keys."""
    numbers = KEY.public_key().public_numbers()
    number = lambda it: encoded(it.to_bytes((it.bit_length() + 7) // 8, "big"))
    jwk = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1", "n": number(numbers.n), "e": number(numbers.e)}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            answer = {"keys": [jwk]} if self.path == "/keys" else {"jwks_uri": f"{url}/keys"}
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield url
    server.shutdown()
    server.server_close()


def test_a_token_is_enough_for_the_role_that_trusts_it(issuer):
    server = serving()
    try:
        key, secret = server.root.values()
        iam = boto3.client("iam", endpoint_url=server.url, region_name=REGION, aws_access_key_id=key,
                           aws_secret_access_key=secret)
        provider = iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["app"])["OpenIDConnectProviderArn"]
        name = issuer.removeprefix("http://")
        trust = {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{name}:aud": "app", f"{name}:sub": "alice"}},
            }],
        }
        iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(trust))
        role = f"arn:aws:iam::{ACCOUNT}:role/web"
        nobody = boto3.client("sts", endpoint_url=server.url, region_name=REGION,
                              config=Config(signature_version=UNSIGNED))
        ask = lambda text: nobody.assume_role_with_web_identity(RoleArn=role, RoleSessionName="app", WebIdentityToken=text)
        got = ask(token(issuer))
        assert (got["SubjectFromWebIdentityToken"], got["Provider"]) == ("alice", provider)
        session = got["Credentials"]
        sts = boto3.client("sts", endpoint_url=server.url, region_name=REGION,
                           aws_access_key_id=session["AccessKeyId"], aws_secret_access_key=session["SecretAccessKey"],
                           aws_session_token=session["SessionToken"])
        assert sts.get_caller_identity()["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/web/app"
        refusals = [
            (token(issuer, sub="bob"), "AccessDenied"),
            (token(issuer, exp=1), "ExpiredTokenException"),
            (token(issuer, aud="other"), "InvalidIdentityToken"),
            (token("https://elsewhere.example"), "InvalidIdentityToken"),
            (token(issuer)[:-8] + "AAAAAAAA", "InvalidIdentityToken"),
        ]
        for text, code in refusals:
            with pytest.raises(ClientError) as refused:
                ask(text)
            assert refused.value.response["Error"]["Code"] == code
    finally:
        server.close()
