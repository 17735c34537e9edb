"""Executions through boto3: started, run, read back, stopped."""

import json

import pytest

from definitions import FAIL, PASS, WAIT_FOREVER, machine
from freehold import ended, history, types, wait_until


def test_a_pass_state_runs_and_its_history_is_read_back(states, run):
    arn = run(PASS, {"a": 1}, name="first")
    described = ended(states, arn)
    assert described["status"] == "SUCCEEDED"
    assert json.loads(described["output"]) == {"hello": "world"}
    events = history(states, arn)
    assert types(events) == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert [(event["id"], event["previousEventId"]) for event in events] == [(1, 0), (2, 0), (3, 2), (4, 3)]
    assert events[1]["stateEnteredEventDetails"]["input"] == '{"a":1}'


def test_input_text_is_kept_as_it_was_sent(states, create):
    text = '{ "a" : [1,  2.0] }'
    arn = states.start_execution(stateMachineArn=create(PASS), input=text)["executionArn"]
    assert ended(states, arn)["input"] == text
    assert history(states, arn)[0]["executionStartedEventDetails"]["input"] == text


def test_history_is_paged_in_both_directions(states, run):
    arn = run(machine(**{
        **{f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(9)},
        "S9": {"Type": "Pass", "End": True},
    }))
    ended(states, arn)
    whole = history(states, arn)
    assert [event["id"] for event in whole] == list(range(1, 23))
    for reverse in (False, True):
        paged = history(states, arn, reverseOrder=reverse, maxResults=5)
        assert paged == (whole[::-1] if reverse else whole)
    without = history(states, arn, includeExecutionData=False)
    assert all("input" not in event.get("stateEnteredEventDetails", {}) for event in without)


def test_starting_a_name_again(states, create):
    arn = create(WAIT_FOREVER)
    first = states.start_execution(stateMachineArn=arn, name="once", input="{}")
    again = states.start_execution(stateMachineArn=arn, name="once", input="{}")
    assert (again["executionArn"], again["startDate"]) == (first["executionArn"], first["startDate"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists) as other_input:
        states.start_execution(stateMachineArn=arn, name="once", input='{"other":true}')
    assert other_input.value.response["Error"]["Message"] == f"Execution Already Exists: '{first['executionArn']}'"
    states.stop_execution(executionArn=first["executionArn"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(stateMachineArn=arn, name="once", input="{}")


def test_stopping_an_execution(states, run):
    arn = run(WAIT_FOREVER)
    wait_until(lambda: len(history(states, arn)) == 2)
    states.stop_execution(executionArn=arn, error="Enough", cause="of waiting")
    described = ended(states, arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "of waiting")
    assert types(history(states, arn))[-1] == "ExecutionAborted"


def test_a_failure_is_a_status_and_an_event(states, run):
    arn = run(FAIL)
    described = ended(states, arn)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Broken", "on purpose")
    assert types(history(states, arn)) == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]


def test_executions_are_listed_newest_first_and_by_status(states, create):
    arn = create(WAIT_FOREVER)
    started = [states.start_execution(stateMachineArn=arn, name=f"n{i}")["executionArn"] for i in range(5)]
    states.stop_execution(executionArn=started[2])
    running = states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
    assert [execution["executionArn"] for execution in running] == [started[i] for i in (4, 3, 1, 0)]
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=arn, maxResults=2)
    assert len([execution for page in pages for execution in page["executions"]]) == 5


def test_a_wait_ends_when_it_is_due(states, run):
    arn = run(machine(Wait={"Type": "Wait", "Seconds": 1, "End": True}))
    described = ended(states, arn)
    assert described["status"] == "SUCCEEDED"
    assert 1.0 <= (described["stopDate"] - described["startDate"]).total_seconds() < 10


def test_an_execution_times_out(states, run):
    definition = {**WAIT_FOREVER, "TimeoutSeconds": 1}
    arn = run(definition)
    assert ended(states, arn)["status"] == "TIMED_OUT"
    assert types(history(states, arn))[-1] == "ExecutionTimedOut"


def test_a_loop_without_end_can_be_stopped(states, run):
    arn = run(machine(
        A={"Type": "Pass", "Next": "B"},
        B={"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": False, "Next": "A"}], "Default": "C"},
        C={"Type": "Succeed"},
    ))
    described = ended(states, arn, seconds=60)
    assert described["status"] == "FAILED"
    assert described["cause"] == "The execution reached the maximum number of history events (25000)."


def test_parallel_map_retry_and_catch(states, run):
    item = machine(Check={
        "Type": "Choice",
        "Choices": [{"Variable": "$", "NumericEquals": 3, "Next": "Bad"}],
        "Default": "Good",
    }, Good={"Type": "Succeed"}, Bad={"Type": "Fail", "Error": "Three"})
    arn = run(machine(
        Both={
            "Type": "Parallel",
            "Branches": [
                machine(Each={
                    "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": item, "End": True,
                    "Retry": [{"ErrorEquals": ["Three"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught", "ResultPath": "$.error"}],
                }, Caught={"Type": "Pass", "End": True}),
                machine(Other={"Type": "Pass", "Result": "other", "End": True}),
            ],
            "End": True,
        },
    ), {"items": [1, 2, 3]})
    described = ended(states, arn)
    assert json.loads(described["output"]) == [{"items": [1, 2, 3], "error": {"Error": "Three", "Cause": None}}, "other"]
    assert types(history(states, arn)).count("MapStateStarted") == 2
