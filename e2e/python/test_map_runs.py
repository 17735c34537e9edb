"""Distributed Map over an array, its map run, and redrive."""

import json

import pytest

from definitions import PASS, machine
from freehold import ended, history, types, wait_until


def distributed(child, **fields):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **child}
    return machine(Each={"Type": "Map", "ItemProcessor": processor, "Label": "Each", "End": True, **fields})


ODD_FAILS = machine(
    Check={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Odd"}], "Default": "Even"},
    Odd={"Type": "Fail", "Error": "Odd"},
    Even={"Type": "Pass", "End": True},
)


def test_children_are_executions_of_their_own(states, create):
    arn = create(distributed(PASS, MaxConcurrency=2))
    parent = states.start_execution(stateMachineArn=arn, input="[1,2,3]")["executionArn"]
    assert json.loads(ended(states, parent)["output"]) == [{"hello": "world"}] * 3
    run = states.list_map_runs(executionArn=parent)["mapRuns"][0]["mapRunArn"]
    described = states.describe_map_run(mapRunArn=run)
    assert (described["status"], described["itemCounts"]["succeeded"]) == ("SUCCEEDED", 3)
    children = states.list_executions(mapRunArn=run)["executions"]
    assert len(children) == 3
    child = states.describe_execution(executionArn=children[0]["executionArn"])
    assert child["mapRunArn"] == run
    assert types(history(states, child["executionArn"]))[-1] == "ExecutionSucceeded"
    assert types(history(states, parent)) == [
        "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
        "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]


def test_more_failures_than_tolerated_fail_the_run(states, create):
    tolerant = create(distributed(ODD_FAILS, ToleratedFailureCount=1))
    parent = states.start_execution(stateMachineArn=tolerant, input="[0,1,2]")["executionArn"]
    assert ended(states, parent)["status"] == "SUCCEEDED"
    strict = create(distributed(ODD_FAILS))
    parent = states.start_execution(stateMachineArn=strict, input="[0,1,2]")["executionArn"]
    assert ended(states, parent)["error"] == "States.ExceedToleratedFailureThreshold"


def test_a_running_map_run_is_updated(states, create):
    work = states.create_activity(name="work")["activityArn"]
    child = machine(Work={"Type": "Task", "Resource": work, "End": True})
    parent = states.start_execution(
        stateMachineArn=create(distributed(child, MaxConcurrency=1)), input="[1,2,3]")["executionArn"]
    run = wait_until(lambda: states.list_map_runs(executionArn=parent)["mapRuns"])[0]["mapRunArn"]

    def running():
        return states.describe_map_run(mapRunArn=run)["executionCounts"]["running"]

    wait_until(lambda: running() == 1)
    states.update_map_run(mapRunArn=run, maxConcurrency=3)
    wait_until(lambda: running() == 3)
    for _ in range(3):
        task = states.get_activity_task(activityArn=work)
        states.send_task_success(taskToken=task["taskToken"], output=task["input"])
    assert json.loads(ended(states, parent)["output"]) == [1, 2, 3]
    with pytest.raises(states.exceptions.ValidationException):
        states.update_map_run(mapRunArn=run, maxConcurrency=1)


def test_a_redrive_resumes_at_the_failed_state(states, create):
    work = states.create_activity(name="work")["activityArn"]
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arn = create(machine(
        Before={"Type": "Pass", "Result": "kept", "ResultPath": "$.before", "Next": "Work"},
        Work={"Type": "Task", "Resource": work, "ResultPath": "$.work", "Retry": retry, "End": True},
    ))
    execution = states.start_execution(stateMachineArn=arn)["executionArn"]

    def answer(send, **arguments):
        task = states.get_activity_task(activityArn=work)
        send(taskToken=task["taskToken"], **arguments)

    answer(states.send_task_failure, error="Broken")
    answer(states.send_task_failure, error="Broken")
    described = ended(states, execution)
    assert (described["status"], described["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    states.redrive_execution(executionArn=execution)
    answer(states.send_task_failure, error="Broken")
    answer(states.send_task_success, output="2")
    described = ended(states, execution)
    assert (described["status"], described["redriveCount"]) == ("SUCCEEDED", 1)
    assert json.loads(described["output"]) == {"before": "kept", "work": 2}
    seen = types(history(states, execution))
    assert seen.count("ExecutionRedriven") == 1 and seen.count("PassStateEntered") == 1
    with pytest.raises(states.exceptions.ExecutionNotRedrivable):
        states.redrive_execution(executionArn=execution)
