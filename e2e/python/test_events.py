"""EventBridge, on its own and with the rooms that it delivers to."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from definitions import PASS
from freehold import ACCOUNT, REGION, ROLE, wait_until

SHOP = json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}})


@pytest.fixture
def events(server):
    return server.client("events")


def order(total, **more):
    detail = json.dumps({"total": total, "item": "pen"})
    return {"Source": "shop", "DetailType": "Order", "Detail": detail, **more}


def executions(states, machine, count):
    """The inputs of a machine's executions, once there are that many."""

    def check():
        listed = states.list_executions(stateMachineArn=machine)["executions"]
        return listed if len(listed) == count else None

    inputs = []
    for execution in wait_until(check):
        described = states.describe_execution(executionArn=execution["executionArn"])
        inputs.append(json.loads(described["input"]))
    return inputs


def target(machine, **more):
    return {"Id": "machine", "Arn": machine, "RoleArn": ROLE, **more}


def test_an_event_that_matches_starts_an_execution(events, states, create):
    machine = create(PASS)
    events.put_rule(Name="large", EventPattern=SHOP)
    assert events.put_targets(Rule="large", Targets=[target(machine)])["FailedEntryCount"] == 0
    put = events.put_events(Entries=[order(50), order(500), {"Source": "shop", "DetailType": "x", "Detail": "["}])
    assert put["FailedEntryCount"] == 1
    assert put["Entries"][2]["ErrorCode"] == "MalformedDetail"
    [event] = executions(states, machine, 1)
    assert event["id"] == put["Entries"][1]["EventId"]
    assert (event["source"], event["detail-type"], event["account"]) == ("shop", "Order", ACCOUNT)
    assert event["detail"] == {"total": 500, "item": "pen"}


def test_a_transformer_writes_the_input(events, states, create):
    machine = create(PASS)
    events.put_rule(Name="large", EventPattern=SHOP)
    transformer = {
        "InputPathsMap": {"item": "$.detail.item", "total": "$.detail.total"},
        "InputTemplate": '{"text": "a <item> for <total>", "total": <total>, "rule": <aws.events.rule-name>}',
    }
    events.put_targets(Rule="large", Targets=[target(machine, InputTransformer=transformer)])
    events.put_events(Entries=[order(500)])
    assert executions(states, machine, 1) == [{"text": "a pen for 500", "total": 500, "rule": "large"}]


def test_an_event_goes_on_to_another_bus_and_its_logs(server, events):
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/events")
    bus = events.create_event_bus(Name="archive")["EventBusArn"]
    events.put_rule(Name="all", EventPattern=SHOP)
    events.put_targets(Rule="all", Targets=[{"Id": "bus", "Arn": bus, "RoleArn": ROLE}])
    events.put_rule(Name="log", EventBusName="archive", EventPattern=SHOP)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/events:*"
    events.put_targets(Rule="log", EventBusName="archive", Targets=[{"Id": "log", "Arn": group}])
    events.put_events(Entries=[order(500)])
    [line] = wait_until(lambda: logs.filter_log_events(logGroupName="/events")["events"])
    assert json.loads(line["message"])["detail"]["total"] == 500


def test_an_event_that_was_taken_outlives_a_kill(server, events, states, create):
    machine = create(PASS)
    events.put_rule(Name="large", EventPattern=SHOP)
    events.put_targets(Rule="large", Targets=[target(machine)])
    for _ in range(5):
        events.put_events(Entries=[order(500)] * 10)
    server.kill()
    server.start()
    assert len(executions(server.client(), machine, 50)) == 50, "each of them, and each once"


def queue_of(server, name):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    got = []

    def messages(count):
        def check():
            reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
            got.extend(reply.get("Messages", []))
            return got if count <= len(got) else None

        return wait_until(check)

    return arn, messages


def test_executions_tell_of_their_status(server, events, states, create):
    arn, messages = queue_of(server, "status")
    machine = create(PASS)
    failing = create({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Bad", "Cause": "luck"}}})
    quiet = create(PASS, type="EXPRESS")
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    events.put_rule(Name="status", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="status", Targets=[{"Id": "q", "Arn": arn}])
    states.start_execution(stateMachineArn=quiet, input="{}")
    good = states.start_execution(stateMachineArn=machine, name="good", input='{"a":1}')
    bad = states.start_execution(stateMachineArn=failing, name="bad")
    told = [json.loads(message["Body"]) for message in messages(4)]
    assert {event["detail"]["status"] for event in told} == {"RUNNING", "SUCCEEDED", "FAILED"}
    of = {(event["detail"]["name"], event["detail"]["status"]): event for event in told}
    ended = of["good", "SUCCEEDED"]
    assert (ended["source"], ended["account"], ended["resources"]) == ("aws.states", ACCOUNT, [good["executionArn"]])
    detail = ended["detail"]
    assert detail["stopDate"] >= detail["startDate"] == round(good["startDate"].timestamp() * 1000)
    assert (detail["input"], detail["output"]) == ('{"a":1}', '{"hello":"world"}')
    assert detail["inputDetails"] == detail["outputDetails"] == {"included": True}
    assert detail["stateMachineArn"] == machine
    began = of["good", "RUNNING"]["detail"]
    assert (began["stopDate"], began["output"], began["outputDetails"]) == (None, None, None)
    assert began["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"
    failed = of["bad", "FAILED"]["detail"]
    assert (failed["executionArn"], failed["error"], failed["cause"]) == (bad["executionArn"], "Bad", "luck")
    assert failed["redriveStatus"] == "REDRIVABLE"


def test_a_status_outlives_a_kill(server, events, states, create):
    machine = create({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": True}}})
    arn, _ = queue_of(server, "kept")
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}}
    events.put_rule(Name="status", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="status", Targets=[{"Id": "q", "Arn": arn}])
    names = {f"n{number}" for number in range(20)}
    for name in names:
        states.start_execution(stateMachineArn=machine, name=name)
    server.kill()
    server.start()
    sqs = server.client("sqs")
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    told = []

    def check():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            told.append(json.loads(message["Body"])["detail"]["name"])
        return names <= set(told)

    wait_until(check)


def test_a_bucket_tells_the_default_bus(server, events):
    arn, messages = queue_of(server, "objects")
    s3 = server.client("s3", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="photos")
    configuration = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration=configuration)
    events.put_rule(Name="objects", EventPattern=json.dumps({"source": ["aws.s3"]}))
    events.put_targets(Rule="objects", Targets=[{"Id": "q", "Arn": arn}])
    s3.put_object(Bucket="photos", Key="a b", Body=b"x")
    [message] = messages(1)
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]["object"]["key"]) == ("Object Created", "a b")


def test_a_target_that_always_fails_ends_in_the_dead_letter_queue(server, events):
    arn, messages = queue_of(server, "dead")
    events.put_rule(Name="large", EventPattern=SHOP)
    nowhere = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nowhere"
    poisoned = {"Id": "f", "Arn": nowhere, "DeadLetterConfig": {"Arn": arn}}
    events.put_targets(Rule="large", Targets=[poisoned])
    events.put_events(Entries=[order(500)])
    [message] = messages(1)
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert attributes["TARGET_ARN"] == nowhere
    assert attributes["RULE_ARN"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/large"
    assert attributes["ERROR_CODE"] == "ResourceNotFoundException"
    assert json.loads(message["Body"])["detail"]["total"] == 500


def test_an_archive_is_replayed(server, events):
    arn, messages = queue_of(server, "again")
    bus = events.describe_event_bus()["Arn"]
    archive = events.create_archive(ArchiveName="all", EventSourceArn=bus, EventPattern=SHOP)["ArchiveArn"]
    events.put_events(Entries=[order(500), order(5)])
    shown = events.describe_archive(ArchiveName="all")
    assert (shown["EventCount"], shown["State"]) == (1, "ENABLED")
    events.put_rule(Name="large", EventPattern=SHOP)
    events.put_targets(Rule="large", Targets=[{"Id": "q", "Arn": arn}])
    now = datetime.datetime.now(datetime.UTC)
    minute = datetime.timedelta(minutes=1)
    events.start_replay(
        ReplayName="once",
        EventSourceArn=archive,
        EventStartTime=now - minute,
        EventEndTime=now + minute,
        Destination={"Arn": bus},
    )
    [message] = messages(1)
    event = json.loads(message["Body"])
    assert (event["replay-name"], event["detail"]["total"]) == ("once", 500)
    assert wait_until(lambda: events.describe_replay(ReplayName="once")["State"] == "COMPLETED")


def test_a_task_puts_events(events, states, create, run):
    machine = create(PASS)
    events.put_rule(Name="large", EventPattern=SHOP)
    events.put_targets(Rule="large", Targets=[target(machine)])
    entry = {"Source": "shop", "DetailType": "Order", "Detail": {"total": 500, "item.$": "$.item"}}
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "End": True,
    }
    run({"StartAt": "Put", "States": {"Put": put}}, {"item": "ink"})
    assert executions(states, machine, 1)[0]["detail"] == {"total": 500, "item": "ink"}


def test_rules_and_targets_are_listed_in_pages(events):
    for name in ["a", "b", "c"]:
        events.put_rule(Name=name, ScheduleExpression="rate(5 minutes)")
    first = events.list_rules(Limit=2)
    rest = events.list_rules(Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in first["Rules"] + rest["Rules"]] == ["a", "b", "c"]
    assert "NextToken" not in rest


def test_patterns_are_tested(events):
    event = {"id": "1", "account": ACCOUNT, "source": "s", "time": "t", "region": REGION, "detail-type": "d"}

    def matches(pattern):
        return events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]

    assert matches({"source": [{"anything-but": {"prefix": "aws."}}]})
    assert matches({"$or": [{"source": ["x"]}, {"detail-type": [{"wildcard": "d*"}]}]})
    assert not matches({"resources": [{"exists": True}]})


def test_a_connection_keeps_its_secrets(server, events):
    parameters = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "hush-hush"}}
    made = events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters=parameters)
    shown = events.describe_connection(Name="c")
    assert shown["AuthParameters"] == {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key"}}
    assert shown["ConnectionArn"] == made["ConnectionArn"]
    events.create_api_destination(
        Name="d", ConnectionArn=made["ConnectionArn"], InvocationEndpoint="https://example.com/", HttpMethod="POST"
    )
    assert events.describe_api_destination(Name="d")["ApiDestinationState"] == "ACTIVE"


@pytest.mark.parametrize(
    "call, code",
    [
        (lambda events: events.put_rule(Name="r", EventPattern='{"a": 1}'), "InvalidEventPatternException"),
        (lambda events: events.put_rule(Name="r", ScheduleExpression="rate(1 minutes)"), "ValidationException"),
        (lambda events: events.put_targets(Rule="none", Targets=[{"Id": "1", "Arn": ROLE}]), "ResourceNotFoundException"),
        (lambda events: events.describe_event_bus(Name="none"), "ResourceNotFoundException"),
        (lambda events: events.create_event_bus(Name="default"), "ResourceAlreadyExistsException"),
        (lambda events: events.put_events(Entries=[order(1)] * 11), "ValidationException"),
        (lambda events: events.list_endpoints(), "UnknownOperationException"),
    ],
)
def test_refusals_have_the_codes_of_aws(events, call, code):
    with pytest.raises(ClientError) as refused:
        call(events)
    assert refused.value.response["Error"]["Code"] == code
