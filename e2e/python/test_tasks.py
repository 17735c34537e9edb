"""Activities, task tokens and nested executions."""

import json
import threading

import pytest

from definitions import FAIL, PASS, WAIT_FOREVER, activity, machine
from freehold import ended, history, types, wait_until


@pytest.fixture
def work(states):
    return states.create_activity(name="work")["activityArn"]


def test_a_worker_completes_an_activity(states, run, work):
    execution = run(activity(work), {"x": 1})
    task = states.get_activity_task(activityArn=work, workerName="me")
    assert json.loads(task["input"]) == {"x": 1}
    states.send_task_heartbeat(taskToken=task["taskToken"])
    states.send_task_success(taskToken=task["taskToken"], output='{"y":2}')
    assert json.loads(ended(states, execution)["output"]) == {"y": 2}
    events = history(states, execution)
    assert types(events)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert events[3]["activityStartedEventDetails"] == {"workerName": "me"}
    with pytest.raises(states.exceptions.TaskTimedOut):
        states.send_task_success(taskToken=task["taskToken"], output="{}")


def test_a_failed_activity_is_retried_then_caught(states, run, work):
    execution = run(machine(
        Work={
            "Type": "Task", "Resource": work, "Next": "Done",
            "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["Flaky"], "Next": "Caught"}],
        },
        Done={"Type": "Succeed"},
        Caught={"Type": "Pass", "End": True},
    ))
    for _ in range(2):
        task = states.get_activity_task(activityArn=work)
        states.send_task_failure(taskToken=task["taskToken"], error="Flaky", cause="again")
    assert json.loads(ended(states, execution)["output"]) == {"Error": "Flaky", "Cause": "again"}
    assert types(history(states, execution)).count("ActivityFailed") == 2


def test_a_poll_waits_for_work_that_comes_later(states, run, work):
    found = []
    poll = threading.Thread(target=lambda: found.append(states.get_activity_task(activityArn=work)))
    poll.start()
    run(activity(work))
    poll.join(timeout=30)
    assert found and found[0]["taskToken"]


def test_a_missed_heartbeat_and_a_timeout_fail_the_task(states, run, work):
    silent = run(activity(work, HeartbeatSeconds=1, TimeoutSeconds=60))
    states.get_activity_task(activityArn=work)
    assert ended(states, silent)["error"] == "States.Timeout"
    slow = run(activity(work, TimeoutSeconds=1))
    assert ended(states, slow)["error"] == "States.Timeout"
    assert "ActivityTimedOut" in types(history(states, slow))


def test_tokens_that_are_not_good(states):
    with pytest.raises(states.exceptions.InvalidToken) as garbage:
        states.send_task_success(taskToken="garbage", output="{}")
    assert "Invalid Token" in garbage.value.response["Error"]["Message"]


def test_a_deleted_activity_fails_the_state(states, run, work):
    states.delete_activity(activityArn=work)
    described = ended(states, run(activity(work)))
    assert described["error"] == "States.Runtime"
    assert f"The activity {work} does not exist." in described["cause"]


def nested(resource, target, **parameters):
    return machine(Start={
        "Type": "Task", "Resource": f"arn:aws:states:::states:startExecution{resource}", "End": True,
        "Parameters": {"StateMachineArn": target, "Input": {"n": 1}, **parameters},
    })


def test_nested_executions_in_all_forms(states, create, run):
    child = create(PASS)
    plain = json.loads(ended(states, run(nested("", child)))["output"])
    assert plain["ExecutionArn"].startswith("arn:aws:states:us-east-1:000000000000:execution:")
    text = json.loads(ended(states, run(nested(".sync", child)))["output"])
    assert json.loads(text["Output"]) == {"hello": "world"}
    parsed = json.loads(ended(states, run(nested(".sync:2", child)))["output"])
    assert parsed["Output"] == {"hello": "world"} and parsed["Input"] == {"n": 1}


def test_a_failed_nested_execution_fails_its_parent(states, create, run):
    described = ended(states, run(nested(".sync:2", create(FAIL))))
    assert (described["status"], described["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(described["cause"])["Error"] == "Broken"


def test_an_express_child_can_be_started_but_not_waited_for(states, create, run):
    child = create(PASS, type="EXPRESS")
    plain = json.loads(ended(states, run(nested("", child)))["output"])
    assert ":express:" in plain["ExecutionArn"]
    described = ended(states, run(nested(".sync", child)))
    assert (described["status"], described["error"]) == ("FAILED", "StepFunctions.InvalidArnException")
    assert described["cause"].startswith("Invalid Arn: 'Resource type not valid in this context: express' (Service: ")


def test_stopping_the_parent_stops_the_child(states, create, run):
    child = create(WAIT_FOREVER)
    parent = run(nested(".sync", child))
    running = wait_until(lambda: states.list_executions(stateMachineArn=child)["executions"])
    states.stop_execution(executionArn=parent)
    assert ended(states, running[0]["executionArn"])["status"] == "ABORTED"


def test_a_callback_continues_with_what_the_token_brings(states, create, run):
    arn = "arn:aws:states:::states:startExecution.waitForTaskToken"
    parent = run(machine(Ask={
        "Type": "Task", "Resource": arn, "End": True,
        "Parameters": {"StateMachineArn": create(WAIT_FOREVER), "Input": {"token.$": "$$.Task.Token"}},
    }))
    scheduled = wait_until(lambda: next(
        (e for e in history(states, parent) if e["type"] == "TaskSubmitted"), None))
    assert scheduled["taskSubmittedEventDetails"]["resource"] == "startExecution.waitForTaskToken"
    parameters = history(states, parent)[2]["taskScheduledEventDetails"]["parameters"]
    token = json.loads(parameters)["Input"]["token"]
    states.send_task_success(taskToken=token, output='"approved"')
    assert ended(states, parent)["output"] == '"approved"'


def test_a_service_without_a_room_is_named_in_a_clear_error(states, run):
    described = ended(states, run(machine(Call={
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
        "Parameters": {"FunctionName": "f"},
    })))
    assert described["status"] == "FAILED"
    assert "lambda" in described["cause"]
