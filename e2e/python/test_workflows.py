"""Definitions that others have published, unchanged but for account, region and names, with real handlers.

They are read from the folder of recorded definitions; where that isn't, these tests are skipped and say so.
"""

import base64
import json
import re
import sys

import pytest

from containers import SUCCEED, Containers, shell
from freehold import ACCOUNT, REGION, ended, history, types, wait_until
from world import DEFINITIONS, World

pytestmark = pytest.mark.skipif(not DEFINITIONS.is_dir(), reason=f"there are no definitions in {DEFINITIONS}")

ECHO = "def handler(event, context):\n    return event\n"


def raises(error, text):
    return f"class {error}(Exception):\n    pass\n\ndef handler(event, context):\n    raise {error}({text!r})\n"


@pytest.fixture
def world(server):
    return World(server)


def test_a_saga_in_jsonata_gives_back_what_it_took(world):
    world.table("InventoryTable", "productId", [{"productId": {"S": "lamp"}, "reserved": {"N": "5"}}])
    world.function("ChargeCard", "def handler(event, context):\n    return {'chargeId': 'c-' + event['orderId']}\n")
    world.function("ShipOrder", raises("NoTruck", "all trucks are out"))
    world.function("RefundCharge", ECHO)
    machine = world.machine("compensation-saga-pattern")
    error, cause = world.fail(machine, {"orderId": "1", "productId": "lamp", "quantity": 2, "total": 60})
    assert error == "ShipOrderError"
    assert cause.startswith("Order 1 failed at ShipOrder: ") and "all trucks are out" in cause
    (item,) = world.items("InventoryTable")
    assert item["reserved"] == {"N": "5"}


def test_an_express_front_hands_over_to_a_standard_machine(world):
    world.table("CustomersTable", "customerId", [{"customerId": {"S": "ann"}, "tier": {"S": "gold"}}])
    world.function("ValidateOrder", ECHO)
    world.function("GetPricing", "def handler(event, context):\n    return {'total': 42}\n")
    child = world.stepfunctions.create_state_machine(
        name="OrderFulfillment-Standard",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/workflow",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    )["stateMachineArn"]
    machine = world.machine("express-standard-handoff", kind="EXPRESS")
    answer = world.stepfunctions.start_sync_execution(stateMachineArn=machine, input='{"customerId": "ann"}')
    assert answer["status"] == "SUCCEEDED", answer
    output = json.loads(answer["output"])
    assert output["status"] == "handed_off"
    assert output["childExecutionArn"].startswith(child.replace(":stateMachine:", ":execution:"))
    handed = json.loads(ended(world.stepfunctions, output["childExecutionArn"])["input"])
    assert handed["customer"]["tier"] == {"S": "gold"} and handed["pricing"] == {"total": 42}


def test_scatter_and_gather_over_one_function(world):
    world.function("CallExternalAPI", "def handler(event, context):\n    return {'id': event['id'], 'ok': True}\n")
    machine = world.machine("scatter-gather-with-partial-results")
    output = world.run(machine, {"records": [{"id": n} for n in range(25)]})
    assert output["totalProcessed"] == 25 and len(output["successes"]) == 25 and output["failures"] == []


@pytest.mark.parametrize("answer, status", [("success", "SUCCEEDED"), ("failure", "FAILED")])
def test_a_worker_on_a_queue_calls_back(world, answer, status):
    queue = world.queue("callback")
    machine = world.machine("r_callback_recorded", replace=[("<partition>", "aws"), ("<queue-url:1>", queue)])
    execution = world.start(machine, {"shouldfail": "no"})
    body = json.loads(world.receive(queue)[0])
    assert body["ShouldFail"] == "no"
    if answer == "success":
        world.succeed(body["TaskToken"], "done")
    else:
        world.stepfunctions.send_task_failure(taskToken=body["TaskToken"], error="Refused", cause="by hand")
    assert world.end(execution)["status"] == status


def test_an_item_is_put_and_read_back(world):
    machine = world.machine("sp__sfn-dynamodb_", DdbTableName=world.table("items", "id"))
    assert world.run(machine, {"id": "7"}) == {"id": {"S": "7"}, "description": {"S": "Hello, my id is 7."}}


def test_a_message_goes_to_a_queue(world):
    queue = world.queue("mine")
    output = world.run(world.machine("sp__sfn-sqs_", MyQueue=queue), {"message": "hello"})
    assert output["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert world.receive(queue) == ["hello"]


def test_a_parent_starts_its_child_and_goes_on(world):
    child = world.machine("sp__sfn-sfn_statemachine_child")
    output = world.run(world.machine("sp__sfn-sfn_statemachine_parent", ChildStateMachineArn=child))
    child_end = world.end(output["ExecutionArn"])
    assert child_end["status"] == "SUCCEEDED"
    assert "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID" in json.loads(child_end["input"])


def test_a_status_row_follows_a_timed_workflow(world):
    table = world.table("status", "Id")
    machine = world.machine("waitable-stepfunction", DDBTable=table)
    world.run(machine, {"Id": "a", "StartTimestamp": "2024-01-01T00:00:00Z"})
    assert world.items(table)[0]["ProcessStatus"] == {"S": "COMPLETED"}


@pytest.mark.parametrize("decision, status", [("Approved", "SUCCEEDED"), ("Rejected", "FAILED")])
def test_a_human_reviews_an_expense_by_mail(world, decision, status):
    topic, inbox = world.topic("expenses")
    machine = world.machine("sns-apigw-human-review", TopicArn=topic, ApiEndpoint="https://example.com/review")
    execution = world.start(machine, {"expense": 900})
    token = re.search(r"Approved&Token=([A-Za-z0-9+/=]+)", world.receive(inbox)[0])[1]
    world.succeed(base64.b64decode(token).decode(), {"Result": decision})
    assert world.end(execution)["status"] == status


def test_functions_are_called_by_their_arns(world):
    process = world.function("process", "def handler(event, context):\n    return {**event, 'processed': True}\n")
    footer = world.function("footer", "def handler(event, context):\n    return {**event, 'footer': context.function_name}\n")
    machine = world.machine("lambda-s3-sfn", ProcessFileFunctionArn=process, AddFooterFunctionArn=footer)
    execution = world.start(machine, {"Key": "k", "Bucket": "b"})
    assert json.loads(world.end(execution)["output"]) == {"Key": "k", "Bucket": "b", "footer": "footer"}
    assert types(history(world.stepfunctions, execution)).count("LambdaFunctionSucceeded") == 2


@pytest.mark.parametrize(
    "error, fallback",
    [("CustomError", "This is a fallback from a custom lambda function exception"), ("Other", "This is a fallback from a reserved error code")],
)
def test_a_custom_error_of_a_function_is_caught(world, error, fallback):
    world.function("FUNCTION_NAME", raises(error, "no"))
    assert world.run(world.machine("CatchFailure")) == fallback


def test_a_custom_error_is_retried_until_the_attempts_are_used_up(world):
    world.function("FUNCTION_NAME", raises("CustomError", "again"))
    execution = world.start(world.machine("RetryFailure"))
    described = world.end(execution)
    assert (described["status"], described["error"]) == ("FAILED", "CustomError")
    assert json.loads(described["cause"])["errorMessage"] == "again"
    assert types(history(world.stepfunctions, execution)).count("LambdaFunctionFailed") == 3


def test_a_semaphore_in_a_table_lets_one_through_at_a_time(world):
    table = world.table("locks", "LockName")
    world.function("work", "import time\n\ndef handler(event, context):\n    time.sleep(0.3)\n    return 'done'\n")
    machine = world.machine(
        "dynamodb-semaphore",
        SF_TableSemaphore=table,
        SF_LockName="lock",
        SF_ConcurrentAccessLimit="1",
        SF_LambdaARN=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:work",
    )
    executions = [world.start(machine) for _ in range(3)]
    assert [world.end(execution)["status"] for execution in executions] == ["SUCCEEDED"] * 3
    (lock,) = world.items(table)
    assert lock == {"LockName": {"S": "lock"}, "currentlockcount": {"N": "0"}}


def test_commands_and_queries_are_kept_apart(world):
    bus, inbox = world.bus("orders")
    table = world.table("orders", "orderid")
    report = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'report'}\n"
    world.function("report", report)
    world.function("monthly", report)
    machine = world.machine(
        "cqrs",
        EventBridgeBusName=bus,
        DynamoDBTableName=table,
        QueryItemSalesReportFunctionArn="report",
        QueryMonthlySalesByItemFunctionArn="monthly",
    )
    order = {"orderId": "1", "command": "create", "items": [{"itemid": "lamp", "quantity": 3}]}
    output = world.run(machine, {"detail-type": "orderCommand", "time": "2026-01-01T00:00:00Z", "detail": order})
    assert output["FailedEntryCount"] == 0
    assert world.items(table)[0]["items"]["L"][0]["M"]["quantity"] == {"N": "3"}
    world.run(machine, {"detail-type": "orderQuery", "id": "q", "detail": {"query": "itemsSalesReport"}})
    events = [json.loads(body) for body in world.receive(inbox, 2)]
    assert {event["detail-type"] for event in events} == {"orderCommandResponse", "orderQueryResponse"}
    assert world.fail(machine, {"detail-type": "other"})[0] == "unsupportedType"


def test_messages_are_worked_off_by_a_map(world):
    name = "MapStateCdkStack-"
    table = world.table("MapStateCdkStack-MessagesTable05B58A27-12YI1A00B0RE6", "MessageId")
    topic, inbox = world.topic("MapStateCdkStack-NotificationTopic")
    world.function(
        "MapStateCdkStack-ReadfromSQS7A438AF1-rxxSWTi0VGpc",
        "def handler(event, context):\n"
        "    return [{'MessageId': str(n), 'Body': f'body {n}', 'ReceiptHandle': str(n)} for n in range(3)]\n",
    )
    world.function("MapStateCdkStack-DeletefromsqsEF763BFD-ARg8hYoj6vPu", ECHO)
    assert topic.endswith(f"{name}NotificationTopic")
    output = world.run(world.machine("dynamically-process-data-with-map-state-cdk"))
    assert len(output) == 3 and all(message["MessageId"] for message in output)
    assert len(world.items(table)) == 3
    assert sorted(world.receive(inbox, 3)) == ["body 0", "body 1", "body 2"]


def test_each_phase_waits_for_whoever_hears_its_event(world):
    bus, inbox = world.bus("Default")
    execution = world.start(world.machine("emit-and-wait"), {"order": 1})
    for _ in range(3):
        event = json.loads(world.receive(inbox)[0])
        assert event["source"] == "emitAndWait"
        world.succeed(event["detail"]["TaskToken"], {})
    described = world.end(execution)
    assert (described["status"], json.loads(described["output"])) == ("SUCCEEDED", {"order": 1})


def test_events_are_stored_with_what_they_changed(world):
    table = world.table("events", "Product_Id")
    world.function("validate", "def handler(event, context):\n    return {'detail': event}\n")
    change = (
        "import json\n\ndef handler(event, context):\n"
        "    product = event['ProductEvent']\n"
        "    return {'UpdatedProduct': json.dumps({'stock': product['quantity']}), 'Event': json.dumps(product),\n"
        "            'Product_Id': product['id'], 'EventDateTime': product['at']}\n"
    )
    for name in ["received", "shipped", "adjusted"]:
        world.function(name, change)
    machine = world.machine(
        "event-sourcing",
        ESPValidateEventArn="validate",
        ESPProcessProductReceivedArn="received",
        ESPProcessProductShippedArn="shipped",
        ESPProcessProductAdjustedArn="adjusted",
        ESPDynamoDBTableName=table,
    )
    event = {"eventType": "productShipped", "id": "lamp", "quantity": 4, "at": "2026-01-01"}
    world.run(machine, {"ProductEvent": event})
    assert json.loads(world.items(table)[0]["Product_Details"]["S"]) == {"stock": 4}


@pytest.mark.parametrize("answer, result", [({"result": True}, "approved"), ({"result": False}, "rejected"), ({}, "failure")])
def test_a_function_asks_a_human_who_answers_later(world, answer, result):
    world.function("notify", "def handler(event, context):\n    print('TOKEN', event['taskToken'])\n")
    world.function("process", "def handler(event, context):\n    return event['result']\n")
    machine = world.machine("human-in-the-loop", SendApprovalEmailFunction="notify", ProcessingLambda="process")
    execution = world.start(machine, {"what": "a holiday"})

    def token():
        events = history(world.stepfunctions, execution)
        submitted = [event for event in events if event["type"] == "TaskSubmitted"]
        scheduled = [event for event in events if event["type"] == "TaskScheduled"]
        if submitted:
            return json.loads(scheduled[0]["taskScheduledEventDetails"]["parameters"])["Payload"]["taskToken"]

    world.succeed(wait_until(token), answer)
    assert json.loads(world.end(execution)["output"])["Payload"] == result


def test_the_same_request_runs_once(world):
    table = world.table("IdempotentStepfunctionsWorkflowStack-IdempotentStepfunctionsWorkflowIdempotencyTable276F57BD-VXO568YJ8PJ7", "id")
    world.function(
        "IdempotentStepfunctionsWo-IdempotentStepfunctionsW-bURHFStl0ZL3",
        "def handler(event, context):\n"
        "    return {**event, 'idempotencyConfig': {'idempotencyKey': event['key'], 'ttl': '1900000000'}}\n",
    )
    world.function("IdempotentStepfunctionsWo-IdempotencyWorkflowInjec-ptf6qWpoUL4E", "def handler(event, context):\n    return 'fine'\n")
    machine = world.machine("wc__idempotent-workflow_")
    first = world.run(machine, {"key": "k"})
    assert first["step4"] == {"result": "Output of step 4"} and first["randomFailureFunc"] == "fine"
    execution = world.start(machine, {"key": "k"})
    assert json.loads(world.end(execution)["output"]) == first
    assert "ParallelStateEntered" not in types(history(world.stepfunctions, execution))
    assert world.items(table)[0]["executionstatus"] == {"S": "SUCCEEDED"}


def test_low_stock_is_ordered_again(world):
    bus, events = world.bus("inventory")
    topic, alerts = world.topic("alerts")
    table = world.table("inventory", "id", [{"id": {"S": "lamp"}, "status": {"S": "IN STOCK"}}])
    machine = world.machine(
        "check-inventory-level", InventoryEventBusName=bus, InventoryManagementTopicArn=topic, InventoryTableName=table
    )
    numbers = {name: {"N": value} for name, value in [("stock", "0"), ("threshold", "5"), ("minPOAmount", "20")]}
    world.run(machine, {"id": {"S": "lamp"}, **numbers})
    assert json.loads(world.receive(events)[0])["detail"] == {"productId": "lamp", "minPOAmount": 20, "quantityRequested": 0}
    assert len(world.receive(alerts, 2)) == 2
    assert world.items(table)[0]["status"] == {"S": "OUT OF STOCK"}


def test_stock_is_reserved_or_reported_missing(world):
    bus, events = world.bus("inventory")
    topic, alerts = world.topic("alerts")
    item = {"id": {"S": "lamp"}, "status": {"S": "IN STOCK"}, "stock": {"N": "5"}, "minPOAmount": {"N": "20"}}
    inventory = world.table("inventory", "id", [item])
    reservations = world.table("reservations", "id")
    machine = world.machine(
        "reserve-stock",
        InventoryEventBusName=bus,
        InventoryManagementTopicArn=topic,
        InventoryTableName=inventory,
        InventoryReservationTableName=reservations,
    )
    world.run(machine, {"productId": "lamp", "orderId": "1", "quantity": 3})
    assert world.items(inventory)[0]["stock"] == {"N": "2"}
    assert world.items(reservations)[0]["reservedQuantity"] == {"N": "3"}
    world.run(machine, {"productId": "lamp", "orderId": "2", "quantity": 3})
    details = [json.loads(body)["detail-type"] for body in world.receive(events, 3)]
    assert sorted(details) == ["create-purchase-order", "stock-reserved", "stock-unavailable"]
    assert "Stock unavailable for order id 2" in world.receive(alerts)[0]


def test_a_workflow_pages_through_its_own_executions(world):
    machine = world.machine("pagination-loop")
    world.run(machine)
    output = world.run(machine)
    assert [execution["Status"] for execution in output["executions"]["Executions"]] == ["SUCCEEDED"]


def test_work_goes_round_by_the_number_of_executions(world):
    world.function("modulo", "def handler(event, context):\n    return len(event['executions']['Executions']) % 2\n")
    world.function("call", ECHO)
    machine = world.machine("stateless-roundrobin", ModuloFunctionName="modulo", CallToAPIFunctionName="call")
    message = {"body": {"requestor": "ann", "message": "hello"}}
    assigned = [world.run(machine, message)["Payload"]["assignee"] for _ in range(3)]
    assert assigned == [0, 1, 0]


def test_the_first_good_answer_stops_the_other_workers(world):
    world.function("agent", ECHO)
    evaluate = "def handler(event, context):\n    return {**event, 'threshold_met': True, 'result': 'r', 'confidence_score': 0.9}\n"
    world.function("evaluate", evaluate)
    synthesis = "def handler(event, context):\n    return {'synthesized_result': event['agent_results'][0]['result']}\n"
    world.function("synthesis", synthesis)
    worker = world.machine("early-stopping_statemachine_worker", WorkerAgentFunction="agent", EvaluationFunction="evaluate")
    machine = world.machine("early-stopping_statemachine_main", WorkerStateMachine=worker, SynthesisFunction="synthesis")
    output = world.run(machine, {"query": "which?"})
    approaches = ["general", "service_specific", "architecture_patterns", "cost_optimization"]
    assert output["winning_approach"] == [approaches[output["agent_id"] - 1]]
    assert output["synthesized_result"] == "r"


def test_three_people_must_approve(world):
    inboxes = [world.topic(name)[1] for name in ("Approver1", "Approver2", "Approver3")]
    execution = world.start(world.machine("parallel-human-approval"), {"what": "a purchase"})
    for number, inbox in enumerate(inboxes):
        message = json.loads(world.receive(inbox)[0])
        assert message["message"] == {"what": "a purchase"}
        world.succeed(message["token"], number)
    assert world.end(execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("broken, message", [(None, "Your Travel Reservation is Successful"), ("pay", "Your Travel Reservation Failed")])
def test_a_journey_is_booked_whole_or_not_at_all(world, broken, message):
    topic, inbox = world.topic("journeys")
    names = {
        "reserveFlightFunction": "flight",
        "reserveCarRentalFunction": "car",
        "processPaymentFunction": "pay",
        "confirmFlightFunction": "confirm-flight",
        "confirmCarRentalFunction": "confirm-car",
        "refundPaymentFunction": "refund",
        "cancelCarRentalFunction": "cancel-car",
        "cancelFlightFunction": "cancel-flight",
    }
    for name in names.values():
        world.function(name, raises("Broke", name) if name == broken else "def handler(event, context):\n    return 'ok'\n")
    machine = world.machine("saga-pattern-cdk", snsTopicArn=topic, **names)
    described = world.end(world.start(machine, {"trip": 1}))
    assert described["status"] == ("FAILED" if broken else "SUCCEEDED")
    assert world.receive(inbox) == [message]


def test_a_message_is_published_after_a_while(world):
    topic, inbox = world.topic("greetings")
    world.run(world.machine("wc__request-response_", topicArn=topic), {"timer_seconds": 1})
    assert json.loads(world.receive(inbox)[0]) == {"Input": "Hello from Step Functions!"}


def test_a_workflow_in_a_workflow_in_all_three_forms(world):
    world.function("callback", ECHO)
    nested = world.machine("workflow-within-a-workflow_statemachines_nested", NestingPatternCallbackLambdaFunction="callback")
    machine = world.machine("workflow-within-a-workflow_statemachines_main", NestingPatternAnotherStateMachineArn=nested)
    execution = world.start(machine)

    def token():
        executions = world.stepfunctions.list_executions(stateMachineArn=nested)["executions"]
        inputs = [world.stepfunctions.describe_execution(executionArn=found["executionArn"])["input"] for found in executions]
        tokens = [json.loads(input).get("TaskToken") for input in inputs]
        return next((token for token in tokens if token), None)

    world.succeed(wait_until(token), "called back")
    output = json.loads(world.end(execution)["output"])
    assert output == ["The whole execution is completed including both long-running jobs", "called back"]


def test_numbers_are_summed_and_compared_in_parallel(world):
    world.function("sum", "def handler(event, context):\n    return {'sum': sum(event['data'])}\n")
    world.function("avg", "def handler(event, context):\n    return {'avg': sum(event['data']) / len(event['data'])}\n")
    world.function("range", "def handler(event, context):\n    return {'min': min(event['data']), 'max': max(event['data'])}\n")
    machine = world.machine("synchronous-api", kind="EXPRESS", sumFunction="sum", AvgFunction="avg", MaxMinFunction="range")
    answer = world.stepfunctions.start_sync_execution(stateMachineArn=machine, input='{"data": [1, 2, 6]}')
    assert json.loads(answer["output"]) == [{"sum": 9}, {"avg": 3.0}, {"min": 1, "max": 6}]


def test_text_runs_through_four_functions(world):
    steps = {
        "Base64DecodeLambda": "import base64\n\ndef handler(event, context):\n    return {'text': base64.b64decode(event['text']).decode()}\n",
        "GenerateStatsLambda": "def handler(event, context):\n    return {**event, 'length': len(event['text'])}\n",
        "StringCleanerLambda": "def handler(event, context):\n    return {**event, 'text': event['text'].replace('!', '')}\n",
        "TokenizerCounterLambda": "def handler(event, context):\n    return {**event, 'words': len(event['text'].split())}\n",
    }
    for name, source in steps.items():
        world.function(name, source)
    machine = world.machine("text-processing-sqs-express-cdk", **{name: name for name in steps})
    text = base64.b64encode(b"hello old world!").decode()
    assert world.run(machine, {"text": text}) == {"text": "hello old world", "length": 16, "words": 3}


def test_one_handler_deals_with_every_error(world):
    world.function("number", ECHO)
    world.function("odd", raises("Odd", "an odd number"))
    world.function("even", ECHO)
    world.function("handler", "def handler(event, context):\n    return event['StateMachine']['Name']\n")
    machine = world.machine(
        "common_error_option2", NumberFunctionArn="number", OddFunctionArn="odd", EvenFunctionArn="even",
        CommonErrorOption2FunctionArn="handler",
    )
    output = world.run(machine, {"n": 3})
    assert output["commonErrorLambda"]["Payload"] == machine.rsplit(":", 1)[1]


def test_notes_are_dispensed_by_a_chain_of_handlers(world):
    source = (
        "import os\n\ndef handler(event, context):\n    note = int(os.environ['NOTE'])\n"
        "    count, rest = divmod(event['amount'], note)\n"
        "    return {'amount': rest, 'notes': event.get('notes', []) + [[note, count]]}\n"
    )
    arns = {
        f"Handler{place}FunctionArn": world.function(f"note{note}", source, Environment={"Variables": {"NOTE": str(note)}})
        for place, note in enumerate([50, 20, 10, 1], start=1)
    }
    output = world.run(world.machine("chain-of-responsibility", **arns), {"amount": 173})
    assert output == {"amount": 0, "notes": [[50, 3], [20, 1], [10, 0], [1, 3]]}


def test_only_orders_of_high_priority_are_written(world):
    table = world.table("MapStateTable", "id")
    orders = [{"orderId": str(n), "customerId": "ann", "priority": "HIGH" if n % 2 else "LOW"} for n in range(4)]
    world.run(world.machine("MapStateStateMachine"), {"Data": orders})
    assert sorted(item["id"]["S"] for item in world.items(table)) == ["1", "3"]


def test_a_sentiment_is_recorded_beside_the_decision(world):
    table = world.table("sentiment-table", "caseId")
    world.function(
        "sentiment",
        "def handler(event, context):\n"
        "    return {'caseId': event['caseId'], 'sentimentResponse': {'Sentiment': 'POSITIVE', 'SentimentScore': {'Positive': 0.9}}}\n",
    )
    machine = world.machine("DetectSentimentStateMachine", DetectSentimentFunction="sentiment")
    output = world.run(machine, {"caseId": "7"})
    assert len(output) == 2
    assert json.loads(world.items(table)[0]["score"]["S"]) == {"Positive": 0.9}


def test_an_outside_worker_behind_a_queue_is_waited_for(world):
    queue = world.queue("requests")
    topic, inbox = world.topic("results")
    machine = world.machine(
        "AsyncAPICallbackPattern",
        SQSSendMessageAction="arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        SNSTopicPublishAction="arn:aws:states:::sns:publish",
        SQSQueueURL=queue,
        SNSTopicARN=topic,
    )
    execution = world.start(machine, {"call": "me"})
    request = json.loads(world.receive(queue)[0])
    assert request["payload"] == {"call": "me"}
    world.succeed(request["taskToken"], {"status": 200})
    assert world.end(execution)["status"] == "SUCCEEDED"
    assert json.loads(world.receive(inbox)[0])["status"] == 200


def test_old_versions_of_functions_are_deleted(world):
    functions = world.client("lambda")
    world.function("old-one", ECHO)
    for number in range(5):
        functions.update_function_configuration(FunctionName="old-one", Description=str(number))
        functions.publish_version(FunctionName="old-one")
    world.function(
        "sort",
        "import json\n\ndef handler(event, context):\n"
        "    versions = sorted((v for v in event['data']['version'] if v != '$LATEST'), key=int)\n"
        "    body = {'lambda_function_name': event['lambda_function_name'], 'sorted_versions': versions, 'count': len(versions)}\n"
        "    return {'body': json.dumps(body)}\n",
    )
    world.run(world.machine("lambda-version-cleanup", filter_prefix="old", sort_functions_fn_name="sort"))
    versions = functions.list_versions_by_function(FunctionName="old-one")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "3", "4", "5"]


def test_inactive_functions_are_reported(world):
    topic, inbox = world.topic("reports")
    combine = (
        "def handler(event, context):\n"
        "    arns = [{'ARN': f['FunctionArn']} for f in event['ListFunctions_output']['Functions']]\n"
        "    return {'NextMarkercheck': 'false', 'Function_ARN_List_existing': {'lambda_arn_list_combined': arns}}\n"
    )
    arn = world.function("combine", combine)
    machine = world.machine("lambda-getfunctionstatus", LambdaFunctionArn=arn, TopicARN=topic, region=REGION, accountID=ACCOUNT)
    world.run(machine, {"NextMarker": "", "Function_ARN_List_existing": {"lambda_arn_list_combined": []}})
    assert world.receive(inbox) == [" No Inactive Functions"]


@pytest.mark.parametrize("script, said", [("true", "succeeded"), ("exit 1", "failed")])
def test_the_end_of_a_fargate_task_is_told(world, script, said):
    task = Containers(world.server).register("work", shell(script))
    topic, inbox = world.topic("notes")
    machine = world.machine("sfn-manage-container-task-tf", ecs_cluster="default", task_definition=task, sns_topic=topic)
    world.run(machine)
    assert world.receive(inbox) == [f"AWS Fargate Task started by Step Functions {said}"]


def test_a_fargate_task_calls_back(world):
    keys = [{"name": "AWS_ACCESS_KEY_ID", "value": "test"}, {"name": "AWS_SECRET_ACCESS_KEY", "value": "test"}]
    containers = Containers(world.server)
    task = containers.register(
        "work", [sys.executable, "-c", SUCCEED], name="StepFunctionFargateTask1", environment=keys
    )
    machine = world.machine("stepfunctions-fargate-lambda", Cluster="default", TaskDefinition=task)
    detail = {"bucket": {"name": "media"}, "object": {"key": "videos/one.mp4"}}
    assert world.run(machine, {"detail": detail}) == {"by": "task"}


def test_the_end_of_a_job_is_told(world):
    containers = Containers(world.server)
    queue = containers.queue()
    job = containers.job_definition("work", shell("true"))
    topic, inbox = world.topic("notes")
    machine = world.machine("wc__synchronous-job", jobQueueArn=queue, jobDefinitionArn=job, TopicArn=topic)
    world.run(machine)
    assert world.receive(inbox) == ["Batch job submitted through Step Functions succeeded"]


def test_a_function_prepares_the_parameters_of_a_job(world):
    containers = Containers(world.server)
    queue = containers.queue()
    job = containers.job_definition("work", shell("test $0 = seven") + ["Ref::number"])
    generate = world.function("generate", "def handler(event, context):\n    return {'number': 'seven'}\n")
    machine = world.machine("batch-lambda-cdk", GenerateBatchJobArn=generate, jobQueueArn=queue, jobDefinitionArn=job)
    assert world.run(machine)["Status"] == "SUCCEEDED"
