"""Every operation once, through the AWS CLI."""

import json
import os
import subprocess
import sys

import botocore.session
import pytest

from definitions import PASS, WAIT_FOREVER, activity, machine
from freehold import REGION, ROLE, wait_until
from test_map_runs import distributed


class Cli:
    def __init__(self, server):
        self.server = server
        self.called = set()

    def __call__(self, command, **options):
        """`aws stepfunctions <command> --option value …`, its answer parsed."""
        self.called.add(command)
        arguments = []
        for name, value in options.items():
            if value is True:
                arguments.append(f"--{name.replace('_', '-')}")
                continue
            text = value if isinstance(value, str) else json.dumps(value)
            arguments += [f"--{name.replace('_', '-')}", text]
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.server.url, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_PAGER": "",
        }
        aws = os.path.join(os.path.dirname(sys.executable), "aws")
        done = subprocess.run(["python", aws, "stepfunctions", command, "--output", "json", *arguments],
                              executable=sys.executable, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return json.loads(done.stdout or "{}")

    def ended(self, execution_arn):
        def check():
            described = self("describe-execution", execution_arn=execution_arn)
            return described if described["status"] != "RUNNING" else None

        return wait_until(check, seconds=60)


@pytest.fixture
def cli(server):
    return Cli(server)


def test_every_operation(cli):
    machines(cli)
    executions(cli)
    versions_and_aliases(cli)
    tasks(cli)
    map_runs(cli)
    commands = {
        botocore.xform_name(name, "-")
        for name in botocore.session.get_session().get_service_model("stepfunctions").operation_names
    }
    assert cli.called == commands


def machines(cli):
    definition = json.dumps(PASS)
    assert cli("validate-state-machine-definition", definition=definition)["result"] == "OK"
    arn = cli("create-state-machine", name="m", definition=definition, role_arn=ROLE)["stateMachineArn"]
    assert cli("describe-state-machine", state_machine_arn=arn)["definition"] == definition
    cli("update-state-machine", state_machine_arn=arn, definition=json.dumps(WAIT_FOREVER))
    assert [m["name"] for m in cli("list-state-machines")["stateMachines"]] == ["m"]
    cli("tag-resource", resource_arn=arn, tags=[{"key": "k", "value": "v"}])
    assert cli("list-tags-for-resource", resource_arn=arn)["tags"] == [{"key": "k", "value": "v"}]
    cli("untag-resource", resource_arn=arn, tag_keys="k")
    cli("delete-state-machine", state_machine_arn=arn)
    state = json.dumps({"Type": "Pass", "Result": 1, "End": True})
    assert cli("test-state", definition=state, input="{}")["output"] == "1"


def executions(cli):
    arn = cli("create-state-machine", name="e", definition=json.dumps(WAIT_FOREVER), role_arn=ROLE)["stateMachineArn"]
    execution = cli("start-execution", state_machine_arn=arn, input='{"a":1}')["executionArn"]
    assert cli("describe-state-machine-for-execution", execution_arn=execution)["stateMachineArn"] == arn
    listed = cli("list-executions", state_machine_arn=arn, status_filter="RUNNING")["executions"]
    assert [e["executionArn"] for e in listed] == [execution]
    cli("stop-execution", execution_arn=execution, error="E", cause="C")
    assert cli.ended(execution)["status"] == "ABORTED"
    assert cli("get-execution-history", execution_arn=execution)["events"][-1]["type"] == "ExecutionAborted"
    assert "redriveDate" in cli("redrive-execution", execution_arn=execution)
    cli("stop-execution", execution_arn=execution)
    express = cli("create-state-machine", name="x", definition=json.dumps(PASS), role_arn=ROLE, type="EXPRESS")
    answer = cli("start-sync-execution", state_machine_arn=express["stateMachineArn"])
    assert answer["status"] == "SUCCEEDED"


def versions_and_aliases(cli):
    arn = cli("create-state-machine", name="v", definition=json.dumps(PASS), role_arn=ROLE)["stateMachineArn"]
    version = cli("publish-state-machine-version", state_machine_arn=arn)["stateMachineVersionArn"]
    versions = cli("list-state-machine-versions", state_machine_arn=arn)["stateMachineVersions"]
    assert [v["stateMachineVersionArn"] for v in versions] == [version]
    routes = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = cli("create-state-machine-alias", name="live", routing_configuration=routes)["stateMachineAliasArn"]
    cli("update-state-machine-alias", state_machine_alias_arn=alias, description="new")
    assert cli("describe-state-machine-alias", state_machine_alias_arn=alias)["description"] == "new"
    assert len(cli("list-state-machine-aliases", state_machine_arn=arn)["stateMachineAliases"]) == 1
    cli("delete-state-machine-alias", state_machine_alias_arn=alias)
    cli("delete-state-machine-version", state_machine_version_arn=version)


def tasks(cli):
    work = cli("create-activity", name="a")["activityArn"]
    assert cli("describe-activity", activity_arn=work)["name"] == "a"
    assert len(cli("list-activities")["activities"]) == 1
    arn = cli("create-state-machine", name="t", definition=json.dumps(activity(work)), role_arn=ROLE)["stateMachineArn"]
    for send, options in [("send-task-success", {"task_output": "{}"}), ("send-task-failure", {"error": "E"})]:
        execution = cli("start-execution", state_machine_arn=arn)["executionArn"]
        token = cli("get-activity-task", activity_arn=work, worker_name="w")["taskToken"]
        cli("send-task-heartbeat", task_token=token)
        cli(send, task_token=token, **options)
        cli.ended(execution)
    cli("delete-activity", activity_arn=work)


def map_runs(cli):
    work = cli("create-activity", name="b")["activityArn"]
    child = machine(Work={"Type": "Task", "Resource": work, "End": True})
    definition = json.dumps(distributed(child, MaxConcurrency=1))
    arn = cli("create-state-machine", name="d", definition=definition, role_arn=ROLE)["stateMachineArn"]
    execution = cli("start-execution", state_machine_arn=arn, input="[1]")["executionArn"]
    runs = wait_until(lambda: cli("list-map-runs", execution_arn=execution)["mapRuns"])
    run = runs[0]["mapRunArn"]
    cli("update-map-run", map_run_arn=run, max_concurrency="2")
    assert cli("describe-map-run", map_run_arn=run)["maxConcurrency"] == 2
    token = cli("get-activity-task", activity_arn=work)["taskToken"]
    cli("send-task-success", task_token=token, task_output="{}")
    assert cli.ended(execution)["status"] == "SUCCEEDED"
