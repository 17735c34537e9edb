"""Topics by boto3, with queues behind them."""

import json

import pytest

from freehold import ACCOUNT, REGION


@pytest.fixture
def sns(server):
    return server.client("sns")


@pytest.fixture
def sqs(server):
    return server.client("sqs")


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
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
