"""What survives: a clean stop, and SIGKILL at random moments under load."""

import json
import random
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

from definitions import PASS, activity, machine
from freehold import ROLE, ended, history, types, wait_until

KILLS = 50


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
    """Starters and workers that go on through crashes, and remember what was acknowledged to them."""

    def __init__(self, server, machine_arn, activity_arn):
        self.server, self.machine_arn, self.activity_arn = server, machine_arn, activity_arn
        self.acknowledged = {}
        self.handed_out = []
        self.stopping = threading.Event()
        self.starting = True
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.start_executions, args=(i,)) for i in range(3)]
        self.threads += [threading.Thread(target=self.work) for _ in range(3)]
        for thread in self.threads:
            thread.start()

    def start_executions(self, starter):
        number = 0
        while self.starting and not self.stopping.is_set():
            number += 1
            name = f"run-{starter}-{number}"
            self.attempt(self.start_one, name)

    def start_one(self, states, name):
        text = json.dumps({"name": name})
        started = states.start_execution(stateMachineArn=self.machine_arn, name=name, input=text)
        with self.lock:
            self.acknowledged[name] = started["executionArn"]

    def work(self):
        while not self.stopping.is_set():
            self.attempt(self.work_one)

    def work_one(self, states):
        task = states.get_activity_task(activityArn=self.activity_arn)
        if not task.get("taskToken"):
            return
        with self.lock:
            self.handed_out.append(task["taskToken"])
        while not self.stopping.is_set():
            try:
                self.server.client(read_timeout=5).send_task_success(taskToken=task["taskToken"], output=task["input"])
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
    load = Load(server, arn, work)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 1.2))
        server.kill()
        server.start()
    load.starting = False
    states = server.client()
    try:
        for name, execution in load.acknowledged.items():
            described = ended(states, execution, seconds=120)
            assert described["status"] == "SUCCEEDED", described
            assert json.loads(described["output"]) == {"name": name}
            check_history(history(states, execution))
    finally:
        load.stop()
    assert len(load.handed_out) == len(set(load.handed_out)), "an activity was handed out twice in an attempt"
    assert KILLS < len(load.acknowledged), "the load was too light to mean anything"
    print(f"{KILLS} kills, {len(load.acknowledged)} executions, {len(load.handed_out)} activities handed out")


def check_history(events):
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    assert types(events)[0] == "ExecutionStarted" and types(events)[-1] == "ExecutionSucceeded"
    scheduled = types(events).count("ActivityScheduled")
    assert types(events).count("ActivityStarted") <= scheduled
    assert types(events).count("ActivitySucceeded") == 1
