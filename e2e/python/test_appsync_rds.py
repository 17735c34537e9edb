"""AppSync over a PostgreSQL: resolvers in VTL that write SQL, and the tables of a database as models."""

import json

import pytest
from botocore.exceptions import ClientError

from freehold import Server
from postgres import CLUSTER, SECRET, Postgres
from test_appsync import Api

TABLES = """
CREATE TABLE posts (
  id uuid PRIMARY KEY, title text NOT NULL, likes int, score numeric(5, 2), published date, is_public boolean DEFAULT true
);
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE public.todos (
  id serial CONSTRAINT todos_pk PRIMARY KEY, description text, due timestamp, "createdAt" timestamp DEFAULT now()
);
CREATE TABLE notes (
  author varchar(20) NOT NULL, number int NOT NULL, feels mood, tags text[], body jsonb, PRIMARY KEY (author, number)
);
CREATE INDEX notes_by_feeling ON notes (feels, author);
"""
SCHEMA = """
type Post { id: ID! title: String! likes: Int score: Float published: AWSDate is_public: Boolean }
type Query { post(id: ID!): Post posts(likes: Int): [Post] raw: String broken: String two: Int }
type Mutation { put(id: ID!, title: String!, likes: Int, published: AWSDate): Post remove(id: ID!): Int }
"""
ONE = '$util.toJson($util.rds.toJsonObject($ctx.result)[0][0])'
SELECT = "SELECT id, title, likes, score, published, is_public FROM posts WHERE id = :id"
ID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.fixture(scope="module")
def postgres():
    postgres = Postgres()
    postgres.psql("shop", TABLES)
    yield postgres
    postgres.close()


@pytest.fixture(scope="module")
def appsync(postgres, tmp_path_factory):
    server = Server(config=postgres.config(tmp_path_factory.mktemp("config")))
    yield server.client("appsync")
    server.close()


@pytest.fixture(scope="module")
def api(appsync):
    api = Api(appsync, SCHEMA)
    api.source("shop", "RELATIONAL_DATABASE", relationalDatabaseConfig=config())

    def resolver(field, *statements, variables="{}", hints="{}", response=ONE):
        request = '{"version": "2018-05-29", "statements": %s, "variableMap": %s, "variableTypeHintMap": %s}'
        handled = f"#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type) #end {response}"
        api.resolver(field, "shop", request % (json.dumps(statements), variables, hints), handled)

    key = '{":id": $util.toJson($ctx.args.id)}'
    resolver("Query.post", SELECT, variables=key, hints='{":id": "UUID"}')
    every = '{":likes": $util.toJson($ctx.args.likes)}'
    listed = "SELECT * FROM posts WHERE likes >= :likes ORDER BY title"
    resolver("Query.posts", listed, variables=every, response="$util.toJson($util.rds.toJsonObject($ctx.result)[0])")
    values = '{":id": $util.toJson($ctx.args.id), ":title": $util.toJson($ctx.args.title),' \
        ' ":likes": $util.toJson($ctx.args.likes), ":published": $util.toJson($ctx.args.published)}'
    written = "INSERT INTO posts (id, title, likes, published) VALUES (:id, :title, :likes, :published)"
    second = '$util.toJson($util.rds.toJsonObject($ctx.result)[1][0])'
    resolver(
        "Mutation.put", written, SELECT, variables=values, hints='{":id": "UUID", ":published": "DATE"}', response=second
    )
    updated = '#set($r = $util.parseJson($ctx.result)) $r.sqlStatementResults[0].numberOfRecordsUpdated'
    resolver("Mutation.remove", "DELETE FROM posts WHERE id = :id", variables=key, hints='{":id": "UUID"}', response=updated)
    resolver("Query.raw", "SELECT 1 AS one, null AS nothing", response="$util.toJson($ctx.result)")
    resolver("Query.broken", "SELECT * FROM nowhere")
    resolver("Query.two", "SELECT 1", "SELECT 2", "SELECT 3")
    return api


def config(**changes):
    endpoint = {
        "awsRegion": "us-east-1", "dbClusterIdentifier": CLUSTER, "databaseName": "shop", "awsSecretStoreArn": SECRET,
    }  # fmt: skip
    return {"relationalDatabaseSourceType": "RDS_HTTP_ENDPOINT", "rdsHttpEndpointConfig": {**endpoint, **changes}}


def test_two_statements_write_and_read_a_row(api, postgres):
    postgres.psql("shop", "TRUNCATE posts")
    put = """mutation($id: ID!) { put(id: $id, title: "It's", likes: 3, published: "2024-02-29") {
        id title likes score published is_public } }"""
    expected = {"id": ID, "title": "It's", "likes": 3, "score": None, "published": "2024-02-29", "is_public": True}
    assert api.data(put, {"id": ID})["put"] == expected
    assert api.data("query($id: ID!) { post(id: $id) { title likes } }", {"id": ID})["post"] == {"title": "It's", "likes": 3}
    assert postgres.psql("shop", "SELECT title FROM posts") == "It's"
    assert api.data("mutation($id: ID!) { remove(id: $id) }", {"id": ID})["remove"] == 1


def test_a_list_is_a_list_of_rows(api, postgres):
    postgres.psql("shop", "TRUNCATE posts")
    for title, likes in [("a", 1), ("b", 5), ("c", "null")]:
        postgres.psql("shop", f"INSERT INTO posts (id, title, likes, score) VALUES (gen_random_uuid(), '{title}', {likes}, 1.50)")
    assert api.data("{ posts(likes: 1) { title likes score } }")["posts"] == [
        {"title": "a", "likes": 1, "score": 1.5},
        {"title": "b", "likes": 5, "score": 1.5},
    ]


def test_the_handler_finds_the_answer_of_the_data_api_as_a_text(api):
    raw = json.loads(api.data("{ raw }")["raw"])
    (result,) = raw["sqlStatementResults"]
    assert result["records"] == [[{"longValue": 1}, {"isNull": True}]]
    assert [column["label"] for column in result["columnMetadata"]] == ["one", "nothing"]
    assert result["numberOfRecordsUpdated"] == 0


def test_an_error_of_the_database_is_told(api):
    (error,) = api.errors("{ broken }")
    assert error["errorType"] == "400 Bad Request"
    message = 'ERROR: relation "nowhere" does not exist; Position: 15; SQLState: 42P01'
    assert error["message"] == f"RDSHttp:{json.dumps({'message': message}, separators=(',', ':'))}"
    (error,) = api.errors("{ two }")
    assert error["errorType"] == "MappingTemplate" and "one to 2 statements" in error["message"]


CODE = """
import { util } from '@aws-appsync/utils';
import { %s, sql, createPgStatement, toJsonObject, typeHint } from '@aws-appsync/utils/rds';

export function request(ctx) {
  %s
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  %s
}
"""


def test_code_writes_sql_by_helpers(appsync, postgres):
    postgres.psql("shop", "TRUNCATE posts")
    api = Api(appsync, SCHEMA)
    api.source("shop", "RELATIONAL_DATABASE", relationalDatabaseConfig=config())

    def resolver(field, helper, request, response):
        runtime = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
        api.resolver(field, "shop", code=CODE % (helper, request, response), runtime=runtime)

    written = """const { id, title, likes } = ctx.args;
      return createPgStatement(
        insert({ table: 'posts', values: { id: typeHint.UUID(id), title, likes } }),
        select({ table: 'posts', where: { id: { eq: typeHint.UUID(id) } }, limit: 1 }));"""
    resolver("Mutation.put", "insert, select", written, "return toJsonObject(ctx.result)[1][0];")
    listed = """return createPgStatement(select({ table: 'posts', columns: ['title', 'likes'],
        where: { likes: { ge: ctx.args.likes } }, orderBy: [{ column: 'title', dir: 'DESC' }] }));"""
    resolver("Query.posts", "select", listed, "return toJsonObject(ctx.result)[0];")
    found = "return createPgStatement(sql`SELECT * FROM posts WHERE id = ${typeHint.UUID(ctx.args.id)}`);"
    resolver("Query.post", "select", found, "return toJsonObject(ctx.result)[0][0];")
    resolver("Query.broken", "select", "return createPgStatement(select({ table: 'nowhere' }));", "return ctx.result;")

    put = "mutation($id: ID!, $title: String!, $likes: Int) { put(id: $id, title: $title, likes: $likes) { id title likes } }"
    other = ID.replace("a0", "b0")
    assert api.data(put, {"id": ID, "title": "It's", "likes": 3})["put"] == {"id": ID, "title": "It's", "likes": 3}
    assert api.data(put, {"id": other, "title": "Other", "likes": 4})["put"]["id"] == other
    assert api.data("{ posts(likes: 3) { title } }")["posts"] == [{"title": "Other"}, {"title": "It's"}]
    assert api.data("query($id: ID!) { post(id: $id) { title is_public } }", {"id": ID})["post"] == {"title": "It's", "is_public": True}
    (error,) = api.errors("{ broken }")
    assert 'relation \\"nowhere\\" does not exist' in error["message"]


MUSIC = """
CREATE SCHEMA music;
CREATE TABLE music.artist (artist_id int PRIMARY KEY, name text);
CREATE TABLE music.album (album_id int PRIMARY KEY, title text, artist_id int);
CREATE TABLE music.track (track_id int PRIMARY KEY, album_id int, genre_id int);
INSERT INTO music.artist VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');
INSERT INTO music.album VALUES (10, 'Mixed', 1), (20, 'Plain', 2);
INSERT INTO music.track VALUES (100, 10, 1), (101, 10, 2), (102, 10, 2), (200, 20, 1);
"""
# From AWS's samples (aws-appsync-resolver-samples, samples/rds).
MIXED = """select({
  from: { sub: select({
    from: 'music.album',
    columns: ['album_id', 'title', 'artist_id', { tracks: agg.count('track_id') }, { genres: agg.countDistinct('genre_id') }],
    join: [{ from: 'music.track', using: ['album_id'] }],
    groupBy: [1],
    having: { genre_id: { countDistinct: { gt: 1 } } },
    orderBy: [{ column: 'genres', dir: 'desc' }],
  }) },
  columns: ['title', 'name', 'tracks'],
  join: [{ from: 'music.artist', using: ['artist_id'] }],
})"""
WITHOUT = """select({
  from: { ar: 'music.artist' },
  columns: ['ar.name'],
  leftJoin: [{ from: { al: 'music.album' }, on: sql`al.artist_id = ar.artist_id` }],
  where: { not: [{ 'al.album_id': { attributeExists: true } }, { 'ar.artist_id': { gt: 0 } }] },
})"""


def test_code_joins_groups_and_nests_selections(appsync, postgres):
    postgres.psql("shop", MUSIC)
    api = Api(appsync, "type Query { mixed: [AWSJSON] without: [AWSJSON] }")
    api.source("shop", "RELATIONAL_DATABASE", relationalDatabaseConfig=config())
    runtime = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
    for field, statement in (("mixed", MIXED), ("without", WITHOUT)):
        code = CODE % ("agg, select", f"return createPgStatement({statement});", "return toJsonObject(ctx.result)[0];")
        api.resolver(f"Query.{field}", "shop", code=code, runtime=runtime)
    told = {field: [json.loads(row) for row in rows] for field, rows in api.data("{ mixed without }").items()}
    assert told == {"mixed": [{"title": "Mixed", "name": "Ann", "tracks": 3}], "without": [{"name": "Cid"}]}


def test_the_tables_of_a_database_are_models(appsync):
    where = {"resourceArn": CLUSTER, "secretArn": SECRET, "databaseName": "shop"}
    started = appsync.start_data_source_introspection(rdsDataApiConfig=where)
    assert started["introspectionStatus"] == "PROCESSING"
    found = appsync.get_data_source_introspection(introspectionId=started["introspectionId"], includeModelsSDL=True)
    assert found["introspectionStatus"] == "SUCCESS"
    models = {model["name"]: model for model in found["introspectionResult"]["models"]}
    assert list(models) == ["notes", "posts", "todos"]
    # The example of AWS's documentation, whose fields stand in another order.
    moment = {"kind": "Scalar", "name": "AWSDateTime"}
    assert models["todos"] == {
        "name": "todos",
        "fields": [
            {"name": "id", "type": {"kind": "NonNull", "type": {"kind": "Scalar", "name": "Int"}}, "length": 0},
            {"name": "description", "type": {"kind": "Scalar", "name": "String"}, "length": 0},
            {"name": "due", "type": moment, "length": 0},
            {"name": "createdAt", "type": moment, "length": 0},
        ],
        "primaryKey": {"name": "PRIMARY_KEY", "fields": ["id"]},
        "indexes": [],
        "sdl": "type todos\n{\nid: Int!\n\ndescription: String\n\ndue: AWSDateTime\n\ncreatedAt: AWSDateTime\n}\n",
    }
    notes = models["notes"]
    assert notes["primaryKey"]["fields"] == ["author", "number"]
    assert notes["indexes"] == [{"name": "notes_by_feeling", "fields": ["feels", "author"]}]
    fields = {field["name"]: field for field in notes["fields"]}
    assert fields["author"]["length"] == 20
    assert fields["feels"]["type"] == {"kind": "Enum", "name": "mood", "values": ["sad", "glad"]}
    assert fields["tags"]["type"] == {"kind": "List", "type": {"kind": "Scalar", "name": "String"}}
    assert fields["body"]["type"] == {"kind": "Scalar", "name": "AWSJSON"}

    page = appsync.get_data_source_introspection(introspectionId=started["introspectionId"], maxResults=2)["introspectionResult"]
    assert [model["name"] for model in page["models"]] == ["notes", "posts"] and "sdl" not in page["models"][0]
    rest = appsync.get_data_source_introspection(
        introspectionId=started["introspectionId"], maxResults=2, nextToken=page["nextToken"]
    )["introspectionResult"]
    assert [model["name"] for model in rest["models"]] == ["todos"] and "nextToken" not in rest


def test_what_cannot_be_introspected_says_why(appsync):
    where = {"resourceArn": CLUSTER, "secretArn": SECRET, "databaseName": "nothing"}
    started = appsync.start_data_source_introspection(rdsDataApiConfig=where)
    found = appsync.get_data_source_introspection(introspectionId=started["introspectionId"])
    assert found["introspectionStatus"] == "FAILED"
    assert found["introspectionStatusDetail"] == 'ERROR: database "nothing" does not exist; SQLState: 3D000'
    with pytest.raises(ClientError) as error:
        appsync.get_data_source_introspection(introspectionId="nobody")
    assert error.value.response["Error"]["Code"] == "NotFoundException"
