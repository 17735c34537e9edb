"""STS by boto3: temporary credentials, and other accounts."""

import boto3
from botocore.config import Config

from enforced import allow, of, refusal, trust
from freehold import ACCOUNT, REGION


def test_everybody_may_ask_who_he_is(serve):
    identity = of(serve, "sts", serve.root).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    iam = of(serve, "iam", serve.root)
    user = iam.create_user(UserName="alice")["User"]
    alice = iam.create_access_key(UserName="alice")["AccessKey"]
    identity = of(serve, "sts", alice).get_caller_identity()
    assert (identity["UserId"], identity["Arn"]) == (user["UserId"], user["Arn"])
    info = of(serve, "sts", serve.root).get_access_key_info(AccessKeyId=alice["AccessKeyId"])
    assert info["Account"] == ACCOUNT


def test_a_role_is_assumed_and_its_session_survives_a_crash(serve):
    iam = of(serve, "iam", serve.root)
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow("sts:AssumeRole"))
    alice = iam.create_access_key(UserName="alice")["AccessKey"]
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust(AWS=ACCOUNT))["Role"]
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=allow("states:List*"))
    sts = of(serve, "sts", alice)
    assumed = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="run")
    assert assumed["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role['RoleId']}:run", "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/run"}
    serve.kill()
    serve.start()
    credentials = assumed["Credentials"]
    assert of(serve, "stepfunctions", credentials).list_state_machines()["stateMachines"] == []
    assert refusal(of(serve, "iam", credentials).list_users)["Code"] == "AccessDenied"
    assert of(serve, "sts", credentials).get_caller_identity()["Arn"] == assumed["AssumedRoleUser"]["Arn"]
    forged = {**credentials, "SessionToken": credentials["SessionToken"][:-4] + "AAAA"}
    assert refusal(of(serve, "stepfunctions", forged).list_state_machines)["Code"] == "UnrecognizedClientException"
    closed = of(serve, "iam", serve.root).create_role(RoleName="closed", AssumeRolePolicyDocument=trust(AWS="999999999999"))
    refused = refusal(of(serve, "sts", alice).assume_role, RoleArn=closed["Role"]["Arn"], RoleSessionName="run")
    assert refused["Code"] == "AccessDenied"
    assert "is not authorized to perform: sts:AssumeRole on resource" in refused["Message"]


def test_a_developer_has_many_accounts(server):
    other = "222222222222"
    root = {"AccessKeyId": other, "SecretAccessKey": "x"}
    iam = of(server, "iam", root)
    assert iam.create_user(UserName="bob")["User"]["Arn"] == f"arn:aws:iam::{other}:user/bob"
    assert server.client("iam").list_users()["Users"] == []
    assert of(server, "sts", root).get_caller_identity()["Account"] == other


def test_identity_providers_are_refused(server):
    config = Config(retries={"total_max_attempts": 1})
    sts = boto3.client("sts", endpoint_url=server.url, region_name=REGION, aws_access_key_id="x",
                       aws_secret_access_key="x", config=config)
    refused = refusal(sts.assume_role_with_web_identity, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/r",
                      RoleSessionName="run", WebIdentityToken="token")
    assert refused["Code"] == "InvalidIdentityToken"
