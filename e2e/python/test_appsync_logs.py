"""What APIs of AppSync log, read as everybody reads it: from CloudWatch Logs."""

import json
import re

import pytest

from freehold import ROLE, wait_until
from live import Graphql
from test_appsync import Api
from test_appsync_live import SAY, SCHEMA, EventApi, MESSAGE

JS = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
LOUD = """$util.log.info("seen {}", $ctx.result)$util.log.error("wrong")#if($ctx.args.name == "bad")$util.error("no", "Bad")#end
$util.toJson($ctx.result)"""


def config(level="ALL", verbose=True):
    return {"logConfig": {"fieldLogLevel": level, "cloudWatchLogsRoleArn": ROLE, "excludeVerboseContent": not verbose}}


def hello(appsync, **logs):
    api = Api(appsync, **config(**logs))
    api.local("Query.hello", '"hi"', response=LOUD)
    return api


def lines(server, api_id, last="End Request", requests=1):
    """The lines of an API, once so many of them say `last`; without ids of requests."""
    logs = server.client("logs")
    group = f"/aws/appsync/apis/{api_id}"

    def read():
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return None
        events = logs.filter_log_events(logGroupName=group)["events"]
        texts = [re.sub(r"^[0-9a-f-]{36} ", "", event["message"]) for event in events]
        return texts if requests <= sum(last in text for text in texts) else None

    texts = wait_until(read)
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert all(re.fullmatch("[0-9a-f]{64}", stream["logStreamName"]) for stream in streams)
    return texts


def brief(texts):
    """What each line is: the type of one in JSON, the beginning of another."""
    return [json.loads(text).get("logType", "error") if text.startswith("{") else text.split(":")[0] for text in texts]


def of_type(texts, kind):
    return [line for line in map(json.loads, filter(lambda text: text.startswith("{"), texts)) if line.get("logType") == kind]


@pytest.fixture
def appsync(server):
    return server.client("appsync")


def test_a_request_is_logged_from_its_beginning_to_its_end(server, appsync):
    api = hello(appsync)
    _, _, headers = api.ask('query Q($n: String) {a: hello(name: $n)}', {"n": "x"}, operationName="Q")
    texts = lines(server, api.id)
    assert brief(texts) == [
        "Begin Request", "GraphQL Query", "Begin Execution - Type Name",
        "RequestMapping", "INFO - seen hi", "ERROR - wrong", "ResponseMapping",
        "End Field Execution", "ExecutionSummary", "Begin Tracing", "Tracing", "End Tracing",
        "Request Headers", "Response Headers", "RequestSummary", "Tokens Consumed", "End Request",
    ]
    assert texts[1] == 'GraphQL Query: query Q($n: String) {a: hello(name: $n)}, Operation: Q, Variables: {"n":"x"}'
    assert texts[2] == "Begin Execution - Type Name: Query and Field Name: hello"
    common = {"requestId": headers["x-amzn-requestid"], "graphQLAPIId": api.id}
    field = {
        "path": ["a"], "fieldName": "hello", "parentType": "Query", **common,
        "resolverArn": f"{api.described['arn']}/types/Query/resolvers/hello",
    }
    context = {"arguments": {"name": "x"}, "stash": {}, "outErrors": []}
    [mapping] = of_type(texts, "RequestMapping")
    assert json.loads(mapping.pop("transformedTemplate")) == {"version": "2018-05-29", "payload": "hi"}
    assert mapping == {"logType": "RequestMapping", **field, "context": context, "fieldInError": False, "errors": []}
    [mapping] = of_type(texts, "ResponseMapping")
    assert mapping["context"] == {**context, "result": "hi"} and mapping["transformedTemplate"] == '"hi"'
    [trace] = of_type(texts, "Tracing")
    assert 0 < trace.pop("startOffset") and 0 < trace.pop("duration")
    assert trace == {"logType": "Tracing", **field, "returnType": "String"}
    [summary] = of_type(texts, "RequestSummary")
    assert 0 < summary.pop("latency")
    assert summary == {"logType": "RequestSummary", **common, "statusCode": 200}
    [summary] = of_type(texts, "ExecutionSummary")
    assert 0 < summary["validation"]["startOffset"] and 0 < summary["parsing"]["duration"] <= summary["duration"]
    assert summary["version"] == 1 and summary["startTime"] <= summary["endTime"]


REQUEST = ["Begin Request", "GraphQL Query", "ExecutionSummary", "Request Headers", "Response Headers", "RequestSummary", "Tokens Consumed", "End Request"]
CODE = {"RequestMapping", "ResponseMapping", "Begin Execution - Type Name", "End Field Execution"}


@pytest.mark.parametrize("level, verbose, name, more", [
    ("NONE", True, "bad", set()),
    ("ERROR", True, "good", {"ERROR - wrong", "Begin Execution - Type Name", "End Field Execution"}),
    ("ERROR", True, "bad", {"ERROR - wrong", "error", *CODE}),
    ("INFO", True, "good", {"ERROR - wrong", "INFO - seen hi", *CODE}),
    ("INFO", False, "good", {"ERROR - wrong", "INFO - seen hi", "Begin Execution - Type Name", "End Field Execution"}),
    ("ALL", False, "good", {"ERROR - wrong", "INFO - seen hi", "Tracing", "Begin Tracing", "End Tracing", *CODE}),
])
def test_the_level_decides_what_fields_log(server, appsync, level, verbose, name, more):
    api = hello(appsync, level=level, verbose=verbose)
    api.ask('{hello(name: "%s")}' % name)
    texts = lines(server, api.id)
    hidden = set() if verbose else {"GraphQL Query", "Request Headers", "Response Headers"}
    assert set(brief(texts)) == {*REQUEST, *more} - hidden
    for mapping in of_type(texts, "ResponseMapping"):
        assert ("context" in mapping) == verbose and ("transformedTemplate" in mapping) == (verbose and name == "good")
        assert mapping["fieldInError"] == (name == "bad")
        wrong = ["CustomTemplateException(message=no, errorType=Bad, data=null, errorInfo=null)"]
        assert mapping["errors"] == (wrong if name == "bad" else [])


def test_a_pipeline_of_javascript_tells_each_step(server, appsync):
    api = Api(appsync, **config(verbose=False))
    api.source("none", "NONE")
    function = appsync.create_function(
        apiId=api.id, name="step", dataSourceName="none", runtime=JS,
        code="export function request(ctx) { return {payload: 1}; } export function response(ctx) { return ctx.result; }",
    )["functionConfiguration"]["functionId"]
    api.resolver(
        "Query.hello", kind="PIPELINE", pipelineConfig={"functions": [function]}, runtime=JS,
        code="export function request(ctx) { console.log('begun'); return {}; } export function response(ctx) { return `${ctx.prev.result}`; }",
    )
    assert api.data("{hello}") == {"hello": "1"}
    texts = lines(server, api.id)
    kinds = ["BeforeRequestFunctionEvaluation", "RequestMapping", "ResponseMapping", "AfterResponseFunctionEvaluation"]
    assert [kind for kind in brief(texts) if kind in kinds] == kinds
    functions = [of_type(texts, kind)[0].get("functionName") for kind in kinds]
    assert functions == [None, "step", "step", None]
    assert any(text.startswith("INFO - code.js") and "begun" in text for text in texts)


def test_who_is_refused_is_logged_and_what_lets_somebody_in_is_not(server, appsync):
    api = hello(appsync)
    assert api.ask("{hello}", headers={"x-api-key": "da2-0123456789"})[0] == 401
    texts = lines(server, api.id)
    assert of_type(texts, "RequestSummary")[0]["statusCode"] == 401
    assert any('"errorType":"UnauthorizedException"' in text for text in texts)
    assert "x-api-key=[****456789]" in "".join(texts) and "da2-0123" not in "".join(texts)


def test_an_invalid_query_is_logged_with_its_error(server, appsync):
    api = hello(appsync, level="ERROR")
    api.errors("{none}")
    assert any("ValidationError" in text or "Validation error" in text for text in lines(server, api.id))


def test_subscriptions_are_logged_from_their_connection_to_its_end(server, appsync):
    api = Api(appsync, SCHEMA, **config())
    api.local("Mutation.say", MESSAGE)
    api.local("Subscription.said", "null")
    with Graphql(api) as live:
        live.start("1", "subscription { said { text } }")
        live.say(id="1", type="stop")
        assert live.hear() == {"id": "1", "type": "complete"}
        live.error("2", "subscription { none }")
    texts = lines(server, api.id, last="End Connection")
    begun = brief(texts)
    assert begun[:6] == ["Begin Request", "Begin Connection", "Request Headers", "Response Headers", "RequestSummary", "Tokens Consumed"]
    assert 'New Subscription: said, Id: "1"' in texts and 'End Subscription, Id: "1"' in texts
    assert [of["fieldName"] for of in of_type(texts, "RequestMapping")] == ["said"]
    assert [summary["statusCode"] for summary in of_type(texts, "RequestSummary")] == [101, 200, 400]
    assert begun[-1] == "End Connection, Duration"
    assert api.key[:10] not in "".join(texts), "the key came in a subprotocol"
    assert api.data(SAY, {"text": "x"})


def test_event_apis_log_their_requests_and_handlers(server):
    events = EventApi(
        server.client("appsync"), namespaces=(),
        logConfig={"logLevel": "ALL", "cloudWatchLogsRoleArn": ROLE},
    )
    events.namespace("chat", codeHandlers="""
        export function onPublish(ctx) { console.log('got', ctx.events.length); return ctx.events; }
        export function onSubscribe(ctx) { if (ctx.info.channel.path == '/chat/no') { util.unauthorized(); } }
        import { util } from '@aws-appsync/utils';""")
    assert events.publish("/chat/red", 1)[0] == 200
    texts = lines(server, events.id)
    assert brief(texts) == [
        "Begin Request", "Begin Execution - Handler", "INFO - code.js", "RequestMapping", "End Field Execution",
        "Request Headers", "Response Headers", "RequestSummary", "Tokens Consumed", "End Request",
    ]
    assert texts[1] == "Begin Execution - Handler: onPublish and Channel: /chat/red"
    assert texts[2].endswith('"got" 1')
    [summary] = of_type(texts, "RequestSummary")
    assert (summary["apiId"], summary["operation"], summary["statusCode"]) == (events.id, "EVENT_PUBLISH", 200)
    with events.connect() as live:
        live.subscribe("1", "/chat/red")
        assert live.ask("subscribe", "2", channel="/chat/no")["type"] == "subscribe_error"
        assert live.ask("publish", "3", channel="/chat/red", events=["1"])
    texts = lines(server, events.id, last="End Connection")
    told = [(summary.get("operation"), summary["statusCode"]) for summary in of_type(texts, "RequestSummary")]
    assert sorted(told[1:], key=str) == sorted([(None, 101), ("EVENT_SUBSCRIBE", 200), ("EVENT_SUBSCRIBE", 401), ("EVENT_PUBLISH", 200)], key=str)
    assert 'New Subscription: /chat/red, Id: "1"' in texts
