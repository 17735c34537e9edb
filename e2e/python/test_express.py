"""Express state machines: synchronous, asynchronous, and what they refuse."""

import json

import pytest

from definitions import FAIL, PASS, machine
from freehold import wait_until


@pytest.fixture
def express(create):
    return lambda definition: create(definition, type="EXPRESS")


def test_a_synchronous_execution_answers_with_its_output(states, express):
    answer = states.start_sync_execution(stateMachineArn=express(PASS), input='{"a":1}', name="sync")
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"hello": "world"})
    assert ":express:" in answer["executionArn"] and ":sync:" in answer["executionArn"]
    assert answer["billingDetails"]["billedMemoryUsedInMB"] % 64 == 0
    assert answer["billingDetails"]["billedDurationInMilliseconds"] % 100 == 0


def test_a_failed_workflow_is_still_an_answer(states, express):
    answer = states.start_sync_execution(stateMachineArn=express(FAIL))
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "Broken", "on purpose")


def test_names_may_repeat(states, express):
    arn = express(PASS)
    first = states.start_execution(stateMachineArn=arn, name="same")["executionArn"]
    second = states.start_execution(stateMachineArn=arn, name="same")["executionArn"]
    assert first != second


def test_what_standard_and_express_refuse(states, create, express):
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.start_sync_execution(stateMachineArn=create(PASS))
    with pytest.raises(states.exceptions.StateMachineTypeNotSupported):
        states.list_executions(stateMachineArn=express(PASS))
    started = states.start_execution(stateMachineArn=express(PASS))["executionArn"]
    with pytest.raises(states.exceptions.InvalidArn) as express_arn:
        states.describe_execution(executionArn=started)
    message = express_arn.value.response["Error"]["Message"]
    assert message == "Invalid Arn: 'Resource type not valid in this context: express'"
    token = "arn:aws:states:::states:startExecution.waitForTaskToken"
    with pytest.raises(states.exceptions.InvalidDefinition):
        express(machine(T={"Type": "Task", "Resource": token, "End": True, "Parameters": {}}))


def test_an_asynchronous_execution_runs(states, create, express):
    """Seen from outside by the Standard execution it starts."""
    target = create(PASS)
    arn = express(machine(Start={
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": True,
        "Parameters": {"StateMachineArn": target},
    }))
    states.start_execution(stateMachineArn=arn)
    wait_until(lambda: states.list_executions(stateMachineArn=target)["executions"])
