"""EventBridge Scheduler by boto3."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from definitions import PASS
from freehold import ACCOUNT, REGION, ROLE, wait_until

ONCE = {"Mode": "OFF"}


@pytest.fixture
def scheduler(server):
    return server.client("scheduler")


def soon(seconds=2):
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return f"at({at:%Y-%m-%dT%H:%M:%S})"


def test_a_schedule_starts_an_execution_though_the_server_is_killed(server, scheduler, states, create):
    machine = create(PASS)
    target = {"Arn": machine, "RoleArn": ROLE, "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"})}
    arn = scheduler.create_schedule(
        Name="once",
        ScheduleExpression=soon(),
        FlexibleTimeWindow=ONCE,
        Target=target,
        ActionAfterCompletion="DELETE",
    )["ScheduleArn"]
    assert arn == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/once"
    server.kill()
    server.start()
    states = server.client()
    [execution] = wait_until(lambda: states.list_executions(stateMachineArn=machine)["executions"])
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"])["at"].endswith("Z")
    scheduler = server.client("scheduler")
    assert scheduler.list_schedules()["Schedules"] == []


def test_any_operation_can_be_a_target(server, scheduler):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    sent = {"QueueUrl": url, "MessageBody": "hello"}
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": ROLE, "Input": json.dumps(sent)}
    scheduler.create_schedule(Name="s", ScheduleExpression=soon(1), FlexibleTimeWindow=ONCE, Target=target)
    [message] = wait_until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    assert message["Body"] == "hello"


def test_schedules_stand_in_groups(scheduler):
    group = scheduler.create_schedule_group(Name="g", Tags=[{"Key": "a", "Value": "b"}])["ScheduleGroupArn"]
    target = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", "RoleArn": ROLE}
    schedule = {"GroupName": "g", "FlexibleTimeWindow": ONCE, "Target": target}
    for name in ("one", "two"):
        scheduler.create_schedule(Name=name, ScheduleExpression="rate(1 hour)", **schedule)
    scheduler.update_schedule(Name="two", ScheduleExpression="cron(0 9 * * ? *)", State="DISABLED",
                              ScheduleExpressionTimezone="Europe/Berlin", **schedule)
    shown = scheduler.get_schedule(Name="two", GroupName="g")
    assert (shown["State"], shown["ScheduleExpressionTimezone"]) == ("DISABLED", "Europe/Berlin")
    assert shown["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    names = [one["Name"] for one in scheduler.list_schedules(GroupName="g", State="ENABLED")["Schedules"]]
    assert names == ["one"]
    pages = scheduler.get_paginator("list_schedules").paginate(PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["Schedules"]] == ["one", "two"]
    assert scheduler.list_tags_for_resource(ResourceArn=group)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert [one["Name"] for one in scheduler.list_schedule_groups()["ScheduleGroups"]] == ["default", "g"]
    scheduler.delete_schedule_group(Name="g")
    assert scheduler.list_schedules()["Schedules"] == []


@pytest.mark.parametrize(
    "call, code, status",
    [
        (lambda it: it.get_schedule(Name="none"), "ResourceNotFoundException", 404),
        (lambda it: it.delete_schedule_group(Name="none"), "ResourceNotFoundException", 404),
        (lambda it: it.create_schedule_group(Name="default"), "ConflictException", 409),
        (
            lambda it: it.create_schedule(
                Name="s",
                ScheduleExpression="every day",
                FlexibleTimeWindow=ONCE,
                Target={"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:q", "RoleArn": ROLE},
            ),
            "ValidationException",
            400,
        ),
        (lambda it: it.get_schedule(Name="a b"), "ValidationException", 400),
    ],
)
def test_refusals_have_the_codes_of_aws(scheduler, call, code, status):
    with pytest.raises(ClientError) as refused:
        call(scheduler)
    assert refused.value.response["Error"]["Code"] == code
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
