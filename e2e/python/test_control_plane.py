"""State machines, versions, aliases, activities and tags through boto3."""

import json

import pytest

from definitions import FAIL, PASS, WAIT_FOREVER, machine
from freehold import ROLE, ended, wait_until


def message(error):
    return error.value.response["Error"]["Message"]


def test_a_definition_is_returned_byte_for_byte(states, create):
    text = json.dumps(PASS, indent=3)
    described = states.describe_state_machine(stateMachineArn=create(text, name="exact"))
    assert described["definition"] == text
    assert (described["name"], described["status"], described["type"]) == ("exact", "ACTIVE", "STANDARD")
    assert described["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}


def test_creating_a_name_again(states, create):
    arn = create(PASS, name="twice")
    assert create(PASS, name="twice") == arn
    with pytest.raises(states.exceptions.StateMachineAlreadyExists) as other:
        create(FAIL, name="twice")
    assert message(other) == f"State Machine Already Exists: '{arn}'"


def test_an_update_has_a_revision_and_running_executions_keep_theirs(states, create):
    arn = create(WAIT_FOREVER)
    execution = states.start_execution(stateMachineArn=arn)["executionArn"]
    updated = states.update_state_machine(stateMachineArn=arn, definition=json.dumps(PASS))
    assert updated["revisionId"]
    of_execution = states.describe_state_machine_for_execution(executionArn=execution)
    assert json.loads(of_execution["definition"]) == WAIT_FOREVER
    newer = states.start_execution(stateMachineArn=arn)["executionArn"]
    assert ended(states, newer)["status"] == "SUCCEEDED"
    with pytest.raises(states.exceptions.MissingRequiredParameter):
        states.update_state_machine(stateMachineArn=arn)


def test_deleting_a_machine_ends_its_executions(states, create):
    arn = create(WAIT_FOREVER)
    execution = states.start_execution(stateMachineArn=arn)["executionArn"]
    states.delete_state_machine(stateMachineArn=arn)

    def gone():
        try:
            states.describe_state_machine(stateMachineArn=arn)
        except states.exceptions.StateMachineDoesNotExist:
            return True

    wait_until(gone)
    assert ended(states, execution)["status"] == "ABORTED"
    states.delete_state_machine(stateMachineArn=arn)


def test_versions_and_a_weighted_alias(states, create):
    arn = create(PASS)
    first = states.publish_state_machine_version(stateMachineArn=arn, description="one")["stateMachineVersionArn"]
    assert states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"] == first
    second = states.update_state_machine(stateMachineArn=arn, definition=json.dumps(FAIL), publish=True)[
        "stateMachineVersionArn"]
    assert (first, second) == (f"{arn}:1", f"{arn}:2")
    routes = [{"stateMachineVersionArn": first, "weight": 50}, {"stateMachineVersionArn": second, "weight": 50}]
    alias = states.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    statuses = set()
    for _ in range(40):
        execution = states.start_execution(stateMachineArn=alias)["executionArn"]
        described = ended(states, execution)
        assert described["stateMachineAliasArn"] == alias
        statuses.add((described["stateMachineVersionArn"], described["status"]))
    assert statuses == {(first, "SUCCEEDED"), (second, "FAILED")}
    with pytest.raises(states.exceptions.ConflictException):
        states.delete_state_machine_version(stateMachineVersionArn=first)
    states.update_state_machine_alias(
        stateMachineAliasArn=alias, routingConfiguration=[{"stateMachineVersionArn": second, "weight": 100}])
    states.delete_state_machine_version(stateMachineVersionArn=first)
    assert [v["stateMachineVersionArn"] for v in
            states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]] == [second]
    states.delete_state_machine_alias(stateMachineAliasArn=alias)
    assert states.list_state_machine_aliases(stateMachineArn=arn)["stateMachineAliases"] == []


def test_tags(states, create):
    arn = create(PASS, tags=[{"key": "a", "value": "1"}])
    states.tag_resource(resourceArn=arn, tags=[{"key": "b", "value": "2"}, {"key": "a", "value": "3"}])
    tags = states.list_tags_for_resource(resourceArn=arn)["tags"]
    assert sorted((tag["key"], tag["value"]) for tag in tags) == [("a", "3"), ("b", "2")]
    states.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert states.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    many = [{"key": f"k{i}", "value": ""} for i in range(51)]
    with pytest.raises(states.exceptions.TooManyTags):
        states.tag_resource(resourceArn=arn, tags=many)


def test_listings_are_paged(states, create):
    arns = {create(PASS, name=f"listed-{i}") for i in range(5)}
    pages = list(states.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) == 3
    assert {m["stateMachineArn"] for page in pages for m in page["stateMachines"]} == arns
    for i in range(3):
        states.create_activity(name=f"activity-{i}")
    pages = states.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 2})
    assert len([activity for page in pages for activity in page["activities"]]) == 3
    with pytest.raises(states.exceptions.InvalidToken):
        states.list_state_machines(nextToken="garbage")


def test_a_definition_with_problems_is_refused_with_all_of_them(states, create):
    definition = machine(A={"Type": "Pass", "Next": "Missing"}, Alone={"Type": "Succeed"})
    answer = states.validate_state_machine_definition(definition=json.dumps(definition))
    assert answer["result"] == "FAIL"
    assert {d["code"] for d in answer["diagnostics"]} >= {"MISSING_TRANSITION_TARGET"}
    assert 2 <= len(answer["diagnostics"])
    with pytest.raises(states.exceptions.InvalidDefinition) as refused:
        create(definition)
    assert "MISSING_TRANSITION_TARGET" in message(refused)
    assert states.validate_state_machine_definition(definition=json.dumps(PASS)) ["result"] == "OK"


def test_one_state_is_tested_without_a_machine(states):
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
             "Parameters": {"FunctionName": "f"}, "ResultPath": "$.r",
             "Catch": [{"ErrorEquals": ["Bad"], "Next": "Caught"}]}
    answer = states.test_state(definition=json.dumps(state), roleArn=ROLE, input='{"a":1}', inspectionLevel="DEBUG",
                               mock={"result": '{"StatusCode":200,"Payload":"ok"}'})
    assert answer["status"] == "SUCCEEDED"
    assert json.loads(answer["output"])["r"]["Payload"] == "ok"
    assert json.loads(answer["inspectionData"]["afterParameters"]) == {"FunctionName": "f"}
    caught = states.test_state(definition=json.dumps(state), roleArn=ROLE, input="{}",
                               mock={"errorOutput": {"error": "Bad", "cause": "mocked"}})
    assert (caught["status"], caught["nextState"]) == ("CAUGHT_ERROR", "Caught")
