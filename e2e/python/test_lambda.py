"""Functions by boto3 and the AWS CLI, against the real binary."""

import base64
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest
from botocore.exceptions import ClientError

from freehold import REGION, ended, wait_until

ROLE = "arn:aws:iam::000000000000:role/function"
ECHO = "def handler(event, context):\n    print('seen', event)\n    return {'got': event}\n"


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def functions(server):
    return server.client("lambda")


def create(client, name, code=ECHO, **more):
    arguments = {"Runtime": "python3.12", "Role": ROLE, "Handler": "m.handler", "Code": {"ZipFile": zipped({"m.py": code})}}
    return client.create_function(FunctionName=name, **{**arguments, **more})


def invoke(client, name, event=None, **more):
    reply = client.invoke(FunctionName=name, Payload=json.dumps(event), **more)
    return reply, json.loads(reply["Payload"].read() or b"null")


def test_a_function_is_made_waited_for_and_invoked(functions):
    create(functions, "f")
    functions.get_waiter("function_active_v2").wait(FunctionName="f")
    reply, result = invoke(functions, "f", {"a": 1}, LogType="Tail")
    assert (reply["StatusCode"], reply["ExecutedVersion"], result) == (200, "$LATEST", {"got": {"a": 1}})
    log = base64.b64decode(reply["LogResult"]).decode()
    assert "seen {'a': 1}\n" in log and "REPORT RequestId: " in log


def test_an_error_of_the_function_is_no_error_of_the_call(functions):
    create(functions, "f", "def handler(event, context):\n    raise ValueError('bad')\n")
    reply, result = invoke(functions, "f")
    assert reply["FunctionError"] == "Unhandled"
    assert (result["errorType"], result["errorMessage"]) == ("ValueError", "bad")


def test_versions_aliases_and_updates(functions):
    code = "def handler(event, context):\n    return '%s'\n"
    create(functions, "f", code % "one", Publish=True)
    functions.update_function_code(FunctionName="f", ZipFile=zipped({"m.py": code % "two"}))
    functions.get_waiter("function_updated_v2").wait(FunctionName="f")
    functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    assert invoke(functions, "f:live")[1] == "one"
    assert invoke(functions, "f", Qualifier="live")[1] == "one"
    assert invoke(functions, "f")[1] == "two"
    versions = functions.list_versions_by_function(FunctionName="f")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]
    names = [f["FunctionName"] for page in functions.get_paginator("list_functions").paginate() for f in page["Functions"]]
    assert names == ["f"]


def test_errors_are_the_clients_own_exceptions(functions):
    with pytest.raises(functions.exceptions.ResourceNotFoundException) as refused:
        functions.get_function(FunctionName="nobody")
    assert "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody" in str(refused.value)
    create(functions, "f")
    with pytest.raises(functions.exceptions.ResourceConflictException):
        create(functions, "f")
    functions.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(functions.exceptions.TooManyRequestsException):
        invoke(functions, "f")
    with pytest.raises(ClientError) as refused:
        create(functions, "g", Timeout=1000)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_logs_are_kept(server, functions):
    create(functions, "f")
    invoke(functions, "f", {"n": 1})
    logs = server.client("logs")

    def messages():
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]
        except logs.exceptions.ResourceNotFoundException:
            return None
        return [event["message"].rstrip("\n") for event in events] or None

    assert "seen {'n': 1}" in wait_until(messages)


def test_an_event_is_accepted_and_outlives_a_crash(server, functions, tmp_path):
    out = tmp_path / "out"
    code = f"import time\ndef handler(event, context):\n    time.sleep(event['sleep'])\n    open({str(out)!r}, 'a').write('ran\\n')\n"
    create(functions, "f", code, Timeout=30)
    reply = functions.invoke(FunctionName="f", InvocationType="Event", Payload=json.dumps({"sleep": 1}))
    assert reply["StatusCode"] == 202
    server.kill()
    server.start()
    wait_until(lambda: out.exists() and out.read_text() == "ran\n")


def test_no_process_outlives_the_house(server, functions):
    create(functions, "f", "import os\ndef handler(event, context):\n    return os.getpid()\n")
    pid = invoke(functions, "f")[1]
    assert pathlib.Path(f"/proc/{pid}").exists()
    server.kill()
    wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists())
    server.start()
    functions = server.client("lambda")
    pid = invoke(functions, "f")[1]
    server.stop()
    wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists())


def test_a_folder_is_live(functions, tmp_path):
    source = tmp_path / "m.py"
    source.write_text("def handler(event, context):\n    return 'one'\n")
    create(functions, "f", Code={"S3Bucket": "freehold-local", "S3Key": str(tmp_path)})
    assert invoke(functions, "f")[1] == "one"
    source.write_text("def handler(event, context):\n    return 'changed'\n")
    assert invoke(functions, "f")[1] == "changed"


def test_a_function_reaches_the_house_by_its_sdk(functions):
    code = (
        "import os, urllib.request\n"
        "def handler(event, context):\n"
        "    return [os.environ['AWS_ENDPOINT_URL'], 'AWS_ACCESS_KEY_ID' in os.environ]\n"
    )
    create(functions, "f", code)
    assert invoke(functions, "f")[1] == [functions.meta.endpoint_url, True]


def test_a_task_invokes_a_function(functions, states, run):
    create(functions, "f", "def handler(event, context):\n    return {'doubled': event['n'] * 2}\n")
    definition = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "f", "Payload.$": "$"},
                "ResultSelector": {"payload.$": "$.Payload", "status.$": "$.StatusCode"},
                "End": True,
            }
        },
    }
    described = ended(states, run(definition, {"n": 21}))
    assert described["status"] == "SUCCEEDED", described
    assert json.loads(described["output"]) == {"payload": {"doubled": 42}, "status": 200}


def test_messages_of_a_queue_reach_a_function(server, functions, tmp_path):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    out = tmp_path / "out"
    code = f"def handler(event, context):\n    for r in event['Records']:\n        open({str(out)!r}, 'a').write(r['body'] + '\\n')\n"
    create(functions, "f", code)
    functions.create_event_source_mapping(FunctionName="f", EventSourceArn=arn)
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"body {number}")
    wait_until(lambda: out.exists() and sorted(out.read_text().split("\n"))[1:] == ["body 0", "body 1", "body 2"])

    def is_empty():
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return set(counts.values()) == {"0"}

    wait_until(is_empty)


def test_what_failed_goes_to_its_destination(server, functions):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName="failed")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    create(functions, "f", "def handler(event, context):\n    raise ValueError('never')\n")
    functions.put_function_event_invoke_config(
        FunctionName="f", MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    functions.invoke(FunctionName="f", InvocationType="Event", Payload=b'{"n": 1}')
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    record = json.loads(received[0]["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestPayload"] == {"n": 1}


def test_the_command_line_invokes(server, functions, tmp_path):
    create(functions, "f")
    aws = shutil.which("aws", path=f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    out = tmp_path / "out.json"
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": REGION}
    command = [aws, "--endpoint-url", server.url, "lambda", "invoke", "--function-name", "f", "--payload", '{"a":1}', str(out)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["StatusCode"] == 200
    assert json.loads(out.read_text()) == {"got": {"a": 1}}


def faulty(functions, run, states, code, **more):
    """A task that runs a function of this code once; what the execution ended with."""
    create(functions, "f", code, **more)
    definition = {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}},
    }
    described = ended(states, run(definition))
    assert described["status"] == "FAILED", described
    return described["error"], json.loads(described["cause"])


def test_a_task_tells_how_a_function_ended(functions, states, run):
    code = "import os\ndef handler(event, context):\n    os._exit(3)\n"
    error, cause = faulty(functions, run, states, code)
    assert error == cause["errorType"] == "Runtime.ExitError"
    assert cause["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")


def test_a_task_tells_that_a_function_took_too_long(functions, states, run):
    code = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
    error, cause = faulty(functions, run, states, code, Timeout=1)
    assert error == cause["errorType"] == "Sandbox.Timedout"
    assert cause["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")


def test_a_task_tells_that_a_function_took_too_much_memory(functions, states, run):
    code = (
        "import time\n"
        "def handler(event, context):\n"
        "    kept = []\n"
        "    while True:\n"
        "        kept.append(b'x' * 16_000_000)\n"
        "        time.sleep(0.01)\n"
    )
    error, cause = faulty(functions, run, states, code, Timeout=30)
    assert error == "Runtime.ExitError"
    assert cause["errorMessage"].endswith("Runtime exited with error: signal: killed")


def test_a_task_tells_that_a_function_cannot_begin(functions, states, run):
    error, cause = faulty(functions, run, states, "import nothing_of_that_name\n")
    assert error == "Runtime.ImportModuleError"
    assert cause["errorMessage"] == "Unable to import module 'm': No module named 'nothing_of_that_name'"


def test_a_flood_of_output_is_cut_and_the_result_stands(functions):
    code = "def handler(event, context):\n    for _ in range(40):\n        print('x' * 100_000)\n    return 'done'\n"
    create(functions, "f", code, Timeout=30)
    reply, result = invoke(functions, "f", LogType="Tail")
    assert result == "done"
    assert len(base64.b64decode(reply["LogResult"])) <= 4096


def test_a_result_that_is_too_large_fails_the_task(functions, states, run):
    error, cause = faulty(functions, run, states, "def handler(event, context):\n    return 'x' * 7_000_000\n", Timeout=30)
    assert error == "Function.ResponseSizeTooLarge"
    assert "exceeded maximum allowed payload size (6291556 bytes)" in cause["errorMessage"]


def queue_of(sqs, name, **attributes):
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def test_a_poisoned_message_reaches_the_dead_letters_and_harms_no_other(server, functions, tmp_path):
    sqs = server.client("sqs")
    dead, dead_arn = queue_of(sqs, "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = queue_of(sqs, "work", VisibilityTimeout="5", RedrivePolicy=redrive)
    out = tmp_path / "out"
    code = (
        "import json\n"
        "def handler(event, context):\n"
        "    for record in event['Records']:\n"
        f"        open({str(out)!r}, 'a').write(str(json.loads(record['body'])['n']) + '\\n')\n"
    )
    create(functions, "f", code, Timeout=5)
    functions.create_event_source_mapping(FunctionName="f", EventSourceArn=arn, BatchSize=1)
    for body in ('{"n": 1}', "not JSON", '{"n": 2}'):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    asked = {"QueueUrl": dead, "WaitTimeSeconds": 5, "AttributeNames": ["All"]}
    letter = wait_until(lambda: sqs.receive_message(**asked).get("Messages"), seconds=60)[0]
    assert letter["Body"] == "not JSON"
    assert int(letter["Attributes"]["ApproximateReceiveCount"]) == 3, "twice by the poller, once here"
    assert sorted(out.read_text().split()) == ["1", "2"]


def test_what_a_topic_cannot_deliver_goes_to_the_dead_letters(server):
    sns, sqs = server.client("sns"), server.client("sqs")
    dead, dead_arn = queue_of(sqs, "dead")
    url, arn = queue_of(sqs, "work")
    topic = sns.create_topic(Name="t")["TopicArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn})
    attributes = {"RedrivePolicy": redrive, "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    sqs.delete_queue(QueueUrl=url)
    sns.publish(TopicArn=topic, Message="poison")
    assert sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=10)["Messages"][0]["Body"] == "poison"


def test_a_layer_is_published_and_used(functions):
    layer = functions.publish_layer_version(
        LayerName="l", Content={"ZipFile": zipped({"python/told.py": "WORD = 'from the layer'\n"})}, CompatibleRuntimes=["python3.12"]
    )
    assert layer["LayerVersionArn"].endswith(":layer:l:1")
    create(functions, "f", "import told\ndef handler(event, context):\n    return told.WORD\n", Layers=[layer["LayerVersionArn"]])
    assert invoke(functions, "f")[1] == "from the layer"
    assert functions.list_layers()["Layers"][0]["LatestMatchingVersion"]["CompatibleRuntimes"] == ["python3.12"]
    assert functions.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])["Version"] == 1
    functions.delete_layer_version(LayerName="l", VersionNumber=1)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_layer_version(LayerName="l", VersionNumber=1)


def test_changes_of_a_table_reach_a_function_in_order_over_a_crash(server, functions, tmp_path):
    table = {
        "TableName": "items",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    dynamodb = server.client("dynamodb")
    stream = dynamodb.create_table(**table)["TableDescription"]["LatestStreamArn"]
    out = tmp_path / "out"
    code = (
        "def handler(event, context):\n"
        "    for record in event['Records']:\n"
        f"        open({str(out)!r}, 'a').write(record['eventName'] + ' ' + record['dynamodb']['NewImage']['n']['N'] + '\\n')\n"
    )
    create(functions, "f", code)
    dynamodb.put_item(TableName="items", Item={"id": {"S": "a"}, "n": {"N": "0"}})
    functions.create_event_source_mapping(FunctionName="f", EventSourceArn=stream, StartingPosition="LATEST")
    for number in (1, 2):
        dynamodb.put_item(TableName="items", Item={"id": {"S": "a"}, "n": {"N": str(number)}})
    wait_until(lambda: out.exists() and out.read_text() == "MODIFY 1\nMODIFY 2\n")
    server.kill()
    server.start()
    server.client("dynamodb").put_item(TableName="items", Item={"id": {"S": "b"}, "n": {"N": "3"}})
    wait_until(lambda: out.read_text().endswith("INSERT 3\n"))
    # The batch at work when the house was killed may come twice.
    assert sorted(set(out.read_text().splitlines())) == ["INSERT 3", "MODIFY 1", "MODIFY 2"]
