"""Topics by boto3, with queues behind them."""

import base64
import http.server
import json
import queue
import threading
import urllib.error
import urllib.request

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import load_pem_x509_certificate

from enforced import of
from freehold import ACCOUNT, REGION


@pytest.fixture
def sns(server):
    return server.client("sns")


@pytest.fixture
def sqs(server):
    return server.client("sqs")


@pytest.fixture
def endpoint():
    """A server that an owner of topics doesn't know: its URL, and the requests that it gets, each headers and body."""
    requests, statuses = queue.Queue(), queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(200 if statuses.empty() else statuses.get())
            self.send_header("Content-Length", "0")
            self.end_headers()
            requests.put((self.headers, body))

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.get = lambda: requests.get(timeout=10)
    server.statuses = statuses
    server.url = f"http://127.0.0.1:{server.server_port}/messages"
    yield server
    server.shutdown()
    server.server_close()


def receive(sqs, url):
    return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"][0]


def test_what_is_published_reaches_the_queues_that_want_it(sns, sqs):
    topic = sns.create_topic(Name="orders")["TopicArn"]
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("all", "new")]
    for name, attributes in [
        ("all", {}),
        ("new", {"FilterPolicy": json.dumps({"kind": ["new"]}), "RawMessageDelivery": "true"}),
    ]:
        endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=attributes)
    for kind in ("old", "new"):
        sns.publish(
            TopicArn=topic, Message=f"an {kind} one",
            MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
        )
    assert receive(sqs, urls[1])["Body"] == "an new one"
    envelopes = [json.loads(receive(sqs, urls[0])["Body"]) for _ in range(2)]
    assert {envelope["Message"] for envelope in envelopes} == {"an old one", "an new one"}
    assert envelopes[0]["TopicArn"] == topic


def test_topics_and_subscriptions_are_kept_over_a_crash(server, sns):
    topic = sns.create_topic(Name="orders", Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    endpoint = f"arn:aws:sqs:{REGION}:{ACCOUNT}:later"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    server.kill()
    server.start()
    sns = server.client("sns")
    assert sns.list_topics()["Topics"] == [{"TopicArn": topic}]
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["Endpoint"] == endpoint


def test_errors_are_those_of_the_service(sns):
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.publish(TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:nothing", Message="x")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.subscribe(TopicArn=topic, Protocol="pigeon", Endpoint="a@example.com")


def test_an_endpoint_confirms_by_its_link_gets_messages_and_leaves_by_its_link(sns, endpoint):
    topic = sns.create_topic(Name="orders")["TopicArn"]
    reply = sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    assert reply["SubscriptionArn"] == "pending confirmation"
    headers, body = endpoint.get()
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    with urllib.request.urlopen(json.loads(body)["SubscribeURL"]) as answer:
        assert "<SubscriptionArn>" in answer.read().decode()
    arn = sns.list_subscriptions()["Subscriptions"][0]["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="hello", Subject="Hi")
    headers, body = endpoint.get()
    message = json.loads(body)
    assert headers["x-amz-sns-message-type"] == message["Type"] == "Notification"
    assert headers["x-amz-sns-subscription-arn"] == arn
    assert (message["Subject"], message["Message"]) == ("Hi", "hello")
    urllib.request.urlopen(message["UnsubscribeURL"]).close()
    headers, body = endpoint.get()
    assert headers["x-amz-sns-message-type"] == "UnsubscribeConfirmation"
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_an_endpoint_in_trouble_is_asked_again_even_after_a_crash(server, sns, endpoint):
    topic = sns.create_topic(Name="orders")["TopicArn"]
    retries = {"healthyRetryPolicy": {"numRetries": 3, "minDelayTarget": 2, "maxDelayTarget": 2}}
    attributes = {"RawMessageDelivery": "true", "DeliveryPolicy": json.dumps(retries)}
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url, Attributes=attributes)
    token = json.loads(endpoint.get()[1])["Token"]
    sns.confirm_subscription(TopicArn=topic, Token=token)
    endpoint.statuses.put(503)
    sns.publish(TopicArn=topic, Message="hello")
    assert endpoint.get()[1] == "hello"
    server.kill()
    server.start()
    headers, body = endpoint.get()
    assert (headers["x-amz-sns-rawdelivery"], body) == ("true", "hello")


def test_permissions_are_statements_of_the_policy(sns):
    topic = sns.create_topic(Name="orders")["TopicArn"]
    sns.add_permission(TopicArn=topic, Label="friends", AWSAccountId=["111111111111"], ActionName=["Publish"])
    policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert policy["Statement"][-1]["Sid"] == "friends"
    sns.remove_permission(TopicArn=topic, Label="friends")
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.remove_permission(TopicArn=topic, Label="friends")


def test_a_fifo_topic_takes_a_batch_and_keeps_its_order(sns, sqs):
    topic = sns.create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    url = sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders.fifo"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    for batch in (range(0, 10), range(10, 20)):
        entries = [
            {"Id": str(at), "Message": str(at), "MessageGroupId": "g", "MessageDeduplicationId": str(at)}
            for at in batch
        ]
        assert len(sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]) == 10
    bodies = []
    while len(bodies) < 20:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10)["Messages"]
        bodies += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert bodies == [str(at) for at in range(20)]


def test_where_policies_count_a_queue_lets_the_topic_in_and_links_need_no_signature(serve, endpoint):
    sns, sqs = (of(serve, name, serve.root) for name in ("sns", "sqs"))
    topic = sns.create_topic(Name="orders")["TopicArn"]
    urls = {}
    for name, source in [("open", topic), ("other", topic + "x"), ("closed", None)]:
        statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                     "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": source}}}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        attributes = {"Policy": json.dumps(policy)} if source else {}
        urls[name] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    urllib.request.urlopen(json.loads(endpoint.get()[1])["SubscribeURL"]).close()
    sns.publish(TopicArn=topic, Message="hello")
    assert json.loads(receive(sqs, urls["open"])["Body"])["Message"] == "hello"
    message = json.loads(endpoint.get()[1])
    for name in ("other", "closed"):
        assert "Messages" not in sqs.receive_message(QueueUrl=urls[name], WaitTimeSeconds=1)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{serve.url}/?Action=DeleteTopic&TopicArn={topic}")
    assert refused.value.code == 403
    urllib.request.urlopen(message["UnsubscribeURL"]).close()
    assert len(sns.list_subscriptions()["Subscriptions"]) == 3


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_is_signed_with_the_certificate_that_it_names(sns, endpoint, version):
    topic = sns.create_topic(Name="signed", Attributes={"SignatureVersion": version})["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    asked = json.loads(endpoint.get()[1])
    sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
    sns.publish(TopicArn=topic, Subject="a word", Message="hällo")
    for message in (asked, json.loads(endpoint.get()[1])):
        assert message["SignatureVersion"] == version
        with urllib.request.urlopen(message["SigningCertURL"]) as response:
            certificate = load_pem_x509_certificate(response.read())
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        said = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = base64.b64decode(message["Signature"])
        certificate.public_key().verify(signature, said.encode(), padding.PKCS1v15(), digest)
