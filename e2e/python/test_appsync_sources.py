"""AppSync's data sources beyond the first steps: DynamoDB's other operations, OpenSearch and Bedrock on servers of the
tests' own, caches of whole requests and operations, custom domains."""

import http.server
import json
import threading
import urllib.error
import urllib.request

import pytest

from freehold import ACCOUNT, REGION, ROLE, Server
from test_appsync import Api, post
from test_lambda import zipped

RAISE = "#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type, $ctx.result) #end $util.toJson($ctx.result)"


@pytest.fixture(scope="module")
def server(tmp_path_factory, asked):
    config = tmp_path_factory.mktemp("config") / "freehold.toml"
    config.write_text(f'[endpoints.bedrock-runtime]\nurl = "{asked.url}"\nsign = false\n')
    server = Server(config=config)
    yield server
    server.close()


@pytest.fixture(scope="module")
def appsync(server):
    return server.client("appsync")


@pytest.fixture(scope="module")
def asked():
    """A server outside that says what it was asked, as OpenSearch and Bedrock would be."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.requests.append((self.command, self.path, json.loads(body) if body else None))
            status, answer = asked.answers.get(self.path.split("?")[0], (404, {"error": "no such thing"}))
            answer = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    asked = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    asked.url = f"http://127.0.0.1:{asked.server_port}"
    asked.requests, asked.answers = [], {}
    threading.Thread(target=asked.serve_forever, daemon=True).start()
    yield asked
    asked.shutdown()
    asked.server_close()


ITEMS = """
type Item { author: String! id: Int! title: String likes: Int tags: [String] }
type Page { items: [Item] nextToken: String scannedCount: Int }
type Query { by(author: String!, least: Int, forward: Boolean, limit: Int, nextToken: String): Page top(likes: Int!): Page
             many: AWSJSON both: AWSJSON }
type Mutation { like(author: String!, id: Int!, by: Int!, most: Int): Item fill: AWSJSON clear: AWSJSON move(fails: Boolean): AWSJSON
                wrong: AWSJSON }
"""


@pytest.fixture(scope="module")
def items(server, appsync):
    server.client("dynamodb").create_table(
        TableName="items", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "author", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in [("author", "S"), ("id", "N"), ("likes", "N")]],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-likes", "KeySchema": [{"AttributeName": "likes", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }],
    )  # fmt: skip
    api = Api(appsync, ITEMS)
    api.source("items", "AMAZON_DYNAMODB", serviceRoleArn=ROLE, dynamodbConfig={"tableName": "items", "awsRegion": REGION})
    return api


def ask_items(api, field, request, response=RAISE):
    api.resolver(field, "items", '{"version": "2018-05-29", %s}' % request, response)


def key(author, number):
    return '{"author": {"S": "%s"}, "id": {"N": %s}}' % (author, number)


def fill(api):
    """Five items, by BatchPutItem."""
    if not any(r["fieldName"] == "fill" for r in api.appsync.list_resolvers(apiId=api.id, typeName="Mutation")["resolvers"]):
        one = '{"author": {"S": "ann"}, "id": {"N": %s}, "title": {"S": "Post %s"}, "likes": {"N": %s}, "tags": {"SS": ["x"]}}'
        listed = ", ".join(one % (n, n, n % 2) for n in range(5))
        ask_items(api, "Mutation.fill", f'"operation": "BatchPutItem", "tables": {{"items": [{listed}]}}')
    return json.loads(api.data("mutation { fill }")["fill"])


def test_a_batch_puts_gets_and_deletes_in_place(items):
    filled = fill(items)
    assert [item["id"] for item in filled["data"]["items"]] == [0, 1, 2, 3, 4] and filled["unprocessedItems"] == {"items": []}
    keys = ", ".join([key("ann", 3), key("nobody", 1), key("ann", 1)])
    ask_items(items, "Query.many", '"operation": "BatchGetItem", "tables": {"items": {"keys": [%s], "consistentRead": true}}' % keys)
    many = json.loads(items.data("{ many }")["many"])
    titles = [item and item["title"] for item in many["data"]["items"]]
    assert titles == ["Post 3", None, "Post 1"] and many["unprocessedKeys"] == {"items": []}
    ask_items(items, "Mutation.clear", '"operation": "BatchDeleteItem", "tables": {"items": [%s]}' % keys)
    cleared = json.loads(items.data("mutation { clear }")["clear"])
    assert [item["id"] for item in cleared["data"]["items"]] == [3, 1, 1]
    assert json.loads(items.data("{ many }")["many"])["data"]["items"] == [None, None, None]


def test_an_update_changes_an_item_under_a_condition(items):
    fill(items)
    ask_items(items, "Mutation.like", '''"operation": "UpdateItem",
        "key": {"author": $util.dynamodb.toDynamoDBJson($ctx.args.author), "id": $util.dynamodb.toDynamoDBJson($ctx.args.id)},
        "update": {"expression": "SET #likes = if_not_exists(#likes, :zero) + :by ADD tags :tag", "expressionNames": {"#likes": "likes"},
                   "expressionValues": {":by": {"N": $ctx.args.by}, ":zero": {"N": 0}, ":tag": {"SS": ["liked"]}}}
        #if($ctx.args.most), "condition": {"expression": "likes < :most", "expressionValues": {":most": {"N": $ctx.args.most}}} #end''')
    like = "mutation($i: Int!, $m: Int) { like(author: \"ann\", id: $i, by: 5, most: $m) { likes tags title } }"
    liked = items.data(like, {"i": 1})["like"]
    assert (liked["likes"], sorted(liked["tags"]), liked["title"]) == (6, ["liked", "x"], "Post 1")
    assert items.data(like, {"i": 77})["like"] == {"likes": 5, "tags": ["liked"], "title": None}
    (error,) = items.errors(like, {"i": 1, "m": 3})
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    assert error["data"]["likes"] == 6


JUDGE = """
import json

def handler(event, context):
    print(json.dumps(event))
    wish = event["arguments"].get("wish") or "reject"
    if wish == "retry":
        likes = {"N": str(int(event["currentValue"]["likes"]["N"]) + 100)}
        update = event["requestMapping"]["update"]
        return {"action": "retry", "retryMapping": {"update": {**update, "expressionValues": {":likes": likes}},
                "condition": {"expression": "likes < :likes", "conditionalCheckFailedHandler": {"strategy": "Nonsense"}}}}
    if wish == "insist":
        return {"action": "retry", "retryMapping": event["requestMapping"]}
    if wish == "tell":
        raise Exception(json.dumps(event))
    return {"action": wish}
"""


@pytest.fixture(scope="module")
def judge(server):
    return server.client("lambda").create_function(
        FunctionName="judge", Runtime="python3.12", Role=ROLE, Handler="app.handler", Code={"ZipFile": zipped({"app.py": JUDGE})}
    )["FunctionArn"]


VERSION = """
import { util } from '@aws-appsync/utils';
export function request(ctx) {
  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ author: 'eve', id: 1 }),
    update: { expression: 'SET likes = :likes', expressionValues: util.dynamodb.toMapValues({ ':likes': 7 }) },
    condition: {
      expression: 'likes < :likes',
      conditionalCheckFailedHandler: { strategy: 'Custom', lambdaArn: '%s' },
    },
  };
}
export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type, ctx.result);
  return ctx.result;
}
"""


@pytest.mark.parametrize("language", ["template", "code"])
def test_a_function_decides_what_becomes_of_a_failed_condition(server, appsync, items, judge, language):
    table = server.client("dynamodb")
    table.put_item(TableName="items", Item={"author": {"S": "eve"}, "id": {"N": "1"}, "likes": {"N": "50"}})
    likes = lambda: table.get_item(TableName="items", Key={"author": {"S": "eve"}, "id": {"N": "1"}})["Item"]["likes"]["N"]
    api = Api(appsync, ITEMS + "extend type Mutation { judge(wish: String): Item }")
    api.source("items", "AMAZON_DYNAMODB", serviceRoleArn=ROLE, dynamodbConfig={"tableName": "items", "awsRegion": REGION})
    if language == "code":
        api.resolver("Mutation.judge", "items", code=VERSION % judge, runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"})
    else:
        ask_items(api, "Mutation.judge", '''"operation": "UpdateItem", "key": %s,
            "update": {"expression": "SET likes = :likes", "expressionValues": {":likes": {"N": 7}}},
            "condition": {"expression": "likes < :likes",
                          "conditionalCheckFailedHandler": {"strategy": "Custom", "lambdaArn": "%s"}}''' % (key("eve", 1), judge))
    wish = "mutation($wish: String) { judge(wish: $wish) { id likes } }"

    [error] = api.errors(wish, {"wish": "reject"})
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException" and error["data"] == {"id": 1, "likes": 50}
    assert api.data(wish, {"wish": "discard"})["judge"] == {"id": 1, "likes": 50}
    assert likes() == "50"

    [error] = api.errors(wish, {"wish": "tell"})
    assert error["errorType"] == "Lambda:Unhandled"
    told = json.loads(error["message"])
    assert told["arguments"] == {"wish": "tell"} and told["requestMapping"]["operation"] == "UpdateItem"
    assert told["currentValue"] == {"author": {"S": "eve"}, "id": {"N": "1"}, "likes": {"N": "50"}}
    assert told["resolver"] == {
        "tableName": "items", "awsRegion": REGION, "parentType": "Mutation", "field": "judge", "outputType": "Item",
    }  # fmt: skip
    assert told["identity"] is None

    assert api.data(wish, {"wish": "retry"})["judge"] == {"id": 1, "likes": 150}
    assert likes() == "150"
    [error] = api.errors(wish, {"wish": "insist"})
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException" and error["data"]["likes"] == 150
    [error] = api.errors(wish, {"wish": "nonsense"})
    assert error["errorType"] == "MappingTemplate", error


def test_a_query_goes_by_key_index_filter_and_page(items):
    fill(items)
    ask_items(items, "Query.by", '''"operation": "Query",
        "query": {"expression": "author = :author AND id < :bound",
                  "expressionValues": {":author": $util.dynamodb.toDynamoDBJson($ctx.args.author), ":bound": {"N": 50}}},
        #if($ctx.args.least) "filter": {"expression": "#l >= :least", "expressionNames": {"#l": "likes"},
                                        "expressionValues": {":least": {"N": $ctx.args.least}}}, #end
        "scanIndexForward": $util.defaultIfNull($ctx.args.forward, true), "limit": $util.defaultIfNull($ctx.args.limit, 20),
        "nextToken": $util.toJson($ctx.args.nextToken)''')
    page = items.data('{ by(author: "ann", forward: false, limit: 2) { items { id } nextToken scannedCount } }')["by"]
    assert [item["id"] for item in page["items"]] == [4, 3] and page["scannedCount"] == 2
    rest = items.data('query($t: String) { by(author: "ann", forward: false, nextToken: $t) { items { id } nextToken } }',
                      {"t": page["nextToken"]})["by"]
    assert [item["id"] for item in rest["items"]] == [2, 1, 0] and rest["nextToken"] is None
    filtered = items.data('{ by(author: "ann", least: 1) { items { id } scannedCount } }')["by"]
    assert [item["id"] for item in filtered["items"]] == [1, 3] and filtered["scannedCount"] == 5
    (error,) = items.errors('{ by(author: "ann", nextToken: "nonsense") { nextToken } }')
    assert error["errorType"] == "BadRequestException"
    ask_items(items, "Query.top", '''"operation": "Query", "index": "by-likes",
        "query": {"expression": "likes = :likes", "expressionValues": {":likes": {"N": $ctx.args.likes}}},
        "projection": {"expression": "author, #id", "expressionNames": {"#id": "id"}}''')
    top = items.data("{ top(likes: 0) { items { author id title } } }")["top"]["items"]
    assert top == [{"author": "ann", "id": n, "title": None} for n in (0, 2, 4)]


def test_a_transaction_does_all_or_nothing(items):
    fill(items)
    ask_items(items, "Mutation.move", '''"operation": "TransactWriteItems", "transactItems": [
        {"table": "items", "operation": "PutItem", "key": %s, "attributeValues": {"title": {"S": "Moved"}}},
        {"table": "items", "operation": "UpdateItem", "key": %s,
         "update": {"expression": "SET title = :t", "expressionValues": {":t": {"S": "Changed"}}}},
        {"table": "items", "operation": "DeleteItem", "key": %s},
        {"table": "items", "operation": "ConditionCheck", "key": %s,
         "condition": {"expression": "title = :t", "expressionValues": {":t": {"S": "#if($ctx.args.fails)Another#{else}Post 4#end"}}}}
    ]''' % (key("bob", 1), key("ann", 2), key("ann", 3), key("ann", 4)))  # fmt: skip
    (error,) = items.errors("mutation { move(fails: true) }")
    assert error["errorType"] == "DynamoDB:TransactionCanceledException"
    reasons = error["data"]["cancellationReasons"]
    assert [reason["type"] for reason in reasons] == ["None", "None", "None", "ConditionalCheckFailed"]
    assert reasons[3]["item"]["title"] == "Post 4"
    ask_items(items, "Query.both", '''"operation": "TransactGetItems", "transactItems": [
        {"table": "items", "key": %s, "projection": {"expression": "title"}}, {"table": "items", "key": %s}, {"table": "items", "key": %s}
    ]''' % (key("bob", 1), key("ann", 2), key("ann", 3)))  # fmt: skip
    titles = lambda: [it and it["title"] for it in json.loads(items.data("{ both }")["both"])["items"]]
    assert titles() == [None, "Post 2", "Post 3"]
    moved = json.loads(items.data("mutation { move }")["move"])
    assert moved["keys"][0] == {"author": "bob", "id": 1} and moved["cancellationReasons"] is None
    assert titles() == ["Moved", "Changed", None]


def test_what_dynamodb_refuses_is_told(items):
    ask_items(items, "Mutation.wrong", '"operation": "UpdateItem", "key": %s, "update": {"expression": "SET"}' % key("ann", 1))
    (error,) = items.errors("mutation { wrong }")
    # AWS tells it with the service's own name: DynamoDB:DynamoDbException for what has no class, here the code.
    assert error["errorType"].startswith("DynamoDB:") and "Service: DynamoDb, Status Code: 400, Request ID: " in error["message"]


def test_opensearch_is_searched(appsync, asked):
    api = Api(appsync, "type Query { search(text: String): AWSJSON lost: AWSJSON }")
    config = {"endpoint": asked.url, "awsRegion": REGION}
    api.source("search", "AMAZON_OPENSEARCH_SERVICE", serviceRoleArn=ROLE, openSearchServiceConfig=config)
    api.resolver("Query.search", "search", '''{"version": "2017-02-28", "operation": "POST", "path": "/posts/_search",
        "params": {"headers": {"x-a": "b"}, "queryString": {"size": 5}, "body": {"query": {"match": {"title": $util.toJson($ctx.args.text)}}}}}''')
    api.resolver("Query.lost", "search", '{"version": "2018-05-29", "operation": "GET", "path": "/nowhere"}', RAISE)
    asked.answers["/posts/_search"] = (200, {"hits": {"hits": [{"_source": {"title": "Post"}}]}})
    found = json.loads(api.data('{ search(text: "Post") }')["search"])
    assert found["hits"]["hits"][0]["_source"]["title"] == "Post"
    assert asked.requests[-1] == ("POST", "/posts/_search?size=5", {"query": {"match": {"title": "Post"}}})
    (error,) = api.errors("{ lost }")
    assert "no such thing" in error["message"]


def test_bedrock_is_asked_where_the_configuration_says(appsync, asked):
    api = Api(appsync, "type Query { invoke: AWSJSON converse: AWSJSON wrong: AWSJSON }")
    api.source("models", "AMAZON_BEDROCK_RUNTIME", serviceRoleArn=ROLE)
    api.resolver("Query.invoke", "models", '''{"version": "2018-05-29", "operation": "InvokeModel", "modelId": "amazon.nova",
        "body": {"prompt": "Hello"}}''')
    api.resolver("Query.converse", "models", '''{"version": "2018-05-29", "operation": "Converse", "modelId": "amazon.nova",
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}], "inferenceConfig": {"maxTokens": 10}}''')
    api.resolver("Query.wrong", "models", '{"version": "2018-05-29", "operation": "Converse", "modelId": "no.model", "messages": []}', RAISE)
    asked.answers["/model/amazon.nova/invoke"] = (200, {"completion": "Hi"})
    asked.answers["/model/amazon.nova/converse"] = (200, {"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}},
                                                         "stopReason": "end_turn", "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
                                                         "metrics": {"latencyMs": 3}})
    assert json.loads(api.data("{ invoke }")["invoke"]) == {"completion": "Hi"}
    assert asked.requests[-1] == ("POST", "/model/amazon.nova/invoke", {"prompt": "Hello"})
    conversed = json.loads(api.data("{ converse }")["converse"])
    assert conversed["output"]["message"]["content"][0]["text"] == "Hi" and conversed["stopReason"] == "end_turn"
    assert asked.requests[-1][2] == {"messages": [{"role": "user", "content": [{"text": "Hello"}]}], "inferenceConfig": {"maxTokens": 10}}
    (error,) = api.errors("{ wrong }")
    assert error["errorType"].startswith("Bedrock")


def test_full_request_caching_keeps_what_every_resolver_gave(appsync):
    api = Api(appsync, """type Post { id: ID stamp: String } type Mutation { touch: String }
                          type Query { stamp(name: String): String post(id: ID!): Post }""")
    api.local("Query.stamp", '"$util.autoId()"')
    api.local("Query.post", '{"id": "$ctx.args.id"}')
    api.local("Post.stamp", '"$util.autoId()"')
    api.local("Mutation.touch", '"$util.autoId()"')
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="FULL_REQUEST_CACHING", type="SMALL")
    stamp = lambda name: api.data("query($n: String) { stamp(name: $n) }", {"n": name})["stamp"]
    first = stamp("a")
    assert stamp("a") == first and stamp("b") != first
    nested = lambda number: api.data("query($i: ID!) { post(id: $i) { stamp } }", {"i": number})["post"]["stamp"]
    assert nested(1) == nested(1) != nested(2)
    touch = lambda: api.data("mutation { touch }")["touch"]
    assert touch() != touch(), "mutations are never kept"
    other = appsync.create_api_key(apiId=api.id)["apiKey"]["id"]
    status, body, _ = api.ask('{ stamp(name: "a") }', headers={"x-api-key": other})
    assert (status, body["data"]["stamp"]) == (200, first), "keys have no identity"
    appsync.flush_api_cache(apiId=api.id)
    assert stamp("a") != first


def test_operation_level_caching_keeps_whole_answers(appsync):
    api = Api(appsync, "type Mutation { touch: String } type Query { stamp: String other: String fails: String }")
    api.local("Query.stamp", '"$util.autoId()"')
    api.local("Query.other", '"$util.autoId()"')
    api.local("Mutation.touch", '"$util.autoId()"')
    api.local("Query.fails", '"x"', response='$util.error("$util.autoId()")')
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="OPERATION_LEVEL_CACHING", type="SMALL")
    first = api.data("{ stamp }")
    assert api.data("{ stamp }") == first
    both = api.data("{ stamp other }")
    assert both["stamp"] != first["stamp"], "another document is another answer"
    assert api.data("{ stamp other }") == both
    assert api.data("mutation { touch }") != api.data("mutation { touch }")
    assert api.errors("{ fails }")[0]["message"] != api.errors("{ fails }")[0]["message"], "errors aren't kept"
    appsync.flush_api_cache(apiId=api.id)
    assert api.data("{ stamp }") != first


def test_a_custom_domain_leads_to_one_api_at_a_time(server, appsync):
    certificate = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0"
    apis = [Api(appsync, "type Query { name: String }") for _ in range(2)]
    for number, api in enumerate(apis):
        api.local("Query.name", f'"api {number}"')

    def ask(host, api):
        headers = {"x-api-key": api.key, "host": host}
        return post(server.url + "/graphql", {"query": "{ name }"}, headers)[:2]

    made = appsync.create_domain_name(domainName="*.example.org", certificateArn=certificate)["domainNameConfig"]
    assert made["appsyncDomainName"] and made["hostedZoneId"]
    appsync.associate_api(domainName="*.example.org", apiId=apis[0].id)
    assert ask("a.example.org", apis[0]) == (200, {"data": {"name": "api 0"}})
    assert ask("a.example.org", apis[1])[0] == 401, "a key opens its own API alone"
    appsync.associate_api(domainName="*.example.org", apiId=apis[1].id)
    assert ask("b.example.org", apis[1]) == (200, {"data": {"name": "api 1"}})
    server.kill()
    server.start()
    assert ask("b.example.org", apis[1]) == (200, {"data": {"name": "api 1"}}), "it is kept"
    again = server.client("appsync")
    again.disassociate_api(domainName="*.example.org")
    request = urllib.request.Request(server.url + "/graphql", data=b"{}", headers={"host": "b.example.org", "x-api-key": apis[1].key})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code in (403, 404)
