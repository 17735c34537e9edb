"""IAM by boto3: who may do what, on a server that enforces it."""

import io
import json
import zipfile

import pytest

from enforced import allow, of, refusal, trust
from freehold import ACCOUNT, REGION, Server, ended, wait_until

PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


def test_a_user_may_do_what_a_policy_allows(serve):
    iam = of(serve, "iam", serve.root)
    iam.create_user(UserName="alice")
    alice = iam.create_access_key(UserName="alice")["AccessKey"]
    states = of(serve, "stepfunctions", alice)
    refused = refusal(states.list_state_machines)
    assert refused["Code"] == "AccessDeniedException"
    assert refused["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: states:ListStateMachines on resource: "
        f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:* because no identity-based policy allows the "
        "states:ListStateMachines action")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow("states:List*"))
    assert states.list_state_machines()["stateMachines"] == []
    serve.kill()
    serve.start()
    assert of(serve, "stepfunctions", alice).list_state_machines()["stateMachines"] == []
    of(serve, "iam", serve.root).update_access_key(UserName="alice", AccessKeyId=alice["AccessKeyId"], Status="Inactive")
    refused = refusal(of(serve, "stepfunctions", alice).list_state_machines)
    assert refused["Code"] == "UnrecognizedClientException"


def test_policies_come_back_as_they_were_given(serve):
    iam = of(serve, "iam", serve.root)
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust(Service="states.amazonaws.com"))["Role"]
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "states.amazonaws.com"}
    policy = iam.create_policy(PolicyName="p", PolicyDocument=allow("s3:*"))["Policy"]
    iam.attach_role_policy(RoleName="r", PolicyArn=policy["Arn"])
    attached = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert attached == [{"PolicyName": "p", "PolicyArn": policy["Arn"]}]
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(allow("s3:*"))
    malformed = refusal(iam.put_role_policy, RoleName="r", PolicyName="x", PolicyDocument="{}")
    assert malformed == {"Code": "MalformedPolicyDocument", "Message": "Syntax errors in policy.", "Type": "Sender"}
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="nobody")
    names = [user["UserName"] for page in iam.get_paginator("list_users").paginate() for user in page["Users"]]
    assert names == []
    results = iam.simulate_custom_policy(PolicyInputList=[allow("s3:Get*")], ActionNames=["s3:GetObject", "s3:PutObject"])
    decisions = [result["EvalDecision"] for result in results["EvaluationResults"]]
    assert decisions == ["allowed", "implicitDeny"]


def test_a_task_runs_with_its_role(serve):
    iam, states = of(serve, "iam", serve.root), of(serve, "stepfunctions", serve.root)
    role = iam.create_role(RoleName="flow", AssumeRolePolicyDocument=trust(Service="states.amazonaws.com"))["Role"]["Arn"]
    child = states.create_state_machine(name="child", definition=PASS, roleArn=role)["stateMachineArn"]
    task = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
            "Parameters": {"StateMachineArn": child}}
    definition = json.dumps({"StartAt": "A", "States": {"A": task}})
    parent = states.create_state_machine(name="parent", definition=definition, roleArn=role)["stateMachineArn"]

    def run():
        return ended(states, states.start_execution(stateMachineArn=parent)["executionArn"])

    refused = run()
    assert refused["status"] == "FAILED"
    assert "is not authorized to perform: states:StartExecution on resource: " + child in refused["cause"]
    iam.put_role_policy(RoleName="flow", PolicyName="p", PolicyDocument=allow("states:StartExecution", child))
    assert run()["status"] == "SUCCEEDED"


def test_a_state_machine_needs_a_role_that_trusts_the_service(serve):
    iam, states = of(serve, "iam", serve.root), of(serve, "stepfunctions", serve.root)
    trusted = iam.create_role(RoleName="trusted", AssumeRolePolicyDocument=trust(Service="states.amazonaws.com"))
    other = iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
    refused = refusal(states.create_state_machine, name="m", definition=PASS, roleArn=other["Role"]["Arn"])
    assert refused["Code"] == "AccessDeniedException"
    assert refused["Message"] == (
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the "
        "provided role."
    )
    made = states.create_state_machine(name="m", definition=PASS, roleArn=trusted["Role"]["Arn"])
    machine = made["stateMachineArn"]
    refused = refusal(states.update_state_machine, stateMachineArn=machine, roleArn=other["Role"]["Arn"])
    assert refused["Code"] == "AccessDeniedException"


def test_a_function_runs_with_a_role_that_trusts_lambda_or_not_at_all(tmp_path):
    """In development too, once policies are enforced: a function never falls back to the rights of the root."""
    config = tmp_path / "freehold.toml"
    config.write_text('[iam]\nenforce = "on"\n')
    server = Server(config=config)
    try:
        iam, functions = server.client("iam"), server.client("lambda")
        code = "import os\ndef handler(event, context):\n    return {k: os.environ.get(k) for k in event}\n"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("app.py", code)

        def create(name, role):
            return functions.create_function(
                FunctionName=name, Runtime="python3.12", Role=f"arn:aws:iam::{ACCOUNT}:role/{role}",
                Handler="app.handler", Code={"ZipFile": archive.getvalue()})

        iam.create_role(RoleName="other", AssumeRolePolicyDocument=trust(Service="states.amazonaws.com"))
        for role in ("missing", "other"):
            refused = refusal(create, name="f", role=role)
            assert refused["Code"] == "InvalidParameterValueException"
            assert refused["Message"] == "The role defined for the function cannot be assumed by Lambda."
        for name in ("kept", "gone"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(Service="lambda.amazonaws.com"))
            create(name, name)
        iam.delete_role(RoleName="gone")
        names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
        reply = functions.invoke(FunctionName="kept", Payload=json.dumps(dict.fromkeys(names)))
        given = json.load(reply["Payload"])
        key, secret, token = (given[name] for name in names)
        asked = of(server, "sts", {"AccessKeyId": key, "SecretAccessKey": secret, "SessionToken": token}).get_caller_identity()
        assert asked["Arn"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/kept/")
        refused = refusal(functions.invoke, FunctionName="gone")
        assert refused["Code"] == "AccessDeniedException"
        assert refused["Message"] == "The role defined for the function cannot be assumed by Lambda."
    finally:
        server.close()


def test_a_task_of_ecs_stops_whose_role_does_not_trust_it(tmp_path):
    config = tmp_path / "freehold.toml"
    config.write_text('[iam]\nenforce = "on"\n')
    server = Server(config=config)
    try:
        ecs = server.client("ecs")
        role = f"arn:aws:iam::{ACCOUNT}:role/missing"
        ecs.register_task_definition(family="t", taskRoleArn=role, containerDefinitions=[
            {"name": "main", "image": "x", "memory": 64, "command": ["true"]}])
        arn = ecs.run_task(taskDefinition="t")["tasks"][0]["taskArn"]

        def stopped():
            task = ecs.describe_tasks(tasks=[arn])["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        task = wait_until(stopped)
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith(f"ECS was unable to assume the role '{role}'")
    finally:
        server.close()


def test_conditions_know_how_a_request_came(serve):
    iam = of(serve, "iam", serve.root)
    iam.create_user(UserName="alice")
    alice = iam.create_access_key(UserName="alice")["AccessKey"]
    queues = of(serve, "sqs", alice)
    for condition in ({"Bool": {"aws:SecureTransport": "false"}}, {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
                      {"StringLike": {"aws:UserAgent": "Boto3/*"}}):
        statements = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
                      {"Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Condition": condition}]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document)
        assert refusal(queues.list_queues)["Code"] == "AccessDenied", condition
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=allow("sqs:*"))
    queues.list_queues()


def test_tools_find_what_they_look_for(server):
    """What Terraform and the CDK ask for around users, passwords and identity providers."""
    iam = server.client("iam")
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="very secret", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="ann")["LoginProfile"]["PasswordResetRequired"] is True
    assert refusal(iam.delete_user, UserName="ann")["Code"] == "DeleteConflict"
    assert iam.list_mfa_devices(UserName="ann")["MFADevices"] == []
    assert iam.list_ssh_public_keys(UserName="ann")["SSHPublicKeys"] == []
    assert iam.list_signing_certificates(UserName="ann")["Certificates"] == []
    assert iam.list_service_specific_credentials(UserName="ann")["ServiceSpecificCredentials"] == []
    iam.delete_login_profile(UserName="ann")

    iam.update_account_password_policy(MinimumPasswordLength=12, MaxPasswordAge=90)
    assert iam.get_account_password_policy()["PasswordPolicy"]["ExpirePasswords"] is True
    provider = iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)["ClientIDList"] == ["sts.amazonaws.com"]
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": provider}]

    assert iam.generate_credential_report()["State"] == "COMPLETE"
    report = iam.get_credential_report()["Content"].decode()
    assert report.splitlines()[2].startswith(f"ann,arn:aws:iam::{ACCOUNT}:user/ann,")
