"""With whose rights services act, and what policies know of why they do: on a server that enforces them."""

import datetime
import io
import json
import zipfile

import pytest

from enforced import allow, of, refusal, trust
from freehold import ACCOUNT, REGION, ended, wait_until

LAMBDA = "lambda.amazonaws.com"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"


def bound(service, source=None):
    """A trust policy that is bound to the account, and to the source."""
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    if source:
        condition["ArnLike"] = {"aws:SourceArn": source}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class World:
    """What the root of the house has at hand."""

    def __init__(self, server):
        self.server = server

    def __getattr__(self, service):
        return of(self.server, service, self.server.root)

    def role(self, name, trust_policy, policy=None):
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy)["Role"]["Arn"]
        if policy:
            self.permit(name, policy)
        return arn

    def permit(self, role, policy):
        self.iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=policy)

    def queue(self, name, policy=None):
        attributes = {"Policy": policy} if policy else {}
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def function(self, name, role, code="def handler(event, context):\n    return event\n"):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("app.py", code)
        created = getattr(self, "lambda").create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.handler", Code={"ZipFile": archive.getvalue()})
        return created["FunctionArn"]

    def user(self, name, *policies):
        self.iam.create_user(UserName=name)
        for index, policy in enumerate(policies):
            self.iam.put_user_policy(UserName=name, PolicyName=f"p{index}", PolicyDocument=policy)
        key = self.iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: of(self.server, service, key)

    def message(self, url):
        def received():
            messages = self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
            return messages and messages[0]["Body"]

        return wait_until(received)

    def count(self, url):
        got = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(got["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture
def world(serve):
    return World(serve)


def test_a_function_reads_only_the_queues_that_its_role_may_read(world):
    role = world.role("reader", trust(Service=LAMBDA))
    world.function("f", role)
    url = world.queue("secret")
    functions = getattr(world, "lambda")
    asked = {"FunctionName": "f", "EventSourceArn": QUEUE + "secret"}
    for operation, permitted in [("ReceiveMessage", []), ("DeleteMessage", ["sqs:ReceiveMessage"])]:
        if permitted:
            world.permit("reader", allow(permitted))
        refused = refusal(functions.create_event_source_mapping, **asked)
        assert refused["Code"] == "InvalidParameterValueException"
        assert refused["Message"] == f"The function execution role does not have permissions to call {operation} on SQS"
    may = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    world.permit("reader", allow(may, QUEUE + "secret"))
    functions.create_event_source_mapping(**asked)
    world.sqs.send_message(QueueUrl=url, MessageBody="one")
    wait_until(lambda: world.count(url) == 0)


def test_a_function_reads_only_the_streams_that_its_role_may_read(world):
    role = world.role("reader", trust(Service=LAMBDA))
    world.function("f", role)
    table = world.dynamodb.create_table(
        TableName="table", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})["TableDescription"]
    stream = table["LatestStreamArn"]
    asked = {"FunctionName": "f", "EventSourceArn": stream, "StartingPosition": "TRIM_HORIZON"}
    functions = getattr(world, "lambda")
    refused = refusal(functions.create_event_source_mapping, **asked)
    assert refused["Code"] == "InvalidParameterValueException"
    assert refused["Message"].startswith(f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords,")
    world.iam.attach_role_policy(
        RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole")
    assert functions.create_event_source_mapping(**asked)["EventSourceArn"] == stream


def test_a_function_tells_only_the_destinations_that_its_role_may_tell(world):
    role = world.role("teller", trust(Service=LAMBDA))
    world.function("f", role)
    url = world.queue("told")
    functions = getattr(world, "lambda")
    asked = {"FunctionName": "f", "DestinationConfig": {"OnSuccess": {"Destination": QUEUE + "told"}}}
    refused = refusal(functions.put_function_event_invoke_config, **asked)
    assert refused["Code"] == "InvalidParameterValueException"
    assert refused["Message"] == (
        f"The function's execution role does not have permissions to call SendMessage on {QUEUE}told")
    refused = refusal(functions.update_function_configuration, FunctionName="f", DeadLetterConfig={"TargetArn": QUEUE + "told"})
    assert refused["Message"] == "The provided execution role does not have permissions to call SendMessage on SQS"
    world.permit("teller", allow("sqs:SendMessage", QUEUE + "told"))
    functions.put_function_event_invoke_config(**asked)
    functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'"first"')
    assert json.loads(world.message(url))["requestPayload"] == "first"
    # Taken away later, the destination isn't told: the permission comes back for the event after it.
    world.iam.delete_role_policy(RoleName="teller", PolicyName="p")
    functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'"untold"')
    wait_until(lambda: world.logs.filter_log_events(
        logGroupName="/aws/lambda/f", filterPattern="START")["events"][1:])
    world.permit("teller", allow("sqs:SendMessage", QUEUE + "told"))
    functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'"last"')
    assert json.loads(world.message(url))["requestPayload"] == "last"


def test_roles_may_be_bound_to_the_account_and_the_source(world):
    """What AWS's pages advise against the confused deputy."""
    role = world.role("function", bound(LAMBDA, f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"))
    world.function("f", role)
    refused = refusal(world.function, name="g", role=role)
    assert refused["Message"] == "The role defined for the function cannot be assumed by Lambda."
    reply = getattr(world, "lambda").invoke(FunctionName="f", Payload=b"1")
    assert json.load(reply["Payload"]) == 1

    role = world.role("task", bound("ecs-tasks.amazonaws.com", f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"))
    world.ecs.register_task_definition(family="t", taskRoleArn=role, containerDefinitions=[
        {"name": "main", "image": "x", "memory": 64, "command": ["true"]}])
    task = world.ecs.run_task(taskDefinition="t")["tasks"][0]["taskArn"]

    def stopped():
        shown = world.ecs.describe_tasks(tasks=[task])["tasks"][0]
        return shown if shown["lastStatus"] == "STOPPED" else None

    assert wait_until(stopped)["stopCode"] == "EssentialContainerExited"

    url = world.queue("q")
    role = world.role("schedule", bound("scheduler.amazonaws.com", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/default"),
                      allow("sqs:SendMessage"))
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=3)
    when = {"ScheduleExpression": f"at({soon:%Y-%m-%dT%H:%M:%S})", "FlexibleTimeWindow": {"Mode": "OFF"}}
    world.scheduler.create_schedule(Name="s", Target={"Arn": QUEUE + "q", "RoleArn": role, "Input": "due"}, **when)
    assert world.message(url) == "due"
    other = world.role("other", trust(Service="events.amazonaws.com"), allow("sqs:SendMessage"))
    refused = refusal(world.scheduler.create_schedule, Name="t", Target={"Arn": QUEUE + "q", "RoleArn": other}, **when)
    assert refused["Code"] == "ValidationException"
    assert refused["Message"] == (
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")


def test_a_rule_is_known_to_what_it_delivers_to(world):
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"
    condition = {"ArnEquals": {"aws:SourceArn": rule}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": QUEUE + "q", "Condition": condition}
    url = world.queue("q", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    done = world.queue("done")
    world.role("f", trust(Service=LAMBDA), allow("sqs:SendMessage"))
    function = world.function("f", f"arn:aws:iam::{ACCOUNT}:role/f")
    functions = getattr(world, "lambda")
    functions.add_permission(FunctionName="f", StatementId="r", Action="lambda:InvokeFunction",
                             Principal="events.amazonaws.com", SourceArn=rule)
    functions.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": QUEUE + "done"}})
    machine_role = world.role("machine", trust(Service="states.amazonaws.com"))
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    machine = world.stepfunctions.create_state_machine(name="m", definition=definition, roleArn=machine_role)["stateMachineArn"]
    role = world.role("rule", bound("events.amazonaws.com", rule), allow("states:StartExecution", machine))
    world.events.put_rule(Name="r", EventPattern='{"source":["here"]}')
    world.events.put_targets(Rule="r", Targets=[
        {"Id": "1", "Arn": QUEUE + "q"}, {"Id": "2", "Arn": function}, {"Id": "3", "Arn": machine, "RoleArn": role}])
    world.events.put_events(Entries=[{"Source": "here", "DetailType": "d", "Detail": "{}"}])
    assert json.loads(world.message(url))["source"] == "here"
    assert json.loads(world.message(done))["requestPayload"]["source"] == "here"
    wait_until(lambda: world.stepfunctions.list_executions(stateMachineArn=machine)["executions"])


def test_a_bucket_is_known_to_whom_it_notifies(world):
    condition = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    statement = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage",
                 "Resource": QUEUE + "q", "Condition": condition}
    url = world.queue("q", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    done = world.queue("done")
    world.role("f", trust(Service=LAMBDA), allow("sqs:SendMessage"))
    function = world.function("f", f"arn:aws:iam::{ACCOUNT}:role/f")
    functions = getattr(world, "lambda")
    functions.add_permission(FunctionName="f", StatementId="b", Action="lambda:InvokeFunction",
                             Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::bucket", SourceAccount=ACCOUNT)
    functions.put_function_event_invoke_config(
        FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": QUEUE + "done"}})
    world.s3.create_bucket(Bucket="bucket")
    events = ["s3:ObjectCreated:*"]
    world.s3.put_bucket_notification_configuration(Bucket="bucket", NotificationConfiguration={
        "QueueConfigurations": [{"QueueArn": QUEUE + "q", "Events": events, "Id": "1"}],
        "LambdaFunctionConfigurations": [{"LambdaFunctionArn": function, "Events": events, "Id": "2"}]})
    world.s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    for told in (json.loads(world.message(url)), json.loads(world.message(done))["requestPayload"]):
        assert told["Records"][0]["s3"]["object"]["key"] == "k"


def test_whoever_may_see_some_items_sees_no_others(world):
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"""
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/scores"
    world.dynamodb.create_table(
        TableName="scores", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "user", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "user", "AttributeType": "S"}])
    statement = {"Effect": "Allow", "Action": ["dynamodb:*Item", "dynamodb:*Items", "dynamodb:Query"], "Resource": table,
                 "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}}
    user = world.user("ann", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    items = user("dynamodb")
    own, other = {"user": {"S": "ann"}}, {"user": {"S": "bob"}}
    world.dynamodb.put_item(TableName="scores", Item=other)

    def query(who):
        return {"TableName": "scores", "KeyConditionExpression": "#u = :u", "ExpressionAttributeNames": {"#u": "user"},
                "ExpressionAttributeValues": {":u": {"S": who}}}

    for call, mine, foreign in [
        (items.put_item, {"TableName": "scores", "Item": own}, {"TableName": "scores", "Item": other}),
        (items.get_item, {"TableName": "scores", "Key": own}, {"TableName": "scores", "Key": other}),
        (items.query, query("ann"), query("bob")),
        (items.batch_get_item, {"RequestItems": {"scores": {"Keys": [own]}}}, {"RequestItems": {"scores": {"Keys": [own, other]}}}),
        (items.transact_write_items, {"TransactItems": [{"Put": {"TableName": "scores", "Item": own}}]},
         {"TransactItems": [{"Put": {"TableName": "scores", "Item": other}}]}),
        (items.delete_item, {"TableName": "scores", "Key": own}, {"TableName": "scores", "Key": other}),
    ]:
        call(**mine)
        assert refusal(call, **foreign)["Code"] == "AccessDeniedException", call
    some = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table, "Condition": {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["user", "score"]},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}}
    items = world.user("eve", json.dumps({"Version": "2012-10-17", "Statement": [some]}))("dynamodb")
    items.get_item(TableName="scores", Key=other, ProjectionExpression="score")
    assert refusal(items.get_item, TableName="scores", Key=other)["Code"] == "AccessDeniedException"
    assert refusal(items.get_item, TableName="scores", Key=other, ProjectionExpression="secret")["Code"] == "AccessDeniedException"


def machine_of(world, name, definition, role):
    return world.stepfunctions.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)["stateMachineArn"]


def run(world, machine):
    states = world.stepfunctions
    return ended(states, states.start_execution(stateMachineArn=machine, input="[1]")["executionArn"])


def test_a_task_is_done_only_while_the_role_trusts_the_service(world):
    role = world.role("flow", bound("states.amazonaws.com"), allow("sqs:ListQueues"))
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues", "Parameters": {}, "End": True}
    machine = machine_of(world, "m", {"StartAt": "A", "States": {"A": task}}, role)
    assert run(world, machine)["status"] == "SUCCEEDED"
    world.iam.update_assume_role_policy(RoleName="flow", PolicyDocument=trust(Service=LAMBDA))
    failed = run(world, machine)
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Permissions")


def test_a_distributed_map_needs_the_right_to_start_its_own_machine(world):
    role = world.role("flow", trust(Service="states.amazonaws.com"), allow("sqs:ListQueues"))
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                 "StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    machine = machine_of(world, "m", {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": processor, "End": True}}}, role)
    failed = run(world, machine)
    assert (failed["status"], failed["error"]) == ("FAILED", "States.Permissions")
    assert f"is not authorized to perform: states:StartExecution on resource: {machine}" in failed["cause"]
    world.permit("flow", allow("states:StartExecution", machine))
    assert run(world, machine)["status"] == "SUCCEEDED"


def test_http_tasks_are_bound_to_methods_and_endpoints(world):
    statement = {"Effect": "Allow", "Action": "states:InvokeHTTPEndpoint", "Resource": "*", "Condition": {
        "StringEquals": {"states:HTTPMethod": "GET"}, "StringLike": {"states:HTTPEndpoint": "http://127.0.0.1:1/*"}}}
    role = world.role("flow", trust(Service="states.amazonaws.com"), json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    for method, port, missing in [
        ("GET", 1, "events:RetrieveConnectionCredentials"),
        ("POST", 1, "states:InvokeHTTPEndpoint"),
        ("GET", 2, "states:InvokeHTTPEndpoint"),
    ]:
        task = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True, "Parameters": {
            "ApiEndpoint": f"http://127.0.0.1:{port}/a", "Method": method, "Authentication": {
                "ConnectionArn": f"arn:aws:events:{REGION}:{ACCOUNT}:connection/c/00000000-0000-0000-0000-000000000000"}}}
        failed = run(world, machine_of(world, f"{method}{port}", {"StartAt": "A", "States": {"A": task}}, role))
        assert failed["error"] == "States.Permissions"
        assert f"is not authorized to perform: {missing}" in failed["cause"]


def test_whoever_may_start_an_alias_may_start_nothing_else(world):
    role = world.role("flow", trust(Service="states.amazonaws.com"))
    states = world.stepfunctions
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    made = states.create_state_machine(name="m", definition=definition, roleArn=role, publish=True)
    alias = states.create_state_machine_alias(
        name="prod", routingConfiguration=[{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}])
    statement = {"Effect": "Allow", "Action": "states:StartExecution", "Resource": made["stateMachineArn"],
                 "Condition": {"StringEquals": {"states:StateMachineQualifier": "prod"}}}
    user = world.user("ann", json.dumps({"Version": "2012-10-17", "Statement": [statement]}))("stepfunctions")
    user.start_execution(stateMachineArn=alias["stateMachineAliasArn"])
    for other in (made["stateMachineArn"], made["stateMachineVersionArn"]):
        assert refusal(user.start_execution, stateMachineArn=other)["Code"] == "AccessDeniedException"


def test_who_may_not_list_a_bucket_is_not_told_what_is_missing(world):
    world.s3.create_bucket(Bucket="bucket")
    items = "arn:aws:s3:::bucket/*"
    blind = world.user("blind", allow("s3:GetObject", items))("s3")
    for call in (blind.get_object, blind.head_object):
        assert refusal(call, Bucket="bucket", Key="none")["Code"] in ("AccessDenied", "403")
    seeing = world.user("seeing", allow("s3:GetObject", items), allow("s3:ListBucket"))("s3")
    assert refusal(seeing.get_object, Bucket="bucket", Key="none")["Code"] == "NoSuchKey"


def test_a_session_ends_with_its_role(world):
    user = world.user("ann", allow("sts:AssumeRole"))
    arn = world.role("short", trust(AWS=f"arn:aws:iam::{ACCOUNT}:root"))
    session = of(world.server, "sts", user("sts").assume_role(RoleArn=arn, RoleSessionName="here")["Credentials"])
    assert session.get_caller_identity()["Arn"].endswith(":assumed-role/short/here")
    world.iam.delete_role(RoleName="short")
    assert refusal(session.get_caller_identity)["Code"] == "InvalidClientTokenId"


def test_secrets_of_a_task_are_fetched_with_its_execution_role(world):
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s-AbCdEf"
    role = world.role("execution", bound("ecs-tasks.amazonaws.com"))
    managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    world.iam.attach_role_policy(RoleName="execution", PolicyArn=managed)
    container = {"name": "main", "image": "x", "memory": 64, "command": ["true"], "secrets": [{"name": "S", "valueFrom": secret}]}
    for family, given, why in [
        ("with", {"executionRoleArn": role}, f"is not authorized to perform: secretsmanager:GetSecretValue on resource: {secret}"),
        ("without", {}, "the task definition has no execution role"),
    ]:
        world.ecs.register_task_definition(family=family, containerDefinitions=[container], **given)
        task = world.ecs.run_task(taskDefinition=family)["tasks"][0]["taskArn"]

        def stopped(task=task):
            shown = world.ecs.describe_tasks(tasks=[task])["tasks"][0]
            return shown if shown["lastStatus"] == "STOPPED" else None

        shown = wait_until(stopped)
        assert shown["stopCode"] == "TaskFailedToStart"
        assert why in shown["stoppedReason"]
