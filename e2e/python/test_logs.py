"""CloudWatch Logs, on its own and as the place where state machines log."""

import io
import json
import time
import zipfile

import pytest
from botocore.exceptions import ClientError

from definitions import FAIL, PASS
from freehold import ACCOUNT, REGION, ROLE, ended, history, wait_until


@pytest.fixture
def logs(server):
    return server.client("logs")


def now():
    return int(time.time() * 1000)


def put(logs, stream, *messages):
    events = [{"timestamp": now(), "message": message} for message in messages]
    return logs.put_log_events(logGroupName="g", logStreamName=stream, logEvents=events)


@pytest.fixture
def group(logs):
    logs.create_log_group(logGroupName="g", tags={"team": "a"})
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    return "g"


def test_events_are_written_read_and_searched(logs, group):
    put(logs, "s", "INFO begins", "ERROR one", '{"level": "ERROR", "code": 7}')
    read = logs.get_log_events(logGroupName="g", logStreamName="s", startFromHead=True)
    assert [event["message"] for event in read["events"]][:2] == ["INFO begins", "ERROR one"]

    def found(pattern):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="g", filterPattern=pattern)
        return [event["message"] for page in pages for event in page["events"]]

    assert len(found("ERROR")) == 2
    assert found("ERROR -level") == ["ERROR one"]
    assert found("{ $.code > 6 }") == ['{"level": "ERROR", "code": 7}']
    streams = logs.describe_log_streams(logGroupName="g")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == ["s"]


def test_a_tail_goes_on_with_its_token(logs, group):
    put(logs, "s", "one")
    where = {"logGroupName": "g", "logStreamName": "s"}
    token = logs.get_log_events(**where, startFromHead=True)["nextForwardToken"]
    assert logs.get_log_events(**where, nextToken=token)["events"] == []
    put(logs, "s", "two")
    assert [it["message"] for it in logs.get_log_events(**where, nextToken=token)["events"]] == ["two"]


def test_what_was_taken_outlives_a_kill(server, logs, group):
    put(logs, "s", "kept")
    server.kill()
    server.start()
    logs = server.client("logs")
    assert logs.filter_log_events(logGroupName="g")["events"][0]["message"] == "kept"
    assert logs.list_tags_log_group(logGroupName="g")["tags"] == {"team": "a"}


@pytest.mark.parametrize(
    "call, code",
    [
        (lambda logs: logs.create_log_group(logGroupName="g"), "ResourceAlreadyExistsException"),
        (lambda logs: logs.delete_log_group(logGroupName="none"), "ResourceNotFoundException"),
        (lambda logs: logs.put_retention_policy(logGroupName="g", retentionInDays=2), "InvalidParameterException"),
        (lambda logs: logs.filter_log_events(logGroupName="g", filterPattern="{ $.a"), "InvalidParameterException"),
        (lambda logs: logs.get_log_events(logGroupName="g", logStreamName="none"), "ResourceNotFoundException"),
        (
            lambda logs: logs.start_query(logGroupName="g", startTime=0, endTime=1, queryString="fields @message"),
            "InvalidParameterException",
        ),
        (lambda logs: logs.describe_export_tasks(), "UnknownOperationException"),
    ],
)
def test_refusals_have_the_codes_of_aws(logs, group, call, code):
    with pytest.raises(ClientError) as refused:
        call(logs)
    assert refused.value.response["Error"]["Code"] == code


def test_an_operation_that_is_not_there_is_named(logs):
    with pytest.raises(ClientError) as refused:
        logs.describe_export_tasks()
    message = "Freehold doesn't have the operation DescribeExportTasks of logs."
    assert refused.value.response["Error"]["Message"] == message


def logging(level, include_data):
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g:*"
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": arn}}
    return {"level": level, "includeExecutionData": include_data, "destinations": [destination]}


def lines(logs, count):
    """The lines in the group, once there are that many."""

    def check():
        events = logs.filter_log_events(logGroupName="g")["events"]
        return events if len(events) == count else None

    return [json.loads(event["message"]) for event in wait_until(check)]


def test_a_state_machine_logs_its_history(states, logs, group, create):
    machine = create(PASS, loggingConfiguration=logging("ALL", True))
    arn = states.start_execution(stateMachineArn=machine, input='{"a": 1}')["executionArn"]
    ended(states, arn)
    events = history(states, arn)
    logged = lines(logs, len(events))
    assert [line["type"] for line in logged] == [event["type"] for event in events]
    first = logged[0]
    assert first["id"] == "1" and first["previous_event_id"] == "0" and first["redrive_count"] == "0"
    assert first["execution_arn"] == arn
    assert first["details"]["input"] == '{"a": 1}'
    assert first["details"]["inputDetails"] == {"truncated": False}
    stream = logs.describe_log_streams(logGroupName="g", logStreamNamePrefix="states/")["logStreams"][0]
    assert stream["logStreamName"].startswith("states/" + machine.rsplit(":", 1)[1] + "/")


def test_a_log_group_that_is_not_there_is_refused(states, logs, group, create):
    machine = create(PASS, loggingConfiguration=logging("ALL", True))
    # Another group whose name begins with that one's doesn't stand for it.
    logs.create_log_group(logGroupName="gg")
    logs.delete_log_group(logGroupName="g")
    message = "Invalid Logging Configuration: Log Destination not found."
    with pytest.raises(ClientError) as refused:
        create(FAIL, loggingConfiguration=logging("ALL", False))
    assert refused.value.response["Error"] == {"Code": "InvalidLoggingConfiguration", "Message": message}
    with pytest.raises(ClientError) as refused:
        states.update_state_machine(stateMachineArn=machine, loggingConfiguration=logging("ERROR", False))
    assert refused.value.response["Error"]["Message"] == message
    states.update_state_machine(stateMachineArn=machine, roleArn="arn:aws:iam::000000000000:role/other")


def test_a_level_leaves_events_and_data_out(states, logs, group, create):
    machine = create(FAIL, loggingConfiguration=logging("ERROR", False))
    ended(states, states.start_execution(stateMachineArn=machine, input="{}")["executionArn"])
    logged = lines(logs, 2)
    assert [line["type"] for line in logged] == ["FailStateEntered", "ExecutionFailed"]
    assert "input" not in logged[0]["details"]


def test_an_express_execution_logs_too(states, logs, group, create):
    machine = create(PASS, type="EXPRESS", loggingConfiguration=logging("ALL", True))
    states.start_sync_execution(stateMachineArn=machine, input="{}")
    types = [line["type"] for line in lines(logs, 4)]
    assert types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]


def test_a_log_group_that_goes_away_fails_no_execution(states, logs, group, create):
    machine = create(PASS, loggingConfiguration=logging("ALL", True))
    logs.delete_log_group(logGroupName=group)
    arn = states.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    assert ended(states, arn)["status"] == "SUCCEEDED"


KEEP = """
import base64, gzip, json, os

def handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    with open(os.environ["OUT"], "a") as out:
        out.write(json.dumps(data) + "\\n")
"""


def test_a_subscriber_gets_what_it_wants(server, logs, group, tmp_path):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("m.py", KEEP)
    out = tmp_path / "out"
    function = server.client("lambda").create_function(
        FunctionName="keep",
        Runtime="python3.12",
        Role=ROLE,
        Handler="m.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"OUT": str(out)}},
    )["FunctionArn"]
    logs.put_subscription_filter(logGroupName="g", filterName="e", filterPattern="ERROR", destinationArn=function)
    put(logs, "s", "INFO begins", "ERROR one", "ERROR two")
    server.kill()
    server.start()
    [line] = wait_until(lambda: out.exists() and out.read_text().splitlines())
    data = json.loads(line)
    assert (data["messageType"], data["owner"], data["logGroup"], data["logStream"]) == ("DATA_MESSAGE", ACCOUNT, "g", "s")
    assert [event["message"] for event in data["logEvents"]] == ["ERROR one", "ERROR two"]
    with pytest.raises(ClientError) as refused:
        logs = server.client("logs")
        nowhere = function.replace(":keep", ":nowhere")
        logs.put_subscription_filter(logGroupName="g", filterName="n", filterPattern="", destinationArn=nowhere)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_metric_filters_are_kept(logs, group):
    value = {"metricName": "Errors", "metricNamespace": "App", "metricValue": "1"}
    logs.put_metric_filter(logGroupName="g", filterName="e", filterPattern="ERROR", metricTransformations=[value])
    [shown] = logs.describe_metric_filters(logGroupName="g")["metricFilters"]
    assert (shown["filterName"], shown["metricTransformations"]) == ("e", [value])
