"""Queues by boto3 and the AWS CLI."""

import json
import os
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

import pytest
from botocore.exceptions import ClientError

from freehold import ACCOUNT, REGION, wait_until


@pytest.fixture
def sqs(server):
    return server.client("sqs")


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]


def test_a_message_is_sent_received_and_deleted(sqs, queue, server):
    assert queue == f"{server.url}/{ACCOUNT}/orders"
    attributes = {
        "kind": {"DataType": "String", "StringValue": "new"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    # boto3 checks the digests of body and attributes itself.
    sent = sqs.send_message(QueueUrl=queue, MessageBody="hällo", MessageAttributes=attributes)
    received = sqs.receive_message(
        QueueUrl=queue, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    )["Messages"][0]
    assert (received["MessageId"], received["Body"]) == (sent["MessageId"], "hällo")
    assert received["MessageAttributes"] == attributes
    assert received["Attributes"]["ApproximateReceiveCount"] == "1"
    again = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
    assert again["MessageId"] == sent["MessageId"], "it came back when its time was over"
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=again["ReceiptHandle"])
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)


def test_a_poll_waits_for_a_message(sqs, queue):
    found = []
    poll = threading.Thread(target=lambda: found.append(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)))
    poll.start()
    sqs.send_message(QueueUrl=queue, MessageBody="late")
    poll.join(timeout=15)
    assert found[0]["Messages"][0]["Body"] == "late"


def test_a_killed_server_loses_no_message(server, sqs, queue):
    for number in range(20):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    held = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=600)["Messages"][0]
    server.kill()
    server.start()
    sqs, bodies = server.client("sqs"), set()
    queue = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        entries = [{"Id": str(at), "ReceiptHandle": it["ReceiptHandle"]} for at, it in enumerate(messages)]
        assert len(sqs.delete_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == len(messages)
        bodies |= {message["Body"] for message in messages}
    assert bodies == {str(number) for number in range(20)} - {held["Body"]}
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=held["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_poison_goes_to_the_dead_letter_queue_and_is_moved_back(sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    queue = sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="poison")
    sqs.receive_message(QueueUrl=queue)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    letter = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0)["Messages"][0]
    assert letter["Body"] == "poison"
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [queue]
    sqs.start_message_move_task(SourceArn=arn)
    task = wait_until(lambda: [
        it for it in sqs.list_message_move_tasks(SourceArn=arn)["Results"] if it["Status"] == "COMPLETED"
    ])
    assert task[0]["ApproximateNumberOfMessagesMoved"] == 1
    assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "poison"


def test_a_fifo_queue_keeps_order_and_sends_once(sqs):
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    queue = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    for body in ["1", "2", "2", "3"]:
        sqs.send_message(QueueUrl=queue, MessageBody=body, MessageGroupId="a")
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in received] == ["1", "2", "3"]


def test_errors_have_both_of_their_codes(sqs):
    with pytest.raises(sqs.exceptions.QueueDoesNotExist) as raised:
        sqs.get_queue_url(QueueName="nothing")
    assert raised.value.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    with pytest.raises(ClientError) as raised:
        sqs.create_queue(QueueName="a b")
    assert raised.value.response["Error"]["Code"] == "InvalidParameterValue"


def test_the_cli_talks_to_queues(server):
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}

    def aws(*arguments):
        command = ["aws", "--endpoint-url", server.url, "sqs", *arguments]
        done = subprocess.run(command, env={**os.environ, **keys}, capture_output=True, text=True, check=True)
        return json.loads(done.stdout) if done.stdout else None

    queue = aws("create-queue", "--queue-name", "orders")["QueueUrl"]
    aws("send-message", "--queue-url", queue, "--message-body", "hello")
    assert aws("receive-message", "--queue-url", queue)["Messages"][0]["Body"] == "hello"
    aws("delete-queue", "--queue-url", queue)


def test_clients_of_the_query_days_are_understood(server):
    namespace = {"": "http://queue.amazonaws.com/doc/2012-11-05/"}
    scope = f"test/20200101/{REGION}/sqs/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "X-Amz-Date": "20200101T000000Z",
    }

    def ask(url, **form):
        form = urllib.parse.urlencode({"Version": "2012-11-05", **form}).encode()
        request = urllib.request.Request(url, form, headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Type"].startswith("text/xml")
            return xml.etree.ElementTree.fromstring(answer.read())

    created = ask(server.url, Action="CreateQueue", QueueName="old", **{
        "Attribute.1.Name": "VisibilityTimeout", "Attribute.1.Value": "7",
    })
    queue = created.findtext("CreateQueueResult/QueueUrl", namespaces=namespace)
    shown = ask(queue, Action="GetQueueAttributes", **{"AttributeName.1": "VisibilityTimeout"})
    attribute = shown.find("GetQueueAttributesResult/Attribute", namespace)
    assert [child.text for child in attribute] == ["VisibilityTimeout", "7"]
    sent = ask(queue, Action="SendMessage", MessageBody="hello & <bye>", **{
        "MessageAttribute.1.Name": "kind",
        "MessageAttribute.1.Value.DataType": "String",
        "MessageAttribute.1.Value.StringValue": "new",
    })
    received = ask(queue, Action="ReceiveMessage", **{"MessageAttributeName.1": "All"})
    message = received.find("ReceiveMessageResult/Message", namespace)
    assert message.findtext("Body", namespaces=namespace) == "hello & <bye>"
    digest = sent.findtext("SendMessageResult/MD5OfMessageAttributes", namespaces=namespace)
    assert message.findtext("MD5OfMessageAttributes", namespaces=namespace) == digest
    assert message.findtext("MessageAttribute/Value/StringValue", namespaces=namespace) == "new"
    handle = message.findtext("ReceiptHandle", namespaces=namespace)
    ask(queue, Action="DeleteMessage", ReceiptHandle=handle)
    with pytest.raises(urllib.error.HTTPError) as raised:
        ask(server.url, Action="GetQueueUrl", QueueName="nothing")
    error = xml.etree.ElementTree.fromstring(raised.value.read()).find("Error", namespace)
    assert error.findtext("Code", namespaces=namespace) == "AWS.SimpleQueueService.NonExistentQueue"
    assert error.findtext("Type", namespaces=namespace) == "Sender"
