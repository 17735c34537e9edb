"""AppSync: its control plane by boto3 and the AWS CLI, its APIs by plain HTTP as any GraphQL client asks them."""

import base64
import http.client
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from definitions import PASS
from enforced import of
from freehold import ACCOUNT, REGION, ROLE, Server, wait_until

SCHEMA = """
type Post { id: ID! title: String! likes: Int comments: [String] }
type Query { post(id: ID!): Post posts(limit: Int, nextToken: String): Posts hello(name: String): String secret: String }
type Posts { items: [Post!]! nextToken: String }
type Mutation { put(id: ID!, title: String!): Post remove(id: ID!): Post }
schema { query: Query mutation: Mutation }
"""


@pytest.fixture
def appsync(server):
    return server.client("appsync")


class Api:
    """A GraphQL API with a schema, and how its clients ask it."""

    def __init__(self, appsync, schema=SCHEMA, **settings):
        self.appsync = appsync
        settings = {"authenticationType": "API_KEY", **settings}
        self.described = appsync.create_graphql_api(name="blog", **settings)["graphqlApi"]
        self.id = self.described["apiId"]
        self.url = self.described["uris"]["GRAPHQL"]
        create_schema(appsync, self.id, schema)
        self.key = appsync.create_api_key(apiId=self.id)["apiKey"]["id"]

    def source(self, name, kind, **config):
        return self.appsync.create_data_source(apiId=self.id, name=name, type=kind, **config)["dataSource"]

    def resolver(self, field, source=None, request=None, response="$util.toJson($ctx.result)", **more):
        type_name, field_name = field.split(".")
        templates = {"requestMappingTemplate": request, "responseMappingTemplate": response} if request else {}
        source = {"dataSourceName": source} if source else {}
        return self.appsync.create_resolver(
            apiId=self.id, typeName=type_name, fieldName=field_name, **source, **templates, **more
        )["resolver"]

    def local(self, field, payload, **more):
        """A resolver that gives what its template says."""
        if not any(s["name"] == "none" for s in self.appsync.list_data_sources(apiId=self.id)["dataSources"]):
            self.source("none", "NONE")
        request = '{"version": "2018-05-29", "payload": %s}' % payload
        return self.resolver(field, "none", request, **more)

    def ask(self, query, variables=None, headers=None, **more):
        """The status, the body and the headers of a reply."""
        body = {"query": query, "variables": variables, **more}
        return post(self.url, body, {"x-api-key": self.key} if headers is None else headers)

    def data(self, query, variables=None, **more):
        status, body, _ = self.ask(query, variables, **more)
        assert status == 200 and "errors" not in body, body
        return body["data"]

    def errors(self, query, variables=None, **more):
        status, body, _ = self.ask(query, variables, **more)
        assert status == 200, body
        return body["errors"]


def create_schema(appsync, api_id, schema):
    appsync.start_schema_creation(apiId=api_id, definition=schema.encode())

    def over():
        status = appsync.get_schema_creation_status(apiId=api_id)
        return status if status["status"] != "PROCESSING" else None

    return wait_until(over)


def post(url, body, headers=None, method="POST"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=body if method == "POST" else None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, json.loads(reply.read() or b"null"), reply.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null"), error.headers


def refused(status, error_type, message):
    return status, {"errors": [{"errorType": error_type, "message": message}]}


def code_of(error):
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


# The control plane


def test_an_api_is_kept_as_it_was_described(server, appsync):
    created = appsync.create_graphql_api(
        name="blog", authenticationType="AWS_IAM", tags={"team": "web"}, queryDepthLimit=5,
        additionalAuthenticationProviders=[{"authenticationType": "API_KEY"}],
    )["graphqlApi"]
    arn = created["arn"]
    assert arn == f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/{created['apiId']}"
    assert len(created["apiId"]) == 26 and created["owner"] == ACCOUNT
    assert created["uris"]["GRAPHQL"] == f"{server.url}/appsync-api/{created['apiId']}/graphql"
    assert created["introspectionConfig"] == "ENABLED" and created["apiType"] == "GRAPHQL"
    server.kill()
    server.start()
    appsync = server.client("appsync")
    found = appsync.get_graphql_api(apiId=created["apiId"])["graphqlApi"]
    places = {"uris", "dns"}
    assert {k: v for k, v in found.items() if k not in places} == {k: v for k, v in created.items() if k not in places}
    assert appsync.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "web"}
    appsync.tag_resource(resourceArn=arn, tags={"stage": "test"})
    appsync.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert appsync.get_graphql_api(apiId=created["apiId"])["graphqlApi"]["tags"] == {"stage": "test"}
    updated = appsync.update_graphql_api(apiId=created["apiId"], name="new", authenticationType="API_KEY")["graphqlApi"]
    assert updated["name"] == "new" and "additionalAuthenticationProviders" not in updated
    appsync.delete_graphql_api(apiId=created["apiId"])
    with pytest.raises(ClientError) as error:
        appsync.get_graphql_api(apiId=created["apiId"])
    assert code_of(error) == ("NotFoundException", 404)


def test_lists_come_in_pages(appsync):
    ids = {appsync.create_graphql_api(name=f"a{i}", authenticationType="API_KEY")["graphqlApi"]["apiId"] for i in range(5)}
    found, token = set(), {}
    while True:
        page = appsync.list_graphql_apis(maxResults=2, **token)
        assert len(page["graphqlApis"]) <= 2
        found |= {api["apiId"] for api in page["graphqlApis"]}
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert found == ids
    with pytest.raises(ClientError) as error:
        appsync.list_graphql_apis(nextToken="forged")
    assert code_of(error) == ("BadRequestException", 400)


def test_a_schema_comes_about_or_tells_why_not(appsync):
    api = Api(appsync)
    status = appsync.get_schema_creation_status(apiId=api.id)
    assert status["status"] == "SUCCESS" and status["details"].startswith("Successfully created schema with ")
    failed = create_schema(appsync, api.id, "type Query { post: Nothing }")
    assert failed["status"] == "FAILED" and "Nothing" in failed["details"]
    sdl = appsync.get_introspection_schema(apiId=api.id, format="SDL")["schema"].read().decode()
    assert "type Post" in sdl and "Nothing" not in sdl
    introspection = json.loads(appsync.get_introspection_schema(apiId=api.id, format="JSON")["schema"].read())
    assert "__schema" in json.dumps(introspection)
    names = {t["name"] for t in appsync.list_types(apiId=api.id, format="SDL")["types"]}
    assert {"Post", "Query", "Mutation"} <= names
    created = appsync.create_type(apiId=api.id, definition="type Tag { name: String }", format="SDL")["type"]
    assert created["name"] == "Tag" and created["arn"].endswith("/types/Tag")
    appsync.update_type(apiId=api.id, typeName="Tag", definition="type Tag { label: String }", format="SDL")
    assert "label" in appsync.get_type(apiId=api.id, typeName="Tag", format="SDL")["type"]["definition"]
    appsync.delete_type(apiId=api.id, typeName="Tag")
    with pytest.raises(ClientError) as error:
        appsync.get_type(apiId=api.id, typeName="Tag", format="SDL")
    assert code_of(error) == ("NotFoundException", 404)


def test_api_keys_are_valid_for_days(appsync):
    api = Api(appsync)
    now = int(time.time())
    key = appsync.create_api_key(apiId=api.id, description="mine")["apiKey"]
    assert key["id"].startswith("da2-") and len(key["id"]) == 30
    assert key["expires"] % 3600 == 0 and now + 6 * 86400 < key["expires"] <= now + 7 * 86400
    assert key["deletes"] - key["expires"] == 60 * 86400
    for expires in [now + 3600, now + 400 * 86400]:
        with pytest.raises(ClientError) as error:
            appsync.create_api_key(apiId=api.id, expires=expires)
        assert code_of(error) == ("ApiKeyValidityOutOfBoundsException", 400)
    appsync.update_api_key(apiId=api.id, id=key["id"], expires=now + 30 * 86400)
    assert len(appsync.list_api_keys(apiId=api.id)["apiKeys"]) == 2
    appsync.delete_api_key(apiId=api.id, id=key["id"])
    assert [k["id"] for k in appsync.list_api_keys(apiId=api.id)["apiKeys"]] == [api.key]


def test_resolvers_and_functions_need_what_they_use(appsync):
    api = Api(appsync)
    api.local("Query.hello", '"hi"')
    for bad, code in [
        (dict(typeName="Query", fieldName="hello", dataSourceName="none"), ("BadRequestException", 400)),
        (dict(typeName="Query", fieldName="nothing", dataSourceName="none"), ("NotFoundException", 404)),
        (dict(typeName="Query", fieldName="secret", dataSourceName="nothing"), ("NotFoundException", 404)),
    ]:
        with pytest.raises(ClientError) as error:
            appsync.create_resolver(apiId=api.id, **bad)
        assert code_of(error) == code, bad
    function = appsync.create_function(
        apiId=api.id, name="f", dataSourceName="none", functionVersion="2018-05-29",
        requestMappingTemplate='{"version": "2018-05-29", "payload": 1}', responseMappingTemplate="$util.toJson($ctx.result)",
    )["functionConfiguration"]
    pipeline = {"functions": [function["functionId"]]}
    api.resolver("Query.secret", request="{}", kind="PIPELINE", pipelineConfig=pipeline)
    with pytest.raises(ClientError) as error:
        appsync.delete_function(apiId=api.id, functionId=function["functionId"])
    assert "currently used by a resolver" in str(error.value)
    used = appsync.list_resolvers_by_function(apiId=api.id, functionId=function["functionId"])["resolvers"]
    assert [r["fieldName"] for r in used] == ["secret"]
    assert len(appsync.list_resolvers(apiId=api.id, typeName="Query")["resolvers"]) == 2
    appsync.delete_resolver(apiId=api.id, typeName="Query", fieldName="secret")
    appsync.delete_function(apiId=api.id, functionId=function["functionId"])
    assert appsync.list_functions(apiId=api.id)["functions"] == []


def test_the_model_is_held(server, appsync):
    for call in [
        lambda: appsync.create_graphql_api(name="x", authenticationType="PASSWORD"),
        lambda: appsync.create_graphql_api(name="x", authenticationType="OPENID_CONNECT"),
        lambda: appsync.create_graphql_api(
            name="x", authenticationType="API_KEY", additionalAuthenticationProviders=[{"authenticationType": "API_KEY"}]
        ),
        lambda: appsync.create_data_source(apiId="x", name="9", type="NONE"),
    ]:
        with pytest.raises(ClientError) as error:
            call()
        assert code_of(error) == ("BadRequestException", 400)


def test_caches_variables_domains_and_event_apis_are_kept(appsync):
    api = Api(appsync)
    cache = appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="FULL_REQUEST_CACHING", type="SMALL")["apiCache"]
    assert cache["status"] == "AVAILABLE"
    appsync.update_api_cache(apiId=api.id, ttl=30, apiCachingBehavior="PER_RESOLVER_CACHING", type="SMALL")
    assert appsync.get_api_cache(apiId=api.id)["apiCache"]["ttl"] == 30
    appsync.flush_api_cache(apiId=api.id)
    appsync.delete_api_cache(apiId=api.id)
    variables = {"TABLE": "posts"}
    appsync.put_graphql_api_environment_variables(apiId=api.id, environmentVariables=variables)
    assert appsync.get_graphql_api_environment_variables(apiId=api.id)["environmentVariables"] == variables
    certificate = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/0"
    appsync.create_domain_name(domainName="api.example.com", certificateArn=certificate)
    appsync.associate_api(domainName="api.example.com", apiId=api.id)
    assert appsync.get_api_association(domainName="api.example.com")["apiAssociation"]["apiId"] == api.id
    api.local("Query.hello", '"by name"')
    headers = {"x-api-key": api.key, "host": "api.example.com"}
    status, body, _ = post(api.url.split("/appsync-api")[0] + "/graphql", {"query": "{hello}"}, headers)
    assert (status, body) == (200, {"data": {"hello": "by name"}})
    appsync.disassociate_api(domainName="api.example.com")
    appsync.delete_domain_name(domainName="api.example.com")
    modes = [{"authType": "API_KEY"}]
    config = {"authProviders": modes, "connectionAuthModes": modes, "defaultPublishAuthModes": modes, "defaultSubscribeAuthModes": modes}
    events = appsync.create_api(name="chat", eventConfig=config)["api"]
    assert set(events["dns"]) == {"HTTP", "REALTIME"}
    appsync.create_channel_namespace(apiId=events["apiId"], name="room")
    with pytest.raises(ClientError) as error:
        appsync.create_channel_namespace(apiId=events["apiId"], name="room")
    assert code_of(error) == ("ConflictException", 409)
    assert [n["name"] for n in appsync.list_channel_namespaces(apiId=events["apiId"])["channelNamespaces"]] == ["room"]
    appsync.delete_api(apiId=events["apiId"])
    assert appsync.list_apis()["apis"] == []


def test_a_merged_api_serves_what_its_sources_do(appsync):
    posts = Api(appsync, "type Query { post: String }")
    posts.local("Query.post", '"from posts"')
    users = Api(appsync, "type Query { user: String }")
    users.local("Query.user", '"from users"')
    merged = appsync.create_graphql_api(
        name="all", authenticationType="API_KEY", apiType="MERGED", mergedApiExecutionRoleArn=ROLE
    )["graphqlApi"]
    for source in [posts, users]:
        associated = appsync.associate_source_graphql_api(
            mergedApiIdentifier=merged["apiId"], sourceApiIdentifier=source.id
        )["sourceApiAssociation"]
        found = appsync.get_source_api_association(mergedApiIdentifier=merged["apiId"], associationId=associated["associationId"])
        assert found["sourceApiAssociation"]["sourceApiAssociationStatus"] == "MERGE_SUCCESS"
    key = appsync.create_api_key(apiId=merged["apiId"])["apiKey"]["id"]
    _, body, _ = post(merged["uris"]["GRAPHQL"], {"query": "{post user}"}, {"x-api-key": key})
    assert body == {"data": {"post": "from posts", "user": "from users"}}


def test_the_cli_speaks_to_it(server):
    def cli(*arguments):
        command = [os.path.join(os.path.dirname(sys.executable), "aws"), "--endpoint-url", server.url, "--region", REGION, "appsync", *arguments]
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout or "null")

    api = cli("create-graphql-api", "--name", "cli", "--authentication-type", "API_KEY")["graphqlApi"]
    cli("start-schema-creation", "--api-id", api["apiId"], "--definition", base64.b64encode(SCHEMA.encode()).decode())
    assert cli("list-graphql-apis")["graphqlApis"][0]["name"] == "cli"


def test_templates_can_be_tried_out(appsync):
    context = json.dumps({"arguments": {"id": "7"}})
    evaluated = appsync.evaluate_mapping_template(template='{"key": $util.dynamodb.toDynamoDBJson($ctx.args.id)}', context=context)
    assert json.loads(evaluated["evaluationResult"]) == {"key": {"S": "7"}}
    failed = appsync.evaluate_mapping_template(template='$util.error("no", "Bad")', context=context)
    assert failed["error"]["message"] == "no" and "evaluationResult" not in failed


# GraphQL over HTTP


def test_a_query_is_answered_from_templates(appsync):
    api = Api(appsync)
    api.local("Query.hello", '"Hello $ctx.args.name"')
    api.local("Query.post", '{"id": $util.toJson($ctx.args.id), "title": "First", "comments": ["a", "b"]}')
    asked = 'query Q($id: ID!) { post(id: $id) { id title likes comments } greeting: hello(name: "Ann") }'
    assert api.data(asked, {"id": "1"}) == {
        "post": {"id": "1", "title": "First", "likes": None, "comments": ["a", "b"]},
        "greeting": "Hello Ann",
    }
    query = urllib.parse.urlencode({"query": "{hello(name: \"Bob\")}"})
    assert post(f"{api.url}?{query}", b"", {"x-api-key": api.key}, "GET")[1] == {"data": {"hello": "Hello Bob"}}
    by_host = {"x-api-key": api.key, "host": f"{api.id}.appsync-api.{REGION}.amazonaws.com"}
    status, body, headers = post(api.url.split("/appsync-api")[0] + "/graphql", {"query": "{hello}"}, by_host)
    assert status == 200 and "hello" in body["data"]
    assert headers["x-amzn-requestid"] and headers["access-control-allow-origin"] == "*"


def test_what_cannot_be_read_is_refused_as_aws_refuses_it(appsync):
    api = Api(appsync)
    key = {"x-api-key": api.key}
    malformed = "MalformedHttpRequestException"
    for body, message in [
        (b"", "Request body is empty."),
        (b"meow", "Unable to parse GraphQL query."),
        (b"{}", "Unable to parse GraphQL query."),
        (b"[]", "Unable to parse GraphQL query."),
    ]:
        assert post(api.url, body, key)[:2] == refused(400, malformed, message)
    assert post(api.url, {"query": "query A {hello} query B {hello}"}, key)[:2] == refused(
        400, "BadRequestException", "Missing operation name."
    )
    [error] = api.errors("{badfield}")
    assert error == {
        "path": None,
        "locations": [{"line": 1, "column": 2, "sourceName": None}],
        "message": "Validation error of type FieldUndefined: Field 'badfield' in type 'Query' is undefined @ 'badfield'",
    }
    bare = appsync.create_graphql_api(name="bare", authenticationType="API_KEY")["graphqlApi"]
    key = {"x-api-key": appsync.create_api_key(apiId=bare["apiId"])["apiKey"]["id"]}
    assert post(bare["uris"]["GRAPHQL"], {"query": "{a}"}, key)[:2] == refused(
        502, "GraphQLSchemaException", "No schema definition exists."
    )


def test_errors_of_templates_reach_the_client(appsync):
    api = Api(appsync)
    api.source("none", "NONE")
    api.resolver("Query.hello", "none", '$util.error("broken", "Mine", {"a": 1}, {"b": 2})')
    [error] = api.errors("{hello}")
    assert error["message"] == "broken" and error["errorType"] == "Mine" and error["errorInfo"] == {"b": 2}
    assert error["path"] == ["hello"]
    api.resolver("Query.secret", "none", "$util.unauthorized()")
    [error] = api.errors("{secret}")
    assert (error["errorType"], error["message"]) == ("Unauthorized", "Not Authorized to access secret on type Query")


def test_a_pipeline_hands_results_on(appsync):
    api = Api(appsync)
    api.source("none", "NONE")
    ids = []
    for request in [
        '{"version": "2018-05-29", "payload": "${ctx.stash.a}-1"}',
        '{"version": "2018-05-29", "payload": "${ctx.prev.result}-2"}',
    ]:
        function = appsync.create_function(
            apiId=api.id, name="f", dataSourceName="none", functionVersion="2018-05-29",
            requestMappingTemplate=request, responseMappingTemplate="$util.toJson($ctx.result)",
        )
        ids.append(function["functionConfiguration"]["functionId"])
    before = '$util.qr($ctx.stash.put("a", "begin")) {}'
    after = '$util.toJson("${ctx.prev.result}-end")'
    api.resolver("Query.hello", request=before, response=after, kind="PIPELINE", pipelineConfig={"functions": ids})
    assert api.data("{hello}") == {"hello": "begin-1-2-end"}


# Data sources


def test_items_of_a_table_are_put_read_listed_and_removed(server, appsync):
    dynamodb = server.client("dynamodb")
    dynamodb.create_table(
        TableName="posts", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    api = Api(appsync)
    api.source("posts", "AMAZON_DYNAMODB", serviceRoleArn=ROLE, dynamodbConfig={"tableName": "posts", "awsRegion": REGION})
    key = '"key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}'
    api.resolver("Mutation.put", "posts", f'''{{"version": "2018-05-29", "operation": "PutItem", {key},
        "attributeValues": {{"title": $util.dynamodb.toDynamoDBJson($ctx.args.title), "likes": {{"N": 3}}}},
        "condition": {{"expression": "attribute_not_exists(id)"}}}}''',
        '#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type, $ctx.result) #end $util.toJson($ctx.result)')
    api.resolver("Query.post", "posts", f'{{"version": "2017-02-28", "operation": "GetItem", {key}}}')
    api.resolver("Query.posts", "posts", '''{"version": "2018-05-29", "operation": "Scan", "limit": $util.defaultIfNull($ctx.args.limit, 10),
        "nextToken": $util.toJson($ctx.args.nextToken)}''')
    api.resolver("Mutation.remove", "posts", f'{{"version": "2018-05-29", "operation": "DeleteItem", {key}}}')
    put = "mutation($id: ID!, $title: String!) { put(id: $id, title: $title) { id title likes } }"
    for i in range(3):
        assert api.data(put, {"id": str(i), "title": f"Post {i}"})["put"] == {"id": str(i), "title": f"Post {i}", "likes": 3}
    [error] = api.errors(put, {"id": "1", "title": "Another"})
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    assert error["data"] == {"id": "1", "title": "Post 1", "likes": 3}
    assert api.data(put, {"id": "1", "title": "Post 1"})["put"]["title"] == "Post 1", "the item is as it was wanted"
    assert api.data('{post(id: "2") {title likes}}') == {"post": {"title": "Post 2", "likes": 3}}
    assert api.data('{post(id: "9") {title}}') == {"post": None}
    titles, token = [], None
    while True:
        page = api.data("query($t: String) { posts(limit: 2, nextToken: $t) { items { title } nextToken } }", {"t": token})["posts"]
        titles += [item["title"] for item in page["items"]]
        token = page["nextToken"]
        if token is None:
            break
    assert sorted(titles) == ["Post 0", "Post 1", "Post 2"]
    assert api.data('mutation { remove(id: "0") { title } }') == {"remove": {"title": "Post 0"}}


FUNCTION = """
def handler(event, context):
    if isinstance(event, list):
        return [str(len(event)) + ":" + str(e["source"]["id"]) for e in event]
    if event.get("authorizationToken"):
        return {"isAuthorized": event["authorizationToken"] == "let-me-in", "resolverContext": {"who": "ann"}, "deniedFields": ["Query.secret"]}
    if event.get("arguments", {}).get("name") == "fail":
        raise ValueError("broken")
    return "Hello " + str(event["arguments"].get("name")) + " of " + event["info"]["parentTypeName"]
"""


@pytest.fixture
def function(server):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", FUNCTION)
    return server.client("lambda").create_function(
        FunctionName="hello", Runtime="python3.12", Role=ROLE, Handler="app.handler", Code={"ZipFile": archive.getvalue()}
    )["FunctionArn"]


def test_functions_answer_directly_and_in_batches(appsync, function):
    api = Api(appsync, "type Item { id: ID tag: String } type Query { hello(name: String): String items: [Item] }")
    api.source("function", "AWS_LAMBDA", serviceRoleArn=ROLE, lambdaConfig={"lambdaFunctionArn": function})
    api.resolver("Query.hello", "function")
    assert api.data('{hello(name: "Ann")}') == {"hello": "Hello Ann of Query"}
    [error] = api.errors('{hello(name: "fail")}')
    assert (error["errorType"], error["message"]) == ("Lambda:Unhandled", "broken")
    api.local("Query.items", '[{"id": "a"}, {"id": "b"}, {"id": "c"}]')
    api.resolver("Item.tag", "function", maxBatchSize=10)
    assert [item["tag"] for item in api.data("{items {tag}}")["items"]] == ["3:a", "3:b", "3:c"]


class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        told = json.dumps({"path": self.path, "body": json.loads(body), "token": self.headers.get("x-token")}).encode()
        self.send_response(201)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_GET(self):
        told = json.dumps(self.server.documents[self.path]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


@pytest.fixture
def echo():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_http_endpoints_are_asked(appsync, echo):
    api = Api(appsync)
    url = f"http://127.0.0.1:{echo.server_port}"
    api.source("web", "HTTP", httpConfig={"endpoint": url})
    api.resolver("Query.hello", "web", '''{"version": "2018-05-29", "method": "POST", "resourcePath": "/a",
        "params": {"query": {"q": "x y"}, "headers": {"x-token": "t"}, "body": {"name": $util.toJson($ctx.args.name)}}}''',
        '$util.toJson("$ctx.result.statusCode $ctx.result.body")')
    answer = api.data('{hello(name: "Ann")}')["hello"]
    status, body = answer.split(" ", 1)
    assert status == "201" and json.loads(body) == {"path": "/a?q=x%20y", "body": {"name": "Ann"}, "token": "t"}


def test_an_execution_is_started_through_http(server, states, create, appsync):
    machine = create(PASS)
    api = Api(appsync)
    api.source("states", "HTTP", serviceRoleArn=ROLE, httpConfig={
        "endpoint": f"https://states.{REGION}.amazonaws.com/",
        "authorizationConfig": {"authorizationType": "AWS_IAM", "awsIamConfig": {"signingRegion": REGION, "signingServiceName": "states"}},
    })
    api.resolver("Query.hello", "states", '''{"version": "2018-05-29", "method": "POST", "resourcePath": "/", "params": {
        "headers": {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AWSStepFunctions.StartExecution"},
        "body": {"stateMachineArn": "%s", "input": "{}"}}}''' % machine, '$util.toJson($util.parseJson($ctx.result.body).executionArn)')
    execution = api.data("{hello}")["hello"]
    assert states.describe_execution(executionArn=execution)["stateMachineArn"] == machine


def test_events_are_put_on_a_bus(server, appsync):
    arn = server.client("events").create_event_bus(Name="orders")["EventBusArn"]
    api = Api(appsync)
    api.source("bus", "AMAZON_EVENTBRIDGE", serviceRoleArn=ROLE, eventBridgeConfig={"eventBusArn": arn})
    api.resolver("Query.hello", "bus", '''{"version": "2018-05-29", "operation": "PutEvents",
        "events": [{"source": "shop", "detailType": "Order", "detail": {"total": 1}}]}''',
        '$util.toJson("$ctx.result.FailedEntryCount")')
    assert api.data("{hello}") == {"hello": "0"}


# The ways in


def test_keys_open_only_their_own_api(appsync):
    api, other = Api(appsync), Api(appsync)
    api.local("Query.hello", '"hi"')
    unauthorized = "UnauthorizedException"
    no = refused(401, unauthorized, "You are not authorized to make this call.")
    assert api.ask("{hello}", headers={"x-api-key": other.key})[:2] == no
    assert api.ask("{hello}", headers={})[:2] == refused(401, unauthorized, "Missing authorization header")
    closed = Api(appsync, authenticationType="AWS_IAM")
    assert closed.ask("{hello}")[:2] == refused(401, unauthorized, "Valid authorization header not provided.")


def signed(url, body, access_key="test", secret_key="test"):
    request = AWSRequest("POST", url, data=json.dumps(body), headers={"content-type": "application/json"})
    SigV4Auth(Credentials(access_key, secret_key), "appsync", REGION).add_auth(request)
    return post(url, request.data if isinstance(request.data, bytes) else request.data.encode(), dict(request.headers))


def test_signed_requests_tell_who_asks(appsync):
    api = Api(appsync, authenticationType="AWS_IAM")
    api.local("Query.hello", "$util.toJson($ctx.identity.userArn)")
    status, body, _ = signed(api.url, {"query": "{hello}"})
    assert (status, body) == (200, {"data": {"hello": f"arn:aws:iam::{ACCOUNT}:root"}})


def test_signatures_and_policies_are_held_where_the_house_is_served(serve):
    appsync, iam = (of(serve, name, serve.root) for name in ["appsync", "iam"])
    key, secret = serve.root.values()
    api = Api(appsync, authenticationType="AWS_IAM")
    api.local("Query.hello", '"hi"')
    api.local("Query.secret", '"psst"')
    assert signed(api.url, {"query": "{hello}"}, key, secret)[1] == {"data": {"hello": "hi"}}
    assert signed(api.url, {"query": "{hello}"}, key, "wrong")[0] == 403
    reader = iam.create_user(UserName="reader")["User"]["UserId"]
    api.local("Query.post", '{"id": "1", "title": $util.toJson($ctx.identity.username)}')
    allowed = [f"{api.described['arn']}/types/Query/fields/{field}" for field in ["hello", "post"]]
    statement = {"Effect": "Allow", "Action": "appsync:GraphQL", "Resource": allowed}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=policy)
    own = iam.create_access_key(UserName="reader")["AccessKey"]
    query = '{hello secret post(id: "1") {title}}'
    status, body, _ = signed(api.url, {"query": query}, own["AccessKeyId"], own["SecretAccessKey"])
    # Policies are about root fields: those of a post need none.
    assert status == 200 and body["data"] == {"hello": "hi", "secret": None, "post": {"title": reader}}
    [error] = body["errors"]
    assert (error["errorType"], error["message"]) == ("Unauthorized", "Not Authorized to access secret on type Query")


def test_a_function_decides_who_comes_in(appsync, function):
    api = Api(appsync, authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig={"authorizerUri": function})
    api.local("Query.hello", "$util.toJson($ctx.identity.resolverContext.who)")
    assert api.ask("{hello}", headers={"authorization": "let-me-in"})[1] == {"data": {"hello": "ann"}}
    assert api.ask("{hello}", headers={"authorization": "please"})[0] == 401
    [error] = api.errors("{secret}", headers={"authorization": "let-me-in"})
    assert error["errorType"] == "Unauthorized"


AUTHORIZER = """
asked = 0

def handler(event, context):
    global asked
    asked += 1
    verdict = {"isAuthorized": True, "resolverContext": {"asked": asked}}
    if event["authorizationToken"] == "kept":
        verdict["ttlOverride"] = 60
    if event["authorizationToken"] == "denied":
        apis = "arn:aws:appsync:us-east-1:000000000000:apis/"
        own = event["requestContext"]["apiId"]
        verdict["deniedFields"] = ["Query.staff", f"{apis}{own}/types/Query/fields/open", f"{apis}other/types/Query/fields/hello"]
    return verdict
"""


@pytest.fixture
def authorizer(server):
    functions = server.client("lambda")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("app.py", AUTHORIZER)
    return functions.create_function(
        FunctionName="authorizer", Runtime="python3.12", Role=ROLE, Handler="app.handler", Code={"ZipFile": archive.getvalue()}
    )["FunctionArn"]


def asked(api, token):
    """How often the authorizer was asked, as the resolver is told."""
    status, body, _ = api.ask("{hello}", headers={"authorization": token})
    assert status == 200, body
    return int(body["data"]["hello"])


def test_a_verdict_is_kept_only_where_somebody_says_so(appsync, authorizer):
    config = {"authorizerUri": authorizer}
    api = Api(appsync, authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig=config)
    api.local("Query.hello", "$util.toJson($ctx.identity.resolverContext.asked)")
    assert asked(api, "again") + 1 == asked(api, "again")
    assert asked(api, "kept") == asked(api, "kept")
    lasting = {**config, "authorizerResultTtlInSeconds": 60}
    appsync.update_graphql_api(apiId=api.id, name="blog", authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig=lasting)
    assert asked(api, "again") == asked(api, "again")


def test_denied_fields_are_those_of_the_api_that_an_arn_names(appsync, authorizer):
    schema = "type Query { hello: String staff: String open: String }"
    api = Api(appsync, schema, authenticationType="AWS_LAMBDA", lambdaAuthorizerConfig={"authorizerUri": authorizer})
    for field in ["hello", "staff", "open"]:
        api.local(f"Query.{field}", '"yes"')
    status, body, _ = api.ask("{hello staff open}", headers={"authorization": "denied"})
    assert status == 200 and body["data"] == {"hello": "yes", "staff": None, "open": None}
    assert {error["path"][0] for error in body["errors"]} == {"staff", "open"}


def test_code_hears_of_headers_and_addresses_as_they_came(appsync):
    api = Api(appsync, "type Query { headers: AWSJSON addresses: [String] }", authenticationType="AWS_IAM")
    api.local("Query.headers", "$util.toJson($ctx.request.headers)")
    api.local("Query.addresses", "$util.toJson($ctx.identity.sourceIp)")
    body = json.dumps({"query": "{headers addresses}"}).encode()
    request = AWSRequest("POST", api.url, data=body, headers={"content-type": "application/json"})
    SigV4Auth(Credentials("test", "test"), "appsync", REGION).add_auth(request)
    more = [("animal", "duck"), ("animal", "goose"), ("plant", "fern"), ("cookie", "s=1"), ("x-forwarded-for", "10.0.0.1, 10.0.0.2")]
    place = urllib.parse.urlsplit(api.url)
    connection = http.client.HTTPConnection(place.netloc)
    connection.putrequest("POST", place.path, skip_host=True)
    for name, value in [("host", place.netloc), ("content-length", str(len(body))), *request.headers.items(), *more]:
        connection.putheader(name, value)
    connection.endheaders(body)
    data = json.loads(connection.getresponse().read())["data"]
    connection.close()
    headers = json.loads(data["headers"])
    assert headers["animal"] == ["duck", "goose"] and headers["plant"] == "fern" and "cookie" not in headers
    assert data["addresses"] == ["10.0.0.1", "10.0.0.2", "127.0.0.1"]


class Issuer:
    """Who signs tokens, and shows his key where the configuration says."""

    def __init__(self, folder):
        self.key = str(folder / "key.pem")
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True, capture_output=True, text=True)
        number = bytes.fromhex(modulus.stdout.strip().split("=")[1])
        self.jwks = {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k", "n": encode(number), "e": "AQAB"}]}

    def token(self, **claims):
        message = ".".join(encode(json.dumps(part).encode()) for part in [{"alg": "RS256", "kid": "k"}, claims])
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=message.encode(), check=True, capture_output=True)
        return f"{message}.{encode(signature.stdout)}"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


SECURED = """
type Query { hello: String staff: String @aws_cognito_user_pools(cognito_groups: ["staff"]) open: String @aws_api_key }
"""


def test_tokens_of_user_pools_and_issuers_are_taken(tmp_path, echo):
    issuer = Issuer(tmp_path)
    pool = f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_pool"
    home = f"http://127.0.0.1:{echo.server_port}"
    echo.documents = {"/jwks.json": issuer.jwks, "/.well-known/openid-configuration": {"jwks_uri": f"{home}/jwks.json"}}
    config = tmp_path / "freehold.toml"
    config.write_text(f'[issuers."{pool}"]\njwks_url = "{home}/jwks.json"\n')
    server = Server(config=config)
    try:
        api = Api(
            server.client("appsync"), SECURED, authenticationType="AMAZON_COGNITO_USER_POOLS",
            userPoolConfig={"userPoolId": f"{REGION}_pool", "awsRegion": REGION, "defaultAction": "ALLOW", "appIdClientRegex": "app.*"},
            additionalAuthenticationProviders=[
                {"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {"issuer": home}},
                {"authenticationType": "API_KEY"},
            ],
        )
        api.local("Query.hello", "$util.toJson($ctx.identity.username)")
        api.local("Query.staff", '"yes"')
        api.local("Query.open", "$util.toJson($util.authType())")
        now = int(time.time())
        claims = {"iss": pool, "sub": "s", "aud": "app1", "token_use": "id", "cognito:username": "ann", "iat": now, "exp": now + 600}
        ask = lambda query, token: api.ask(query, headers={"authorization": token})
        assert ask("{hello}", issuer.token(**claims))[1] == {"data": {"hello": "ann"}}
        assert ask("{hello}", "Bearer " + issuer.token(**claims))[0] == 200
        assert ask("{staff}", issuer.token(**claims))[1]["data"] == {"staff": None}
        member = issuer.token(**claims, **{"cognito:groups": ["staff"]})
        assert ask("{staff}", member)[1] == {"data": {"staff": "yes"}}
        assert api.data("{open}") == {"open": "API Key Authorization"}
        assert api.ask("{hello}")[1]["errors"][0]["errorType"] == "Unauthorized"
        expired = issuer.token(**{**claims, "exp": now - 1})
        assert ask("{hello}", expired)[:2] == refused(401, "UnauthorizedException", "Token has expired.")
        assert ask("{hello}", issuer.token(**{**claims, "aud": "other"}))[0] == 401
        forged = issuer.token(**claims)[:-8] + "AAAAAAAA"
        assert ask("{hello}", forged)[0] == 401
        assert ask("{hello}", "nonsense")[:2] == refused(401, "UnauthorizedException", "Unable to parse JWT token.")
        stranger = issuer.token(iss=home, sub="x", aud="any", iat=now, exp=now + 600)
        status, body, _ = ask("{hello}", stranger)
        assert status == 200 and body["errors"][0]["errorType"] == "Unauthorized", "what has no mark is for the default way in"
    finally:
        server.close()


# Caching


def test_what_a_resolver_gave_is_kept_until_the_cache_is_flushed(appsync):
    api = Api(appsync)
    api.local("Query.hello", '"$util.autoId()"', cachingConfig={"ttl": 60, "cachingKeys": ["$context.arguments.name"]})
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="PER_RESOLVER_CACHING", type="SMALL")
    ask = lambda name: api.data("query($n: String) {hello(name: $n)}", {"n": name})["hello"]
    first = ask("a")
    assert ask("a") == first and ask("b") != first
    appsync.flush_api_cache(apiId=api.id)
    assert ask("a") != first


def test_a_resolver_that_names_no_keys_keeps_for_each_question(appsync):
    api = Api(appsync)
    api.local("Query.hello", '"$util.autoId()"', cachingConfig={"ttl": 60})
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="PER_RESOLVER_CACHING", type="SMALL")
    ask = lambda name: api.data("query($n: String) {hello(name: $n)}", {"n": name})["hello"]
    first = ask("a")
    assert ask("a") == first and ask("b") != first


def test_code_evicts_what_it_names_in_its_own_way(appsync):
    api = Api(appsync)
    api.local("Query.post", '{"id": "1", "title": "$util.autoId()"}', cachingConfig={"ttl": 60, "cachingKeys": ["$context.arguments.id"]})
    evict = """export const request = ctx => ({ payload: { id: ctx.args.id, title: 'gone' } });
      export function response(ctx) {
        extensions.evictFromApiCache('Query', 'post', { 'ctx.args.id': ctx.args.id });
        return ctx.result;
      }"""
    code = {"runtime": {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}, "code": "import { extensions } from '@aws-appsync/utils';\n" + evict}
    api.resolver("Mutation.remove", "none", **code)
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="PER_RESOLVER_CACHING", type="SMALL")
    title = lambda id: api.data("query($id: ID!) {post(id: $id) {title}}", {"id": id})["post"]["title"]
    first, other = title("1"), title("2")
    assert title("1") == first
    remove = 'mutation {remove(id: "1") {id}}'
    assert api.ask(remove)[1] == {"data": {"remove": {"id": "1"}}, "extensions": {"apiCacheEntriesDeleted": 1}}
    assert title("1") != first and title("2") == other
    api.ask(remove)
    assert api.ask(remove)[1] == {"data": {"remove": {"id": "1"}}}


def test_an_answer_is_kept_for_those_who_ask_with_the_same_headers(appsync):
    api = Api(appsync)
    api.local("Query.hello", "$util.toJson($ctx.request.headers.language)")
    appsync.create_api_cache(apiId=api.id, ttl=60, apiCachingBehavior="OPERATION_LEVEL_CACHING", type="SMALL")
    ask = lambda language: api.data("{hello}", headers={"x-api-key": api.key, "language": language})["hello"]
    assert [ask("de"), ask("en"), ask("de")] == ["de", "en", "de"]
