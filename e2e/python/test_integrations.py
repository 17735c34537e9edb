"""Tasks that reach other services: rooms of this house, servers outside, endpoints over HTTP."""

import base64
import http.server
import io
import json
import threading
import zipfile

import pytest

from definitions import machine
from freehold import ROLE, Server, ended, history, types, wait_until


def task(resource, parameters, **more):
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters, "End": True}
    return machine(Work={**state, **more})


def output(states, execution):
    described = ended(states, execution)
    assert described["status"] == "SUCCEEDED", described
    return json.loads(described["output"])


@pytest.fixture
def web():
    """An HTTP server; a test says how it answers by setting `web.answer`."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            web.asked.append((self.path, dict(self.headers), body.decode()))
            status, text = web.answer(self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST

        def log_message(self, *_):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.asked, web.answer = [], lambda path, body: (200, "{}")
    web.url = f"http://127.0.0.1:{web.server_address[1]}"
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield web
    web.shutdown()


@pytest.fixture
def function(server):
    """Creates a Python function of a source text; gives its ARN."""
    def function(source, name="f"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("handler.py", source)
        client = server.client("lambda")
        made = client.create_function(
            FunctionName=name, Runtime="python3.13", Role=ROLE, Handler="handler.handler",
            Code={"ZipFile": packed.getvalue()}, Timeout=10,
        )
        wait_until(lambda: client.get_function_configuration(FunctionName=name)["State"] == "Active")
        return made["FunctionArn"]

    return function


def test_a_function_by_its_arn_and_by_lambda_invoke(states, run, function):
    arn = function("def handler(event, context):\n    return {'got': event}\n")
    direct = run(machine(Work={"Type": "Task", "Resource": arn, "End": True}), {"x": 1})
    assert output(states, direct) == {"got": {"x": 1}}
    assert types(history(states, direct))[2:5] == [
        "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"
    ]
    invoked = output(states, run(task("lambda:invoke", {"FunctionName": "f", "Payload": {"y": 2}})))
    assert invoked["Payload"] == {"got": {"y": 2}}
    assert invoked["StatusCode"] == 200 and invoked["ExecutedVersion"] == "$LATEST"
    assert invoked["SdkHttpMetadata"]["HttpStatusCode"] == 200


def test_what_a_function_raises_is_caught_by_its_name(states, run, function):
    arn = function("class Flaky(Exception): pass\ndef handler(event, context):\n    raise Flaky('no')\n")
    execution = run(machine(
        Work={"Type": "Task", "Resource": arn, "End": True,
              "Catch": [{"ErrorEquals": ["Flaky"], "Next": "Caught"}]},
        Caught={"Type": "Pass", "End": True},
    ))
    caught = output(states, execution)
    assert caught["Error"] == "Flaky"
    assert json.loads(caught["Cause"])["errorMessage"] == "no"


def test_a_missing_function_is_named_as_lambda_names_it(states, run):
    described = ended(states, run(task("lambda:invoke", {"FunctionName": "nobody"})))
    assert described["error"] == "Lambda.ResourceNotFoundException"
    assert "(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; " in described["cause"]


def test_a_queue_carries_a_token_that_survives_a_crash(server, states, run):
    queues = server.client("sqs")
    url = queues.create_queue(QueueName="q")["QueueUrl"]
    execution = run(task("sqs:sendMessage.waitForTaskToken",
                         {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}}))
    got = queues.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    assert len(got) == 1
    server.kill()
    server.start()
    states = server.client()
    states.send_task_success(taskToken=json.loads(got[0]["Body"])["token"], output='"back"')
    assert output(states, execution) == "back"
    assert types(history(states, execution))[2:6] == [
        "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"
    ]


def test_items_go_into_a_table_and_come_out(server, states, run):
    server.client("dynamodb").create_table(
        TableName="things", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    put = {"TableName": "things", "Item": {"id": {"S": "1"}, "n": {"N": "7"}, "ok": {"BOOL": True}}}
    assert "SdkHttpMetadata" in output(states, run(task("dynamodb:putItem", put)))
    get = {"TableName": "things", "Key": {"id": {"S": "1"}}}
    assert output(states, run(task("dynamodb:getItem", get)))["Item"] == put["Item"]
    # The newer SDK has another name for it: aws-sdk-js issue 4294.
    shown = {**put["Item"], "ok": {"Bool": True}}
    assert output(states, run(task("aws-sdk:dynamodb:getItem", get))) == {"Item": shown}
    put = {"TableName": "nowhere", "Item": {"id": {"S": "1"}}}
    assert ended(states, run(task("dynamodb:putItem", put)))["error"] == "DynamoDB.ResourceNotFoundException"
    described = ended(states, run(task("aws-sdk:dynamodb:putItem", put)))
    assert described["error"] == "DynamoDb.ResourceNotFoundException"
    assert described["cause"].startswith("Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: ")


def test_a_service_that_nobody_serves_names_the_setting(states, run):
    described = ended(states, run(task("aws-sdk:ssm:getParameter", {"Name": "p"})))
    assert described["error"] == "Ssm.SdkClientException"
    assert "[endpoints.ssm]" in described["cause"]


def test_a_job_outside_is_asked_after_across_a_crash(tmp_path, web):
    ends = threading.Event()

    def answer(path, body):
        if path == "/v1/submitjob":
            return 200, json.dumps({"jobArn": "a", "jobId": "j", "jobName": "n"})
        status = "SUCCEEDED" if ends.is_set() else "RUNNING"
        return 200, json.dumps({"jobs": [{"jobId": "j", "jobName": "n", "status": status, "startedAt": 1}]})

    web.answer = answer
    config = tmp_path / "freehold.toml"
    config.write_text(f'[endpoints.batch]\nurl = "{web.url}"\nsign = false\n')
    server = Server(config=config)
    try:
        states = server.client()
        parameters = {"JobName": "n", "JobQueue": "q", "JobDefinition": "d"}
        arn = states.create_state_machine(
            name="m", roleArn=ROLE, definition=json.dumps(task("batch:submitJob.sync", parameters))
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]
        wait_until(lambda: any(path == "/v1/describejobs" for path, *_ in web.asked))
        server.kill()
        server.start()
        states = server.client()
        ends.set()
        assert output(states, execution)["Status"] == "SUCCEEDED"
        assert [path for path, *_ in web.asked].count("/v1/submitjob") == 1
    finally:
        server.close()


def test_an_endpoint_is_called_with_what_its_connection_holds(server, states, run, web):
    web.answer = lambda path, body: (200, '{"seen":true}')
    connection = server.client("events").create_connection(
        Name="c", AuthorizationType="BASIC",
        AuthParameters={"BasicAuthParameters": {"Username": "u", "Password": "p"}},
    )["ConnectionArn"]
    execution = run(task("http:invoke", {
        "ApiEndpoint": f"{web.url}/x", "Method": "POST", "RequestBody": {"a": 1},
        "QueryParameters": {"q": "1"}, "Authentication": {"ConnectionArn": connection},
    }))
    result = output(states, execution)
    assert result["ResponseBody"] == {"seen": True} and result["StatusCode"] == 200
    path, headers, body = web.asked[0]
    assert path == "/x?q=1" and json.loads(body) == {"a": 1}
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
    web.answer = lambda path, body: (404, "{}")
    again = run(task("http:invoke", {
        "ApiEndpoint": web.url, "Method": "GET", "Authentication": {"ConnectionArn": connection},
    }))
    assert ended(states, again)["error"] == "States.Http.StatusCode.404"


def test_events_that_fail_fail_the_task(states, run):
    entry = {"Source": "some.source", "DetailType": "t", "Detail": {"a": 1}}
    assert output(states, run(task("events:putEvents", {"Entries": [entry]})))["FailedEntryCount"] == 0
    entries = [entry, {**entry, "Detail": "no object"}]
    described = ended(states, run(task("events:putEvents", {"Entries": entries})))
    assert described["error"] == "EventBridge.FailedEntry"
    assert json.loads(described["cause"])["FailedEntryCount"] == 1
