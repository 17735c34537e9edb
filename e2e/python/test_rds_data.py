"""The RDS Data API by boto3 and the AWS CLI, over a PostgreSQL of the tests' own."""

import json
import os
import subprocess
import threading

import pytest
from botocore.exceptions import ClientError

from enforced import allow, of, serving
from freehold import ACCOUNT, REGION, Server, wait_until
from postgres import CLUSTER, SECRET, Postgres

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE books (
  id serial PRIMARY KEY, title varchar(40) NOT NULL, price numeric(8, 2), pages int, published date,
  added timestamp DEFAULT '2024-02-29 13:30:00.25', tags text[], body jsonb, cover bytea, key uuid, feels mood
);
"""


@pytest.fixture(scope="module")
def postgres():
    postgres = Postgres()
    postgres.psql("shop", SCHEMA)
    yield postgres
    postgres.close()


@pytest.fixture(scope="module")
def shop(postgres, tmp_path_factory):
    server = Server(config=postgres.config(tmp_path_factory.mktemp("config")))
    yield server
    server.close()


@pytest.fixture
def client(shop):
    return shop.client("rds-data")


@pytest.fixture
def execute(client, postgres):
    """Runs a statement with parameters by name."""
    postgres.psql("shop", "TRUNCATE books RESTART IDENTITY")

    def execute(sql, parameters=(), **more):
        more = {"resourceArn": CLUSTER, "secretArn": SECRET, **more}
        return client.execute_statement(sql=sql, parameters=list(parameters), **more)

    return execute


def parameter(name, hint=None, **value):
    return {"name": name, "value": value, **({"typeHint": hint} if hint else {})}


def refusal(call, *arguments, **more):
    with pytest.raises(ClientError) as error:
        call(*arguments, **more)
    response = error.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def one(answer):
    ((field,),) = answer["records"]
    return field


def test_a_row_is_written_and_read(execute):
    written = execute(
        "INSERT INTO books (title, price, pages, published, key, body, cover, feels)"
        " VALUES (:title, :price, :pages, :published, :key, :body, :cover, :feels::mood)",
        [
            parameter("title", stringValue="It's :title"),
            parameter("price", "DECIMAL", stringValue="12.50"),
            parameter("pages", longValue=300),
            parameter("published", "DATE", stringValue="2024-02-29"),
            parameter("key", "UUID", stringValue="a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            parameter("body", "JSON", stringValue='{"a": 1}'),
            parameter("cover", blobValue=b"\x00\x01"),
            parameter("feels", stringValue="glad"),
        ],
    )
    assert (written["numberOfRecordsUpdated"], written["generatedFields"]) == (1, [])
    assert "records" not in written
    read = execute("SELECT * FROM books WHERE id = :id", [parameter("id", longValue=1)])
    assert read["numberOfRecordsUpdated"] == 0 and "columnMetadata" not in read
    assert read["records"] == [
        [
            {"longValue": 1},
            {"stringValue": "It's :title"},
            {"stringValue": "12.50"},
            {"longValue": 300},
            {"stringValue": "2024-02-29"},
            {"stringValue": "2024-02-29 13:30:00.25"},
            {"isNull": True},
            {"stringValue": '{"a": 1}'},
            {"blobValue": b"\x00\x01"},
            {"stringValue": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
            {"stringValue": "glad"},
        ]
    ]


@pytest.mark.parametrize(
    "expression, field",
    [
        ("true", {"booleanValue": True}),
        ("1.5::float4", {"doubleValue": 1.5}),
        ("1.1::float4", {"doubleValue": 1.1}),
        ("'NaN'::float8 = 'NaN'", {"booleanValue": True}),
        ("9223372036854775807", {"longValue": 9223372036854775807}),
        ("'-0.0001'::numeric", {"stringValue": "-0.0001"}),
        ("'12:30'::time", {"stringValue": "12:30:00"}),
        ("'2020-01-01 12:00+02'::timestamptz", {"stringValue": "2020-01-01 10:00:00"}),
        ("'0044-03-15 BC'::date", {"stringValue": "0044-03-15 BC"}),
        ("'infinity'::timestamp", {"stringValue": "infinity"}),
        ("'10.0.0.0/8'::cidr", {"stringValue": "10.0.0.0/8"}),
        ("array[1, null, 3]", {"arrayValue": {"longValues": [1, None, 3]}}),
        ("array['a', 'b']", {"arrayValue": {"stringValues": ["a", "b"]}}),
        ("array[0.5]::float8[]", {"arrayValue": {"doubleValues": [0.5]}}),
        ("array[true]", {"arrayValue": {"booleanValues": [True]}}),
        ("array['glad']::mood[]", {"arrayValue": {"stringValues": ["glad"]}}),
        ("'{}'::text[]", {"arrayValue": {"stringValues": []}}),
        ("pg_notify('a', 'b')", {"stringValue": ""}),
    ],
)
def test_each_type_has_its_field(execute, expression, field):
    assert one(execute(f"SELECT {expression}")) == field


def test_what_cannot_be_returned_is_refused(execute):
    for expression, message in [
        ("interval '1 day'", "The result contains the unsupported data type interval."),
        ("array[[1, 2], [3, 4]]", "The result contains a multidimensional array."),
    ]:
        assert refusal(execute, f"SELECT {expression}") == (400, "UnsupportedResultException", message)
    message = "Database returned more than the allowed response size limit"
    too_much = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
    assert refusal(execute, too_much) == (400, "DatabaseErrorException", message)
    assert one(execute("SELECT 1")) == {"longValue": 1}


def test_options_choose_the_form_of_numbers(execute):
    options = {"decimalReturnType": "DOUBLE_OR_LONG", "longReturnType": "STRING"}
    answer = execute("SELECT 1.50::numeric, 2::numeric, 3", resultSetOptions=options)
    assert answer["records"] == [[{"doubleValue": 1.5}, {"longValue": 2}, {"stringValue": "3"}]]


def test_records_come_as_json_on_request(execute):
    sql = "SELECT 1 AS one, 'x' AS text, null AS nothing, 1.5::numeric AS decimal, array[1, 2] AS list, true AS yes"
    answer = execute(sql, formatRecordsAs="JSON", includeResultMetadata=True)
    assert "records" not in answer and "columnMetadata" not in answer
    expected = [{"one": 1, "text": "x", "nothing": None, "decimal": "1.5", "list": [1, 2], "yes": True}]
    assert json.loads(answer["formattedRecords"]) == expected


def test_columns_are_described_on_request(execute):
    answer = execute("SELECT id, title AS name, price, 1 + 1 AS sum, tags FROM books", includeResultMetadata=True)
    columns = {column["label"]: column for column in answer["columnMetadata"]}
    assert list(columns) == ["id", "name", "price", "sum", "tags"]
    assert columns["id"] == {
        "name": "id", "type": 4, "typeName": "serial", "label": "id", "schemaName": "", "tableName": "books",
        "isAutoIncrement": True, "isSigned": True, "isCurrency": False, "isCaseSensitive": False, "nullable": 0,
        "precision": 10, "scale": 0, "arrayBaseColumnType": 0,
    }  # fmt: skip
    assert (columns["name"]["typeName"], columns["name"]["precision"], columns["name"]["nullable"]) == ("varchar", 40, 0)
    assert (columns["price"]["precision"], columns["price"]["scale"], columns["price"]["nullable"]) == (8, 2, 1)
    assert (columns["sum"]["tableName"], columns["sum"]["nullable"]) == ("", 2)
    assert (columns["tags"]["type"], columns["tags"]["arrayBaseColumnType"]) == (2003, 12)


def test_errors_of_the_database_have_awss_form(execute):
    for sql, parameters, message in [
        ("SELECT * FROM nowhere", [], 'ERROR: relation "nowhere" does not exist; Position: 15; SQLState: 42P01'),
        (
            "SELECT * FROM books WHERE key = :key",
            [parameter("key", stringValue="a")],
            "ERROR: operator does not exist: uuid = text; Hint: No operator matches the given name and argument types."
            " You might need to add explicit type casts.; Position: 31; SQLState: 42883",
        ),
        (
            "INSERT INTO books (id, title) VALUES (:id, 'a'), (:id, 'b')",
            [parameter("id", longValue=7)],
            'ERROR: duplicate key value violates unique constraint "books_pkey"; SQLState: 23505',
        ),
    ]:
        assert refusal(execute, sql, parameters) == (400, "DatabaseErrorException", message)
    message = 'ERROR: database "nothing" does not exist; SQLState: 3D000'
    assert refusal(execute, "SELECT 1", database="nothing") == (400, "DatabaseErrorException", message)


def test_requests_that_make_no_sense_are_refused(execute, client):
    several = (400, "ValidationException", "Multistatements aren't supported.")
    assert refusal(execute, "SELECT 1; SELECT 2") == several
    missing = (400, "BadRequestException", "Cannot find parameter: a")
    assert refusal(execute, "SELECT :a") == missing
    arrays = (400, "BadRequestException", "Array parameters are not supported.")
    assert refusal(execute, "SELECT :a", [parameter("a", arrayValue={"longValues": [1]})]) == arrays
    nowhere = CLUSTER.replace("shop", "nowhere")
    not_enabled = f"HttpEndpoint is not enabled for resource {nowhere}"
    assert refusal(execute, "SELECT 1", resourceArn=nowhere) == (400, "HttpEndpointNotEnabledException", not_enabled)
    no_secret = (400, "SecretsErrorException", "Secrets Manager can't find the specified secret.")
    assert refusal(execute, "SELECT 1", secretArn=SECRET.replace("shop", "x")) == no_secret
    deprecated = "ExecuteSql API is deprecated, please use ExecuteStatement API."
    old = dict(dbClusterOrInstanceArn=CLUSTER, awsSecretStoreArn=SECRET, sqlStatements="SELECT 1")
    assert refusal(client.execute_sql, **old) == (400, "BadRequestException", deprecated)


def test_nulls_take_the_type_that_they_need(execute):
    nulls = [parameter("pages", isNull=True), parameter("key", "UUID", isNull=True), parameter("title", stringValue="a")]
    execute("INSERT INTO books (title, pages, key) VALUES (:title, :pages, :key)", nulls)
    assert execute("SELECT pages, key FROM books")["records"] == [[{"isNull": True}, {"isNull": True}]]


def test_a_batch_is_written_as_a_whole(execute, client):
    def batch(*titles):
        sets = [[parameter("title", stringValue=title)] for title in titles]
        sql = "INSERT INTO books (title) VALUES (:title)"
        return client.batch_execute_statement(resourceArn=CLUSTER, secretArn=SECRET, sql=sql, parameterSets=sets)

    assert batch("a", "b")["updateResults"] == [{"generatedFields": []}, {"generatedFields": []}]
    assert refusal(batch, "c", "x" * 41)[1] == "DatabaseErrorException"
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 2}


def test_a_transaction_is_seen_by_others_when_it_is_committed(execute, client):
    where = {"resourceArn": CLUSTER, "secretArn": SECRET}
    first = client.begin_transaction(**where)["transactionId"]
    execute("INSERT INTO books (title) VALUES ('a')", transactionId=first)
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 0}
    assert one(execute("SELECT count(*) FROM books", transactionId=first)) == {"longValue": 1}
    assert client.commit_transaction(**where, transactionId=first)["transactionStatus"] == "Transaction Committed"
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 1}

    second = client.begin_transaction(**where)["transactionId"]
    execute("DELETE FROM books", transactionId=second)
    assert client.rollback_transaction(**where, transactionId=second)["transactionStatus"] == "Rollback Complete"
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 1}
    gone = (404, "TransactionNotFoundException", f"Transaction {second} is not found")
    assert refusal(execute, "SELECT 1", transactionId=second) == gone
    assert refusal(client.commit_transaction, **where, transactionId=second) == gone


def test_a_failed_transaction_is_not_committed(execute, client):
    where = {"resourceArn": CLUSTER, "secretArn": SECRET}
    transaction = client.begin_transaction(**where)["transactionId"]
    execute("INSERT INTO books (title) VALUES ('a')", transactionId=transaction)
    refusal(execute, "SELECT nonsense", transactionId=transaction)
    status, code, message = refusal(client.commit_transaction, **where, transactionId=transaction)
    assert (status, code) == (400, "DatabaseErrorException") and "25P02" in message
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 0}


def test_a_transaction_runs_one_statement_at_a_time(execute, client, postgres):
    where = {"resourceArn": CLUSTER, "secretArn": SECRET}
    transaction = client.begin_transaction(**where)["transactionId"]
    slow = threading.Thread(target=execute, args=["SELECT pg_sleep(1.5)"], kwargs={"transactionId": transaction})
    slow.start()
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
    wait_until(lambda: postgres.psql("shop", sleeping) == "1")
    busy = (400, "DatabaseErrorException", "Transaction is still running a query")
    assert refusal(execute, "SELECT 1", transactionId=transaction) == busy
    slow.join()
    assert one(execute("SELECT 1", transactionId=transaction)) == {"longValue": 1}
    client.rollback_transaction(**where, transactionId=transaction)


def test_what_a_statement_sets_is_not_seen_by_the_next(execute):
    execute("SET search_path TO nowhere")
    execute("CREATE TEMP TABLE mine (id int)")
    execute("BEGIN")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(one(execute("SHOW search_path")))) for _ in range(5)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert answers == [{"stringValue": '"$user", public'}] * 5
    assert refusal(execute, "SELECT * FROM mine")[1] == "DatabaseErrorException"


def test_a_copy_has_no_data_and_takes_no_connection_along(execute):
    for _ in range(25):
        status, code, _ = refusal(execute, "COPY books (title) FROM STDIN")
        assert (status, code) == (400, "DatabaseErrorException")
    assert refusal(execute, "COPY books (title) TO STDOUT")[1] == "DatabaseErrorException"
    assert one(execute("SELECT count(*) FROM books")) == {"longValue": 0}


def test_many_clients_share_few_connections(execute, postgres):
    answers = []
    ask = lambda number: answers.append(one(execute("SELECT :n + 0 FROM pg_sleep(0.05)", [parameter("n", longValue=number)])))
    threads = [threading.Thread(target=ask, args=[number]) for number in range(60)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answer["longValue"] for answer in answers) == list(range(60))
    connections = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'freehold'"
    assert int(postgres.psql("shop", connections)) <= 21


def test_the_command_line_speaks_it_too(shop, postgres):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": REGION}
    command = ["aws", "rds-data", "execute-statement", "--endpoint-url", shop.url, "--resource-arn", CLUSTER]
    command += ["--secret-arn", SECRET, "--sql", "SELECT :a::int + 1 AS sum", "--include-result-metadata"]
    command += ["--parameters", '[{"name": "a", "value": {"longValue": 41}}]']
    answer = json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert answer["records"] == [[{"longValue": 42}]]
    assert answer["columnMetadata"][0]["label"] == "sum"


def test_a_workflow_asks_the_database(shop, execute):
    execute("INSERT INTO books (title) VALUES ('a'), ('b')")
    states = shop.client()
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:rdsdata:executeStatement",
        "Parameters": {
            "ResourceArn": CLUSTER,
            "SecretArn": SECRET,
            "Sql": "SELECT title FROM books WHERE id = :id",
            "Parameters": [{"Name": "id", "Value": {"LongValue.$": "$.id"}}],
        },
    }

    def run(**changes):
        definition = {"StartAt": "Ask", "States": {"Ask": {**task, "Parameters": {**task["Parameters"], **changes}, "End": True}}}
        machine = states.create_state_machine(
            name=f"ask-{len(changes)}", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{ACCOUNT}:role/r", type="EXPRESS"
        )["stateMachineArn"]
        return states.start_sync_execution(stateMachineArn=machine, input='{"id": 2}')

    assert json.loads(run()["output"])["Records"] == [[{"StringValue": "b"}]]
    failed = run(Sql="SELECT nonsense WHERE :id = 1")
    assert failed["error"] == "RdsData.DatabaseErrorException"
    assert 'ERROR: column "nonsense" does not exist; Position: 8; SQLState: 42703' in failed["cause"]


def test_a_database_that_goes_away_is_told_and_found_again(tmp_path):
    postgres = Postgres()
    server = Server(config=postgres.config(tmp_path))
    try:
        client = server.client("rds-data")
        where = {"resourceArn": CLUSTER, "secretArn": SECRET}
        execute = lambda sql, **more: client.execute_statement(sql=sql, **where, **more)
        transaction = client.begin_transaction(**where)["transactionId"]
        outcome = []
        slow = threading.Thread(target=lambda: outcome.append(refusal(execute, "SELECT pg_sleep(60)")))
        slow.start()
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
        wait_until(lambda: postgres.psql("shop", sleeping) == "1")
        postgres.stop()
        slow.join(timeout=10)
        assert outcome == [(400, "DatabaseErrorException", "The connection to the database was lost.")]
        status, code, _ = refusal(execute, "SELECT 1")
        assert (status, code) == (504, "DatabaseUnavailableException")
        assert refusal(execute, "SELECT 1", transactionId=transaction)[1] in ("DatabaseErrorException", "TransactionNotFoundException")
        postgres.start()
        assert one(execute("SELECT 1")) == {"longValue": 1}
        assert refusal(execute, "SELECT 1", transactionId=transaction)[1] == "TransactionNotFoundException"
    finally:
        server.close()
        postgres.close()


def test_an_encrypted_connection_checks_the_certificate_of_the_server(tmp_path):
    postgres = Postgres(encrypted=True)
    servers = []
    try:
        trusted = lambda name: f'trusted_roots = "{postgres.folder.name}/{name}"\n'
        server = Server(config=postgres.config(tmp_path, trusted("ca.pem")))
        servers.append(server)
        ask = dict(resourceArn=CLUSTER, secretArn=SECRET, sql="SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        assert one(server.client("rds-data").execute_statement(**ask)) == {"booleanValue": True}
        other = Server(config=postgres.config(tmp_path, trusted("server.pem")))
        servers.append(other)
        status, code, message = refusal(other.client("rds-data").execute_statement, **ask)
        assert (status, code) == (504, "DatabaseUnavailableException") and "certificate" in message
    finally:
        [server.close() for server in servers]
        postgres.close()


def test_secrets_are_for_those_who_may_read_them(postgres, tmp_path):
    server = serving(config=postgres.config(tmp_path))
    try:
        iam = of(server, "iam", server.root)
        iam.create_user(UserName="alice")
        alice = iam.create_access_key(UserName="alice")["AccessKey"]
        data = of(server, "rds-data", alice)
        ask = dict(resourceArn=CLUSTER, secretArn=SECRET, sql="SELECT 1")
        for action, resource in [("rds-data:ExecuteStatement", CLUSTER), ("secretsmanager:GetSecretValue", SECRET)]:
            status, code, message = refusal(data.execute_statement, **ask)
            assert (status, code) == (403, "AccessDeniedException")
            assert f"is not authorized to perform: {action} on resource: {resource}" in message
            iam.put_user_policy(UserName="alice", PolicyName=action.replace(":", "-"), PolicyDocument=allow(action, resource))
        assert one(data.execute_statement(**ask)) == {"longValue": 1}
    finally:
        server.close()
