"""Models of Amplify as its CLI deploys them: each field a pipeline of templates over a table of DynamoDB.

The templates here have the shape of those that Amplify's transformers write; where the corpus is at hand, its own take
the places that it has them for.
"""

import time

import pytest

from freehold import REGION, ROLE, Server
from recordings import CORPUS
from test_appsync import Api, Issuer, echo  # noqa: F401, a fixture

OWN = CORPUS / "appsync" / "amplify-transformer-vtl-corpus" / "vtl"

# The files of Amplify's own, by what they do here.
FILES = {
    "create": "04638a822cab",
    "update": "7cbee3f9f58e",
    "get": "cf2e338a5721",
    "got": "f770d8d5a639",
    "existing": "e34f3a860fa3",
    "owns created": "6c605d77ccd2",
    "reads own": "6eaea1cca7ec",
}

BEFORE = """
$util.qr($ctx.stash.put("typeName", "%s"))
$util.qr($ctx.stash.put("conditions", []))
$util.qr($ctx.stash.put("metadata", {}))
$util.qr($ctx.stash.metadata.put("dataSourceType", "AMAZON_DYNAMODB"))
$util.toJson({})
"""
AFTER = "$util.toJson($ctx.prev.result)"
NOTHING = '$util.toJson({"version": "2018-05-29", "payload": {}})'
ANSWER = "#if($ctx.error)$util.error($ctx.error.message, $ctx.error.type)#end $util.toJson($ctx.result)"

DEFAULTS = """
$util.qr($ctx.stash.put("defaultValues", $util.defaultIfNull($ctx.stash.defaultValues, {})))
$util.qr($ctx.stash.defaultValues.put("id", $util.autoId()))
#set($now = $util.time.nowISO8601())
$util.qr($ctx.stash.defaultValues.put("createdAt", $now))
$util.qr($ctx.stash.defaultValues.put("updatedAt", $now))
""" + NOTHING

# What an index with two sort keys asks for.
COMPOSES = """
#if($ctx.args.input.containsKey("status"))
  $util.qr($ctx.args.input.put("status#content", "${ctx.args.input.status}#${ctx.args.input.content}"))
#end
""" + NOTHING

PUBLIC = '#if($util.authType() != "API Key Authorization")$util.unauthorized()#end' + NOTHING

CLAIMS = """
#set($claims = $ctx.identity.claims)
#set($owner = "$claims.get('sub')::$util.defaultIfNull($claims.get('username'), $claims.get('cognito:username'))")
"""

CONDITION = """
#if($args.condition)$util.qr($ctx.stash.conditions.add($args.condition))#end
$util.qr($ctx.stash.conditions.add({"id": {"attributeExists": %s}}))
#set($condition = $util.parseJson($util.transform.toDynamoDBConditionExpression({"and": $ctx.stash.conditions})))
#if($condition.expressionValues && $condition.expressionValues.size() == 0)
  #set($condition = {"expression": $condition.expression, "expressionNames": $condition.expressionNames})
#end
"""

ARGS = "#set($args = $util.defaultIfNull($ctx.stash.transformedArgs, $ctx.args))"

WRITTEN = {
    "owns created": CLAIMS + """
#if($util.isNull($ctx.args.input.owner))
  $util.qr($ctx.args.input.put("owner", $owner))
#elseif($ctx.args.input.owner != $owner)
  $util.unauthorized()
#end
""" + NOTHING,
    "reads own": CLAIMS + """
$util.qr($ctx.stash.put("authFilter", {"or": [{"owner": {"eq": $owner}}]}))
""" + NOTHING,
    "existing": """
$util.toJson({"version": "2018-05-29", "operation": "GetItem", "key": {"id": $util.dynamodb.toDynamoDB($ctx.args.input.id)}})
""",
    "owns existing": "#if($ctx.error)$util.error($ctx.error.message, $ctx.error.type)#end" + CLAIMS + """
#if($util.isNull($ctx.result) || $ctx.result.owner != $owner)$util.unauthorized()#end
$util.toJson({})
""",
    "create": ARGS + """
#set($values = $util.defaultIfNull($ctx.stash.defaultValues, {}))
$util.qr($values.putAll($util.defaultIfNull($args.input, {})))
$util.qr($values.put("__typename", $ctx.stash.typeName))
""" + CONDITION % "false" + """
#set($put = {"version": "2018-05-29", "operation": "PutItem"})
$util.qr($put.put("key", {"id": $util.dynamodb.toDynamoDB($values.id)}))
$util.qr($put.put("attributeValues", $util.dynamodb.toMapValues($values)))
$util.qr($put.put("condition", $condition))
$util.toJson($put)
""",
    "update": ARGS + CONDITION % "true" + """
#set($names = {})
#set($values = {})
#set($set = [])
#set($remove = [])
#foreach($entry in $util.map.copyAndRemoveAllKeys($args.input, ["id"]).entrySet())
  $util.qr($names.put("#$entry.key", $entry.key))
  #if($util.isNull($entry.value))
    $util.qr($remove.add("#$entry.key"))
  #else
    $util.qr($values.put(":$entry.key", $util.dynamodb.toDynamoDB($entry.value)))
    $util.qr($set.add("#$entry.key = :$entry.key"))
  #end
#end
#set($expression = "")
#foreach($term in $set)
  #set($expression = "$expression#if($foreach.first)SET #else, #end$term")
#end
#foreach($term in $remove)
  #set($expression = "$expression#if($foreach.first) REMOVE #else, #end$term")
#end
#set($update = {"expression": $expression, "expressionNames": $names})
#if(!$values.isEmpty())$util.qr($update.put("expressionValues", $values))#end
$util.toJson({"version": "2018-05-29", "operation": "UpdateItem", "key": {"id": $util.dynamodb.toDynamoDB($args.input.id)},
  "update": $update, "condition": $condition})
""",
    "delete": ARGS + CONDITION % "true" + """
$util.toJson({"version": "2018-05-29", "operation": "DeleteItem", "key": {"id": $util.dynamodb.toDynamoDB($args.input.id)},
  "condition": $condition})
""",
    "get": """
#set($get = {"version": "2018-05-29", "operation": "Query", "query": {
  "expression": "id = :id", "expressionValues": {":id": $util.parseJson($util.dynamodb.toDynamoDBJson($ctx.args.id))}}})
#if(!$util.isNullOrEmpty($ctx.stash.authFilter))
  $util.qr($get.put("filter", $util.parseJson($util.transform.toDynamoDBFilterExpression($ctx.stash.authFilter))))
#end
$util.toJson($get)
""",
    "got": """
#if($ctx.error)$util.error($ctx.error.message, $ctx.error.type)#end
#if(!$ctx.result.items.isEmpty())#return($ctx.result.items[0])#end
#if($ctx.result.scannedCount == 1)$util.unauthorized()#end
$util.toJson(null)
""",
    "list": ARGS + """
#set($list = {"version": "2018-05-29", "operation": "Scan", "limit": $util.defaultIfNull($args.limit, 100)})
#if($args.nextToken)$util.qr($list.put("nextToken", $args.nextToken))#end
#set($filter = $util.defaultIfNull($ctx.stash.authFilter, {}))
#if(!$util.isNullOrEmpty($args.filter))
  #if($filter.isEmpty())#set($filter = $args.filter)#else#set($filter = {"and": [$filter, $args.filter]})#end
#end
#if(!$filter.isEmpty())
  #set($expression = $util.parseJson($util.transform.toDynamoDBFilterExpression($filter)))
  #if($expression.expressionValues.size() == 0)$util.qr($expression.remove("expressionValues"))#end
  #if(!$util.isNullOrBlank($expression.expression))$util.qr($list.put("filter", $expression))#end
#end
$util.toJson($list)
""",
}

SCHEMA = """
schema { query: Query mutation: Mutation }
type Query {
  getTodo(id: ID!): Todo
  listTodos(filter: ModelTodoFilterInput, limit: Int, nextToken: String): ModelTodoConnection
  getNote(id: ID!): Note @aws_cognito_user_pools
  listNotes(filter: ModelNoteFilterInput, limit: Int, nextToken: String): ModelNoteConnection @aws_cognito_user_pools
}
type Mutation {
  createTodo(input: CreateTodoInput!, condition: ModelTodoFilterInput): Todo
  updateTodo(input: UpdateTodoInput!, condition: ModelTodoFilterInput): Todo
  deleteTodo(input: DeleteTodoInput!, condition: ModelTodoFilterInput): Todo
  createNote(input: CreateNoteInput!, condition: ModelNoteFilterInput): Note @aws_cognito_user_pools
  updateNote(input: UpdateNoteInput!, condition: ModelNoteFilterInput): Note @aws_cognito_user_pools
  deleteNote(input: DeleteNoteInput!, condition: ModelNoteFilterInput): Note @aws_cognito_user_pools
}
type Todo { id: ID! content: String priority: Int createdAt: AWSDateTime! updatedAt: AWSDateTime! }
type ModelTodoConnection { items: [Todo]! nextToken: String }
input CreateTodoInput { id: ID content: String priority: Int }
input UpdateTodoInput { id: ID! content: String priority: Int }
input DeleteTodoInput { id: ID! }
input ModelTodoFilterInput {
  id: ModelStringInput content: ModelStringInput priority: ModelIntInput
  and: [ModelTodoFilterInput] or: [ModelTodoFilterInput] not: ModelTodoFilterInput
}
type Note @aws_cognito_user_pools { id: ID! content: String status: String owner: String }
type ModelNoteConnection @aws_cognito_user_pools { items: [Note]! nextToken: String }
input CreateNoteInput { id: ID content: String status: String owner: String }
input UpdateNoteInput { id: ID! content: String status: String }
input DeleteNoteInput { id: ID! }
input ModelNoteFilterInput {
  content: ModelStringInput status: ModelStringInput
  and: [ModelNoteFilterInput] or: [ModelNoteFilterInput] not: ModelNoteFilterInput
}
input ModelStringInput {
  ne: String eq: String le: String lt: String ge: String gt: String contains: String notContains: String between: [String]
  beginsWith: String attributeExists: Boolean attributeType: ModelAttributeTypes size: ModelSizeInput
}
input ModelIntInput {
  ne: Int eq: Int le: Int lt: Int ge: Int gt: Int between: [Int] attributeExists: Boolean attributeType: ModelAttributeTypes
}
input ModelSizeInput { ne: Int eq: Int le: Int lt: Int ge: Int gt: Int between: [Int] }
enum ModelAttributeTypes { binary binarySet bool list map number numberSet string stringSet _null }
"""


class App:
    """An API with two models: todos for everybody who has the key, notes for who is their owner."""

    def __init__(self, server, issuer, pool, templates):
        self.dynamodb = server.client("dynamodb")
        self.api = Api(
            server.client("appsync"), SCHEMA,
            additionalAuthenticationProviders=[{
                "authenticationType": "AMAZON_COGNITO_USER_POOLS",
                "userPoolConfig": {"userPoolId": pool.rsplit("/")[-1], "awsRegion": REGION},
            }],
        )
        self.issuer, self.pool, self.templates = issuer, pool, templates
        self.api.source("NONE_DS", "NONE")
        for model in ["Todo", "Note"]:
            self.dynamodb.create_table(
                TableName=model, BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            )
            config = {"tableName": model, "awsRegion": REGION}
            self.api.source(f"{model}Table", "AMAZON_DYNAMODB", dynamodbConfig=config, serviceRoleArn=ROLE)
        template = templates.__getitem__
        for model in ["Todo", "Note"]:
            table = f"{model}Table"
            data = lambda name, response=ANSWER: self.function(model, name, table, template(name), response)
            local = lambda name, request: self.function(model, name, "NONE_DS", request, "$util.toJson({})")
            defaults, composes = local("defaults", DEFAULTS), local("composes", COMPOSES)
            if model == "Todo":
                creates = changes = reads = local("public", PUBLIC)
            else:
                creates, reads = local("owns created", template("owns created")), local("reads own", template("reads own"))
                changes = self.function(model, "owns existing", table, template("existing"), template("owns existing"))
            self.pipeline("Mutation", f"create{model}", defaults, composes, creates, data("create"))
            self.pipeline("Mutation", f"update{model}", changes, data("update"))
            self.pipeline("Mutation", f"delete{model}", changes, data("delete"))
            self.pipeline("Query", f"get{model}", reads, data("get", template("got")))
            self.pipeline("Query", f"list{model}s", reads, data("list"))

    def function(self, model, name, source, request, response):
        name = f"{model}{''.join(word.title() for word in name.split())}Function"
        created = self.api.appsync.create_function(
            apiId=self.api.id, name=name, dataSourceName=source, functionVersion="2018-05-29",
            requestMappingTemplate=request, responseMappingTemplate=response,
        )
        return created["functionConfiguration"]["functionId"]

    def pipeline(self, type_name, field, *functions):
        config = {"functions": list(functions)}
        self.api.resolver(f"{type_name}.{field}", None, BEFORE % type_name, AFTER, kind="PIPELINE", pipelineConfig=config)

    def todo(self, operation, **variables):
        """The one value of a reply, or the type of its one error."""
        return self.told(*TODO[operation], variables, {"x-api-key": self.api.key})

    def note(self, user, operation, **variables):
        now = int(time.time())
        claims = {"iss": self.pool, "sub": f"{user}-sub", "aud": "app", "token_use": "id", "cognito:username": user}
        token = self.issuer.token(**claims, iat=now, exp=now + 600)
        query, is_mutation = TODO[operation]
        query = query.replace("Todo", "Note").replace("content priority", "content owner")
        return self.told(query, is_mutation, variables, {"authorization": token})

    def told(self, query, is_mutation, variables, headers):
        if is_mutation:
            condition = variables.pop("condition", None)
            variables = {"input": variables, "condition": condition}
        status, body, _ = self.api.ask(query, variables, headers)
        assert status == 200, body
        if "errors" in body:
            [error] = body["errors"]
            return error["errorType"]
        [value] = body["data"].values()
        return value

    def item(self, table, key):
        return self.dynamodb.get_item(TableName=table, Key={"id": {"S": key}}).get("Item")


MUTATION = "mutation($input: %sTodoInput!, $condition: ModelTodoFilterInput) { %sTodo(input: $input, condition: $condition) { id content priority } }"
TODO = {
    "create": (MUTATION % ("Create", "create"), True),
    "update": (MUTATION % ("Update", "update"), True),
    "delete": (MUTATION % ("Delete", "delete"), True),
    "get": ("query($id: ID!) { getTodo(id: $id) { id content priority } }", False),
    "list": (
        "query($filter: ModelTodoFilterInput, $limit: Int, $nextToken: String) "
        "{ listTodos(filter: $filter, limit: $limit, nextToken: $nextToken) { items { id content priority } nextToken } }",
        False,
    ),
}


@pytest.fixture(params=["of the same shape", "of Amplify"])
def app(request, tmp_path, echo):  # noqa: F811
    templates = dict(WRITTEN)
    if request.param == "of Amplify":
        if not OWN.is_dir():
            pytest.skip(f"{OWN} is not there")
        templates |= {name: (OWN / f"{file}.vtl").read_text() for name, file in FILES.items()}
    issuer = Issuer(tmp_path)
    pool = f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_pool"
    echo.documents = {"/jwks.json": issuer.jwks}
    config = tmp_path / "freehold.toml"
    config.write_text(f'[issuers."{pool}"]\njwks_url = "http://127.0.0.1:{echo.server_port}/jwks.json"\n')
    server = Server(config=config)
    yield App(server, issuer, pool, templates)
    server.close()


CONFLICT = "DynamoDB:ConditionalCheckFailedException"


def test_what_is_public_is_created_changed_and_deleted(app):
    created = app.todo("create", content="milk", priority=1)
    assert created["content"] == "milk" and len(created["id"]) == 36
    item = app.item("Todo", created["id"])
    assert item["priority"] == {"N": "1"} and item["createdAt"] == item["updatedAt"]
    assert app.todo("create", id="a", content="bread") == {"id": "a", "content": "bread", "priority": None}
    assert app.todo("create", id="a", content="again") == CONFLICT
    assert app.todo("get", id="a")["content"] == "bread"
    assert app.todo("get", id="none") is None

    assert app.todo("update", id="a", content="rye", priority=2) == {"id": "a", "content": "rye", "priority": 2}
    assert app.todo("update", id="none", content="rye") == CONFLICT
    only = lambda **content: {"content": content}
    assert app.todo("update", id="a", priority=3, condition=only(eq="bread")) == CONFLICT
    assert app.todo("update", id="a", priority=3, condition=only(eq="rye"))["priority"] == 3
    either = {"or": [only(beginsWith="x"), {"priority": {"between": [1, 5]}}]}
    assert app.todo("update", id="a", priority=None, condition=either) == {"id": "a", "content": "rye", "priority": None}
    assert "priority" not in app.item("Todo", "a")

    assert app.todo("delete", id="a", condition={"not": only(eq="rye")}) == CONFLICT
    assert app.todo("delete", id="a") == {"id": "a", "content": "rye", "priority": None}
    assert app.item("Todo", "a") is None
    assert app.todo("delete", id="a") is None, "AppSync takes it for done when the item isn't there"


def test_lists_are_filtered(app):
    for key, content, priority in [("a", "milk", 1), ("b", "rye bread", 2), ("c", "white bread", 3)]:
        app.todo("create", id=key, content=content, priority=priority)

    def found(**filter):
        return "".join(sorted(item["id"] for item in app.todo("list", filter=filter)["items"]))

    milk, bread, second = {"content": {"eq": "milk"}}, {"content": {"contains": "bread"}}, {"priority": {"eq": 2}}
    assert found() == "abc"
    assert found(**bread) == "bc"
    assert found(**bread, priority={"gt": 1, "lt": 3}) == "b"
    assert found(**{"and": [bread]}) == "bc"
    assert found(**{"or": [milk]}) == "a"
    assert found(**{"or": [milk, second]}) == "ab"
    assert found(**{"and": [{"or": [milk, second]}, bread]}) == "b"
    assert found(**{"and": [{"or": [milk, second]}]}) == "ab"
    assert found(**{"or": [{**bread, **second}, milk]}) == "ab"
    assert found(**{"not": milk}) == "bc"
    assert found(**{"not": {**bread, **second}}) == "ac"
    assert found(**{"not": {"or": [milk, second]}}) == "c"
    assert found(content={"size": {"gt": 9}}) == "c"
    assert found(priority={"attributeExists": True}, content={"attributeType": "string"}) == "abc"
    first = app.todo("list", limit=2)
    rest = app.todo("list", limit=2, nextToken=first["nextToken"])
    assert sorted(item["id"] for item in first["items"] + rest["items"]) == ["a", "b", "c"]
    assert rest["nextToken"] is None


def test_what_has_an_owner_is_for_the_owner(app):
    ann = "ann-sub::ann"
    assert app.note("ann", "create", id="a", content="mine", status="open") == {"id": "a", "content": "mine", "owner": ann}
    item = app.item("Note", "a")
    assert item["owner"] == {"S": ann}
    assert item["status#content"] == {"S": "open#mine"}
    assert app.note("bob", "create", id="b", content="his")["owner"] == "bob-sub::bob"
    assert app.note("bob", "create", id="c", owner=ann) == "Unauthorized"
    assert app.note("bob", "create", id="a") == CONFLICT

    assert app.note("ann", "get", id="a")["content"] == "mine"
    assert app.note("bob", "get", id="a") == "Unauthorized"
    listed = lambda user, **filter: [item["id"] for item in app.note(user, "list", filter=filter or None)["items"]]
    assert (listed("ann"), listed("bob"), listed("eve")) == (["a"], ["b"], [])
    assert listed("ann", content={"eq": "mine"}, status={"eq": "open"}) == ["a"]
    assert listed("ann", **{"or": [{"content": {"eq": "his"}}]}) == []

    assert app.note("bob", "update", id="a", content="his") == "Unauthorized"
    assert app.note("ann", "update", id="a", content="still mine")["content"] == "still mine"
    assert app.note("bob", "delete", id="a") == "Unauthorized"
    assert app.note("ann", "delete", id="a")["owner"] == ann
    assert app.item("Note", "a") is None
