"""What survives: a clean stop, and SIGKILL at random moments under load."""

import json
import random
import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from definitions import PASS, activity, machine
from freehold import Server, ended, history, types
from receivers import MARK, RECORDER, Record, Web, drained, twice
from world import World

KILLS = 50
SERVICE_KILLS = 32


def test_a_restart_keeps_everything(server, states, create):
    arn = create(machine(Wait={"Type": "Wait", "Seconds": 2, "Next": "End"}, End={"Type": "Succeed"}))
    done = states.start_execution(stateMachineArn=create(PASS))["executionArn"]
    before = history(states, done)
    waiting = states.start_execution(stateMachineArn=arn)["executionArn"]
    server.stop()
    server.start()
    states = server.client()
    assert history(states, done) == before
    assert ended(states, waiting)["status"] == "SUCCEEDED"


def test_a_task_token_works_after_a_crash(server, states, create):
    work = states.create_activity(name="work")["activityArn"]
    execution = states.start_execution(stateMachineArn=create(activity(work)))["executionArn"]
    task = states.get_activity_task(activityArn=work)
    server.kill()
    server.start()
    states = server.client()
    states.send_task_success(taskToken=task["taskToken"], output='"late"')
    assert ended(states, execution)["output"] == '"late"'


class Load:
    """Starters and workers that go on through crashes, and remember what was acknowledged to them.

    A starter pauses between two executions, up to `pause` seconds.
    """

    def __init__(self, server, machine_arn, starters=3, workers=3, pause=0):
        self.server, self.machine_arn, self.pause = server, machine_arn, pause
        self.acknowledged = {}
        self.stopping = threading.Event()
        self.starting = True
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.start_executions, args=(i,)) for i in range(starters)]
        self.threads += [threading.Thread(target=self.work) for _ in range(workers)]
        for thread in self.threads:
            thread.start()

    def start_executions(self, starter):
        number = 0
        while self.starting and not self.stopping.is_set():
            number += 1
            name = f"run-{starter}-{number}"
            self.attempt(self.start_one, name)
            time.sleep(random.uniform(0, self.pause))

    def start_one(self, states, name):
        text = json.dumps({"name": name})
        started = states.start_execution(stateMachineArn=self.machine_arn, name=name, input=text)
        with self.lock:
            self.acknowledged[name] = started["executionArn"]

    def work(self):
        while not self.stopping.is_set():
            self.attempt(self.work_one)

    def succeed(self, token, output):
        while not self.stopping.is_set():
            try:
                self.server.client(read_timeout=5).send_task_success(taskToken=token, output=output)
                return
            except ClientError as error:
                # The success got through before the crash, or the attempt timed out.
                assert error.response["Error"]["Code"] == "TaskTimedOut", error
                return
            except BotoCoreError:
                time.sleep(0.02)

    def attempt(self, action, *arguments):
        try:
            action(self.server.client(read_timeout=5), *arguments)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            # A start whose answer was lost, asked for again after its end.
            assert code in ("ExecutionAlreadyExists", "ServiceUnavailable"), error
        except BotoCoreError:
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(timeout=80)


class ActivityLoad(Load):
    """Its workers poll an activity."""

    def __init__(self, server, machine_arn, activity_arn):
        self.activity_arn = activity_arn
        self.handed_out = []
        super().__init__(server, machine_arn)

    def work_one(self, states):
        task = states.get_activity_task(activityArn=self.activity_arn)
        if not task.get("taskToken"):
            return
        with self.lock:
            self.handed_out.append(task["taskToken"])
        self.succeed(task["taskToken"], task["input"])


class CallbackLoad(Load):
    """Its workers send tokens back that come through a queue."""

    def __init__(self, server, machine_arn, queue_url):
        self.queue_url = queue_url
        self.asked = {}
        super().__init__(server, machine_arn, starters=2, workers=2, pause=0.6)

    def work_one(self, _states):
        queues = self.server.client("sqs", read_timeout=5)
        got = queues.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            body = json.loads(message["Body"])
            with self.lock:
                self.asked[message["MessageId"]] = body["mark"]
            self.succeed(body["token"], json.dumps(body["mark"]))
            queues.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server, states, create):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    work = states.create_activity(name="work")["activityArn"]
    child = create(machine(Inner={"Type": "Pass", "End": True}))
    arn = create(machine(
        Wait={"Type": "Wait", "Seconds": 1, "Next": "Work"},
        Work={
            "Type": "Task", "Resource": work, "TimeoutSeconds": 20, "Next": "Nested",
            "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 100,
                       "BackoffRate": 1.0}],
        },
        Nested={
            "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": child, "Input.$": "$"}, "OutputPath": "$.Output", "End": True,
        },
    ))
    load = ActivityLoad(server, arn, work)
    try:
        kill_and_start(server, chance, KILLS, 1.2)
        load.starting = False
        states = server.client()
        for name, execution in load.acknowledged.items():
            described = ended_at_last(states, execution)
            assert described["status"] == "SUCCEEDED", described
            assert json.loads(described["output"]) == {"name": name}
            check_history(history(states, execution))
    finally:
        load.stop()
    assert len(load.handed_out) == len(set(load.handed_out)), "an activity was handed out twice in an attempt"
    assert KILLS < len(load.acknowledged), "the load was too light to mean anything"
    print(f"{KILLS} kills, {len(load.acknowledged)} executions, {len(load.handed_out)} activities handed out")


def kill_and_start(server, chance, times, longest):
    """As often, at random moments."""
    for _ in range(times):
        time.sleep(chance.uniform(0.1, longest))
        server.kill()
        server.start()


def ended_at_last(states, execution):
    try:
        return ended(states, execution, seconds=120)
    except AssertionError:
        shown = [(event["id"], event["previousEventId"], event["type"]) for event in history(states, execution)]
        raise AssertionError(f"{execution} hangs: {shown}") from None


def check_whole(events):
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    assert types(events)[0] == "ExecutionStarted" and types(events)[-1] == "ExecutionSucceeded"


def check_history(events):
    check_whole(events)
    scheduled = types(events).count("ActivityScheduled")
    assert types(events).count("ActivityStarted") <= scheduled
    assert types(events).count("ActivitySucceeded") == 1


@pytest.fixture
def web():
    web = Web()
    yield web
    web.close()


@pytest.fixture
def house(tmp_path, web):
    """A server that sends one service outside."""
    config = tmp_path / "freehold.toml"
    config.write_text(f'[endpoints.ssm]\nurl = "{web.url}"\nsign = false\n')
    server = Server(config=config)
    yield server
    server.close()


def task(resource, parameters, **more):
    # An outcome that a crash has left unknown fails the attempt; the next one is another.
    again = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 99, "BackoffRate": 1.0}]
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "ResultPath": None, "Retry": again, **more}


def reaching(world, web, record):
    """A machine whose tasks reach everything, each marked; the URLs of the queues that it writes to."""
    log, callbacks = world.queue("log"), world.queue("callbacks")
    # A worker that a kill has robbed of a message soon gets it again.
    world.sqs.set_queue_attributes(QueueUrl=callbacks, Attributes={"VisibilityTimeout": "5"})
    topic, inbox = world.topic("told", raw=False)
    function = world.function("recorder", RECORDER, Environment={"Variables": {"RECORD": str(record.path)}})
    connection = world.events.create_connection(
        Name="c", AuthorizationType="BASIC",
        AuthParameters={"BasicAuthParameters": {"Username": "u", "Password": "p"}},
    )["ConnectionArn"]
    optimized = "arn:aws:states:::"
    inner = "States.Format('{}/{} {}', $.mark, $$.State.Name, $$.State.RetryCount)"
    child = world.create(machine(Inner=task(
        f"{optimized}sqs:sendMessage", {"QueueUrl": log, "MessageBody.$": inner}, End=True)))
    chains = [
        {"Function": task(function, {"mark.$": MARK}),
         "Invoke": task(f"{optimized}lambda:invoke", {"FunctionName": "recorder", "Payload": {"mark.$": MARK}})},
        {"Queue": task(f"{optimized}sqs:sendMessage", {"QueueUrl": log, "MessageBody.$": MARK}),
         "Topic": task(f"{optimized}sns:publish", {"TopicArn": topic, "Message.$": MARK})},
        {"Nested": task(f"{optimized}states:startExecution.sync:2",
                        {"StateMachineArn": child, "Input": {"mark.$": MARK}})},
        {"Web": task(f"{optimized}http:invoke", {
            "ApiEndpoint": web.url, "Method": "POST", "RequestBody": {"mark.$": MARK},
            "Authentication": {"ConnectionArn": connection}}),
         "Outside": task(f"{optimized}aws-sdk:ssm:putParameter", {"Name": "p", "Value.$": MARK, "Type": "String"})},
        {"Callback": task(f"{optimized}sqs:sendMessage.waitForTaskToken",
                          {"QueueUrl": callbacks, "MessageBody": {"mark.$": MARK, "token.$": "$$.Task.Token"}},
                          TimeoutSeconds=30)},
    ]
    branches = [machine(**chained(chain)) for chain in chains]
    everything = {"Type": "Parallel", "Branches": branches, "ResultPath": None, "End": True}
    return world.create(machine(Everything=everything)), log, inbox, callbacks


def chained(states):
    names = list(states)
    following = [{"Next": name} for name in names[1:]] + [{"End": True}]
    return {name: {**states[name], **after} for name, after in zip(names, following)}


def test_no_receiver_is_reached_twice_in_an_attempt_when_the_server_is_killed(house, web, tmp_path):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    record = Record(tmp_path)
    arn, log, inbox, callbacks = reaching(World(house), web, record)
    load = CallbackLoad(house, arn, callbacks)
    try:
        kill_and_start(house, random.Random(seed), SERVICE_KILLS, 3.6)
        load.starting = False
        states, queues = house.client(), house.client("sqs")
        for name, execution in load.acknowledged.items():
            described = ended_at_last(states, execution)
            assert described["status"] == "SUCCEEDED", described
            assert json.loads(described["output"]) == {"name": name}
            check_whole(history(states, execution))
    finally:
        load.stop()
    told = [json.loads(body) for body in drained(queues, inbox).values()]
    arrived = {
        "functions": record.marks,
        "web": web.marks,
        "queue": list(drained(queues, log).values()),
        # A topic may deliver a message twice, a task may not publish two.
        "topic": [message for _, message in {(it["MessageId"], it["Message"]) for it in told}],
        "callbacks": list(load.asked.values()),
    }
    print({receiver: len(marks) for receiver, marks in arrived.items()})
    for receiver, marks in arrived.items():
        assert twice(marks) == {}, receiver
    reached = {tuple(mark.split(" ")[:2]) for marks in arrived.values() for mark in marks}
    for name in load.acknowledged:
        for state in ["Function", "Invoke", "Queue", "Topic", "Nested", "Web", "Outside", "Callback"]:
            assert (name, state) in reached, f"{state} of {name} reached nobody"
    lost = sum(0 < int(mark.rsplit(" ", 1)[1]) for mark in record.marks + web.marks)
    print(f"{SERVICE_KILLS} kills, {len(load.acknowledged)} executions, {lost} attempts after one that was lost")
    assert SERVICE_KILLS < len(load.acknowledged) and 0 < lost, "the load was too light to mean anything"
