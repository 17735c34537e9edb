"""Everything a published definition expects around it: functions, tables, queues, topics, and itself, unchanged."""

import io
import json
import os
import pathlib
import re
import textwrap
import zipfile

from freehold import ACCOUNT, REGION, ROLE, ended

WORKSPACE = pathlib.Path(__file__).parents[2]
CORPUS = pathlib.Path(os.environ.get("FREEHOLD_CORPUS", WORKSPACE.parent / "shared" / "corpus"))
DEFINITIONS = CORPUS / "workflows"


class World:
    def __init__(self, server):
        self.server = server
        self.clients = {}

    def __getattr__(self, service):
        return self.client(service)

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = self.server.client(service)
        return self.clients[service]

    def definition(self, name, **placeholders):
        """The one stored definition whose file has this in its name, as text, for our account and region.

        `${Name}` is replaced by the value of that name, an ARN of somebody's account by one of ours.
        """
        (path,) = [path for path in DEFINITIONS.glob("*/*.json") if name in path.name]
        text = path.read_text()
        for placeholder, value in placeholders.items():
            text = text.replace("${" + placeholder + "}", value)
        text = re.sub(r"(arn:aws:(?:lambda|sns|states|sqs|dynamodb)):[a-zA-Z0-9-]+:[0-9A-Z_]+:", rf"\1:{REGION}:{ACCOUNT}:", text)
        return text

    def machine(self, name, kind="STANDARD", replace=(), **placeholders):
        """A state machine of that definition; `replace` are names of resources that differ here."""
        text = self.definition(name, **placeholders)
        for old, new in replace:
            assert old in text, f"{old} doesn't stand in {name}"
            text = text.replace(old, new)
        return self.create(text, kind)

    def create(self, definition, kind="STANDARD"):
        """A state machine of a definition of ours, a dictionary or its text."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        count = len(self.stepfunctions.list_state_machines()["stateMachines"])
        created = self.stepfunctions.create_state_machine(
            name=f"machine-{count}", definition=text, roleArn=ROLE, type=kind
        )
        return created["stateMachineArn"]

    def start(self, machine, input=None, **arguments):
        started = self.stepfunctions.start_execution(
            stateMachineArn=machine, input=json.dumps({} if input is None else input), **arguments
        )
        return started["executionArn"]

    def end(self, execution, seconds=60):
        return ended(self.stepfunctions, execution, seconds)

    def run(self, machine, input=None):
        """The output of an execution that must succeed."""
        described = self.end(self.start(machine, input))
        assert described["status"] == "SUCCEEDED", (described.get("error"), described.get("cause"))
        return json.loads(described["output"])

    def fail(self, machine, input=None):
        """The error of an execution that must fail."""
        described = self.end(self.start(machine, input))
        assert described["status"] == "FAILED", described
        return described.get("error"), described.get("cause")

    def function(self, name, source, **arguments):
        """A Python function; its module may use boto3-free standard modules only."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.py", textwrap.dedent(source))
        created = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
            **arguments,
        )
        self.client("lambda").get_waiter("function_active_v2").wait(FunctionName=name)
        return created["FunctionArn"]

    def table(self, name, key, items=()):
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.get_waiter("table_exists").wait(TableName=name)
        for item in items:
            self.dynamodb.put_item(TableName=name, Item=item)
        return name

    def items(self, table):
        return self.dynamodb.scan(TableName=table)["Items"]

    def queue(self, name):
        return self.sqs.create_queue(QueueName=name)["QueueUrl"]

    def queue_arn(self, url):
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return answer["Attributes"]["QueueArn"]

    def topic(self, name, raw=True):
        """A topic, and a queue that gets what is published there, as it is or in its envelope."""
        topic = self.sns.create_topic(Name=name)["TopicArn"]
        queue = self.queue(f"{name}-inbox")
        self.sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=self.queue_arn(queue),
            Attributes={"RawMessageDelivery": str(raw).lower()},
        )
        return topic, queue

    def bus(self, name):
        """An event bus, and a queue that gets every event."""
        if name != "default":
            self.events.create_event_bus(Name=name)
        queue = self.queue(f"{name}-inbox")
        pattern = json.dumps({"account": [ACCOUNT]})
        self.events.put_rule(Name="everything", EventBusName=name, EventPattern=pattern)
        target = {"Id": "inbox", "Arn": self.queue_arn(queue)}
        self.events.put_targets(Rule="everything", EventBusName=name, Targets=[target])
        return name, queue

    def receive(self, queue, count=1):
        """The bodies of that many messages, which are taken off the queue."""
        bodies = []
        while len(bodies) < count:
            answer = self.sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20, MaxNumberOfMessages=10)
            messages = answer.get("Messages", [])
            assert messages, f"{len(bodies)} of {count} messages have come"
            for message in messages:
                self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    def succeed(self, token, output):
        self.stepfunctions.send_task_success(taskToken=token, output=json.dumps(output))
