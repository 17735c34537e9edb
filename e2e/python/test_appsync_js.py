"""AppSync's JavaScript: code that is checked, tried out by EvaluateCode, and run by resolvers."""

import json
import threading
import time

import pytest
from botocore.exceptions import ClientError

from freehold import REGION, ROLE
from test_appsync import Api, code_of
from test_appsync_live import EventApi

RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
SCHEMA = """
type Post { id: ID! title: String! likes: Int tags: [String] }
type Posts { items: [Post!]! nextToken: String }
type Query { post(id: ID!): Post posts(limit: Int): Posts hello(name: String): String other: String }
type Mutation { put(title: String!, likes: Int): Post like(id: ID!, tags: [String]): Post remove(id: ID!): Post }
schema { query: Query mutation: Mutation }
"""
ECHO = """
export function request(ctx) { return { payload: null }; }
export function response(ctx) { return ctx.result; }
"""


@pytest.fixture
def appsync(server):
    return server.client("appsync")


@pytest.fixture
def api(appsync):
    api = Api(appsync, SCHEMA)
    api.source("none", "NONE")
    return api


def evaluate(appsync, code, context=None, function="request"):
    return appsync.evaluate_code(runtime=RUNTIME, code=code, context=json.dumps(context or {}), function=function)


def unit(api, field, code, source="none"):
    return api.resolver(field, source, code=code, runtime=RUNTIME)


def local(api, field, body):
    """A resolver that gives what a function of `ctx` returns."""
    return unit(api, field, f"""
        import {{ util, runtime, extensions }} from '@aws-appsync/utils';
        export function request(ctx) {{ return {{ payload: {{}} }}; }}
        export function response(ctx) {{ {body} }}""")


def pipeline(api, field, before, after, *functions):
    ids = []
    for code in functions:
        made = api.appsync.create_function(
            apiId=api.id, name=f"f{len(ids)}", dataSourceName="none", code=code, runtime=RUNTIME
        )
        ids.append(made["functionConfiguration"]["functionId"])
    code = f"import {{ util, runtime }} from '@aws-appsync/utils';\n{before}\n{after}"
    return api.resolver(field, code=code, runtime=RUNTIME, kind="PIPELINE", pipelineConfig={"functions": ids})


def code_errors(error):
    assert code_of(error) == ("BadRequestException", 400)
    response = error.value.response
    assert response["reason"] == "CODE_ERROR" and response["Error"]["Message"] == "The code contains one or more errors."
    return response["detail"]["codeErrors"]


def test_code_is_tried_out(appsync):
    code = """import { util } from '@aws-appsync/utils';
import * as ddb from '@aws-appsync/utils/dynamodb';
export function request(ctx) {
  console.log('asked', ctx.args);
  ctx.stash.seen = true;
  util.appendError('careful', 'Warning', { a: 1 });
  return ddb.get({ key: { id: ctx.args.id } });
}
export function response(ctx) { return ctx.result.title; }
"""
    evaluated = evaluate(appsync, code, {"arguments": {"id": "1"}})
    assert json.loads(evaluated["evaluationResult"]) == {"operation": "GetItem", "key": {"id": {"S": "1"}}}
    assert evaluated["logs"] == ['INFO - code.js:4:3: "asked" {"id":"1"}']
    assert json.loads(evaluated["stash"]) == {"seen": True}
    assert json.loads(evaluated["outErrors"])[0]["message"] == "careful"
    assert evaluate(appsync, code, {"result": {"title": "T"}}, "response")["evaluationResult"] == '"T"'


def test_a_failing_evaluation_is_part_of_the_reply(appsync):
    code = "import { util } from '@aws-appsync/utils';\nexport function request(ctx) {\n  %s\n}"
    raised = evaluate(appsync, code % "util.error('no', 'Mine')")
    assert raised["error"]["message"] == "no" and "evaluationResult" not in raised
    fault = evaluate(appsync, code % "return ctx.source.name.first")
    assert fault["error"]["message"].startswith("code.js:3:10: TypeError: "), fault
    unread = evaluate(appsync, code % "return ctx.args +")
    [error] = unread["error"]["codeErrors"]
    assert error["errorType"] == "PARSE_ERROR" and error["location"]["line"] == 4, error
    with pytest.raises(ClientError) as error:
        appsync.evaluate_code(runtime=RUNTIME, code=code, context="[]")
    assert code_of(error) == ("BadRequestException", 400)


def test_bad_code_is_refused(appsync, api):
    code = "export function request(ctx) {\n  while (true) { try { nothing() } catch (e) {} }\n}"
    for create in [
        lambda: unit(api, "Query.hello", code),
        lambda: appsync.create_function(apiId=api.id, name="f", dataSourceName="none", code=code, runtime=RUNTIME),
    ]:
        with pytest.raises(ClientError) as error:
            create()
        errors = code_errors(error)
        assert [e["location"]["line"] for e in errors] == [2, 2, 2]
        values = " ".join(e["value"] for e in errors)
        assert "While statements are not supported." in values and "Cannot find name 'nothing'." in values
        assert errors[0]["value"].startswith("code.js(2,3): error")
        assert errors[0]["location"] == {"line": 2, "column": 3, "span": 47}
    assert "resolver" not in json.dumps(appsync.list_resolvers(apiId=api.id, typeName="Query")["resolvers"])
    for runtime, code in [({**RUNTIME, "runtimeVersion": "2.0.0"}, ECHO), (None, ECHO), (RUNTIME, None)]:
        more = {k: v for k, v in {"runtime": runtime, "code": code}.items() if v}
        with pytest.raises(ClientError) as error:
            api.resolver("Query.hello", "none", **more)
        assert code_of(error) == ("BadRequestException", 400)


def test_a_resolver_gives_what_its_code_says(api):
    local(api, "Query.hello", "return `Hello, ${ctx.args.name ?? 'you'} of ${ctx.info.parentTypeName}`;")
    assert api.data('{ hello(name: "Ann") }') == {"hello": "Hello, Ann of Query"}
    assert api.data("{ hello }") == {"hello": "Hello, you of Query"}
    assert api.data("{ a: hello b: hello c: hello }")["c"] == "Hello, you of Query"


def test_errors_reach_the_client(api):
    local(api, "Query.hello", "util.error('no such name', 'NotFound', { hello: 'x' }, { id: 7 });")
    [error] = api.errors("{ hello }")
    assert (error["message"], error["errorType"], error["errorInfo"]) == ("no such name", "NotFound", {"id": 7})
    local(api, "Query.other", "util.appendError('careful', 'Warning'); return 'fine';")
    status, body, _ = api.ask("{ other }")
    assert body["data"] == {"other": "fine"} and body["errors"][0]["errorType"] == "Warning"


def test_faults_and_refusals_of_code_reach_the_client(appsync, api):
    local(api, "Query.hello", "return ctx.source.name;")
    [error] = api.errors("{ hello }")
    assert error["errorType"] == "Code" and "TypeError: Cannot read property 'name' of null" in error["message"], error
    local(api, "Query.other", "util.unauthorized();")
    [error] = api.errors("{ other }")
    assert error["errorType"] == "Unauthorized" and error["message"] == "Not Authorized to access other on type Query"


def test_a_pipeline_shares_its_stash_and_results(api):
    first = """
        export function request(ctx) { ctx.stash.trail.push('first'); return { payload: ctx.prev.result.from + 1 }; }
        export function response(ctx) { return { from: ctx.result }; }"""
    second = """
        export function request(ctx) { ctx.stash.trail.push('second'); return { payload: ctx.prev.result.from + 1 }; }
        export function response(ctx) { return { from: ctx.result }; }"""
    pipeline(
        api, "Query.hello",
        "export function request(ctx) { ctx.stash.trail = ['before']; return { from: 1 }; }",
        "export function response(ctx) { return `${ctx.prev.result.from} ${ctx.stash.trail.join(' ')}`; }",
        first, second,
    )
    assert api.data("{ hello }") == {"hello": "3 before first second"}


NEXT = "runtime.earlyReturn({ from: 'early' });"
END = "runtime.earlyReturn({ from: 'early' }, { skipTo: 'END' });"


@pytest.mark.parametrize(("request_code", "response_code", "expected"), [
    (NEXT, "return { from: 'never' };", "early then last"),
    (END, "return { from: 'never' };", "early"),
    ("", NEXT, "early then last"),
    ("", END, "early"),
])
def test_functions_return_early(api, request_code, response_code, expected):
    first = f"""import {{ runtime }} from '@aws-appsync/utils';
        export function request(ctx) {{ {request_code} return {{ payload: 'late' }}; }}
        export function response(ctx) {{ {response_code} }}"""
    last = """
        export function request(ctx) { return { payload: `${ctx.prev.result.from} then last` }; }
        export function response(ctx) { return { from: ctx.result }; }"""
    pipeline(
        api, "Query.hello", "export function request(ctx) { return {}; }",
        "export function response(ctx) { return `${ctx.result.from}, ${ctx.prev.result.from}`; }", first, last,
    )
    assert api.data("{ hello }") == {"hello": f"{expected}, {expected}"}


def test_a_resolver_skips_its_functions(api):
    pipeline(
        api, "Query.hello", "export function request(ctx) { runtime.earlyReturn('at once'); }",
        "export function response(ctx) { return `${ctx.result}, ${ctx.prev.result}`; }", ECHO,
    )
    assert api.data("{ hello }") == {"hello": "at once, at once"}


def test_posts_are_kept_in_a_table(server, api):
    server.client("dynamodb").create_table(
        TableName="posts", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    config = {"tableName": "posts", "awsRegion": REGION}
    api.source("posts", "AMAZON_DYNAMODB", serviceRoleArn=ROLE, dynamodbConfig=config)
    head = "import { util } from '@aws-appsync/utils';\nimport * as ddb from '@aws-appsync/utils/dynamodb';\n"
    tail = """
        export function response(ctx) {
            if (ctx.error) util.error(ctx.error.message, ctx.error.type, ctx.result);
            return ctx.result;
        }"""

    def on_table(field, request):
        unit(api, field, f"{head}export function request(ctx) {{ {request} }}{tail}", "posts")

    on_table("Mutation.put", """
        const id = util.autoId();
        return ddb.put({ key: { id }, item: ctx.args, condition: { id: { attributeExists: false } } });""")
    on_table("Query.post", "return ddb.get({ key: { id: ctx.args.id } });")
    on_table("Query.posts", "return ddb.scan({ limit: ctx.args.limit, filter: { likes: { ge: 1 } } });")
    on_table("Mutation.like", """
        return ddb.update({
            key: { id: ctx.args.id },
            update: { likes: ddb.operations.increment(1), tags: ddb.operations.replace(ctx.args.tags) },
            condition: { id: { attributeExists: true } },
        });""")
    on_table("Mutation.remove", "return ddb.remove({ key: { id: ctx.args.id } });")
    put = api.data('mutation { put(title: "One", likes: 1) { id title likes } }')["put"]
    assert (put["title"], put["likes"]) == ("One", 1)
    api.data('mutation { put(title: "None", likes: 0) { id } }')
    post = put["id"]
    assert api.data(f'{{ post(id: "{post}") {{ title likes }} }}') == {"post": {"title": "One", "likes": 1}}
    liked = api.data(f'mutation {{ like(id: "{post}", tags: ["a", "b"]) {{ likes tags }} }}')
    assert liked == {"like": {"likes": 2, "tags": ["a", "b"]}}
    assert api.data("{ posts { items { title } } }") == {"posts": {"items": [{"title": "One"}]}}
    [error] = api.errors('mutation { like(id: "gone", tags: []) { likes } }')
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException", error
    assert api.data(f'mutation {{ remove(id: "{post}") {{ title }} }}') == {"remove": {"title": "One"}}
    assert api.data(f'{{ post(id: "{post}") {{ title }} }}') == {"post": None}


def test_environment_variables_and_time_are_there(appsync, api):
    appsync.put_graphql_api_environment_variables(apiId=api.id, environmentVariables={"STAGE": "test"})
    local(api, "Query.hello", "return `${ctx.env.STAGE} ${util.time.nowISO8601().length} ${util.autoId().length}`;")
    assert api.data("{ hello }") == {"hello": "test 24 36"}


def test_changed_code_is_what_runs(appsync, api):
    local(api, "Query.hello", "return 'old';")
    assert api.data("{ hello }") == {"hello": "old"}
    code = ECHO.replace("return ctx.result", "return 'new'")
    appsync.update_resolver(
        apiId=api.id, typeName="Query", fieldName="hello", dataSourceName="none", code=code, runtime=RUNTIME
    )
    assert api.data("{ hello }") == {"hello": "new"}


HEAVY = "let n = 0; const all = new Array(20000).fill(1); for (const a of all) { for (const b of all) { n = n + b; } } return n;"
HUNGRY = "const held = []; for (const n of new Array(3000).fill(1)) { held.push(new Array(1000000).fill(n)); } return held.length;"


@pytest.mark.parametrize(("body", "message"), [
    (HEAVY, "code.js: The code took too long and was stopped."),
    (HUNGRY, "code.js: The code took too much memory and was stopped."),
])
def test_code_that_wants_too_much_is_cut_and_others_go_on(api, body, message):
    local(api, "Query.hello", body)
    local(api, "Query.other", "return 'well';")
    assert api.data("{ other }") == {"other": "well"}
    replies = []
    heavy = [threading.Thread(target=lambda: replies.append(api.errors("{ hello }"))) for _ in range(3)]
    for thread in heavy:
        thread.start()
    started = time.monotonic()
    assert api.data("{ __typename }") == {"__typename": "Query"}
    assert time.monotonic() - started < 1, "the server answers others at once"
    for thread in heavy:
        thread.join()
    assert [(error["errorType"], error["message"]) for [error] in replies] == [("Code", message)] * 3
    assert api.data("{ other }") == {"other": "well"}


# Handlers of Event APIs.

EVENTS = """
import { util } from '@aws-appsync/utils';
export function onPublish(ctx) {
  const heard = ctx.events.filter((event) => event.payload !== 'drop');
  return heard.map((event) => event.payload === 'fail'
    ? { id: event.id, error: 'no such thing' }
    : { id: event.id, payload: { seen: event.payload, on: ctx.info.channel.path } });
}
export function onSubscribe(ctx) {
  if (ctx.info.channel.segments.length < 2) util.unauthorized();
}
"""


def test_code_looks_at_events_and_subscribers(server):
    events = EventApi(server.client("appsync"), namespaces=())
    events.namespace("chat", codeHandlers=EVENTS)
    with events.connect() as live:
        live.subscribe("1", "/chat/open")
        refused = live.ask("subscribe", "2", channel="/chat")
        assert refused["type"] == "subscribe_error", refused
        assert refused["errors"][0]["errorType"] == "Unauthorized", refused
        status, body = events.publish("/chat/open", '"a"', '"drop"', '"fail"')
        assert status == 200
        assert [event["index"] for event in body["successful"]] == [0, 1]
        assert [(event["index"], event["message"]) for event in body["failed"]] == [(2, "no such thing")]
        assert live.event("1") == {"seen": "a", "on": "/chat/open"}
        assert live.hears_nothing()


def test_code_around_a_data_source_looks_at_events(server):
    events = EventApi(server.client("appsync"), namespaces=())
    events.appsync.create_data_source(apiId=events.id, name="none", type="NONE")
    code = """
        export const onPublish = {
          request(ctx) { ctx.stash.all = ctx.events; return { payload: { by: 'source' } }; },
          response(ctx) { return ctx.stash.all.map((it) => ({ id: it.id, payload: { ...ctx.result, it: it.payload } })); },
        };"""
    handler = {"behavior": "CODE", "integration": {"dataSourceName": "none"}}
    events.namespace("chat", codeHandlers=code, handlerConfigs={"onPublish": handler})
    with events.connect() as live:
        live.subscribe("1", "/chat/open")
        assert events.publish("/chat/open", "7")[0] == 200
        assert live.event("1") == {"by": "source", "it": 7}


def test_bad_code_of_namespaces_is_refused(server):
    events = EventApi(server.client("appsync"), namespaces=())
    with pytest.raises(ClientError) as error:
        events.namespace("chat", codeHandlers="export function onPublish(ctx) { throw 1; }")
    assert "Throw statements are not supported." in code_errors(error)[0]["value"]
    with pytest.raises(ClientError) as error:
        events.namespace("chat", codeHandlers="export function request(ctx) {}")
    assert code_of(error) == ("BadRequestException", 400)
