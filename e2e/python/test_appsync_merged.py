"""Merged APIs of AppSync: what sources give, when it is taken over, and what happens when they contradict each other."""

import re

import pytest

from enforced import allow, of, trust
from freehold import ACCOUNT, REGION, ROLE, wait_until
from test_appsync import Api, create_schema, post

FAILED = "MERGE_FAILED"


@pytest.fixture
def appsync(server):
    return server.client("appsync")


class Merged:
    def __init__(self, appsync, role=ROLE):
        self.appsync = appsync
        created = appsync.create_graphql_api(
            name="all", authenticationType="API_KEY", apiType="MERGED", mergedApiExecutionRoleArn=role
        )["graphqlApi"]
        self.id, self.url = created["apiId"], created["uris"]["GRAPHQL"]
        self.key = appsync.create_api_key(apiId=self.id)["apiKey"]["id"]

    def join(self, source, kind="MANUAL_MERGE"):
        associated = self.appsync.associate_source_graphql_api(
            mergedApiIdentifier=self.id, sourceApiIdentifier=source.id, sourceApiAssociationConfig={"mergeType": kind}
        )["sourceApiAssociation"]
        return associated["associationId"]

    def merge(self, association):
        started = self.appsync.start_schema_merge(mergedApiIdentifier=self.id, associationId=association)
        assert started["sourceApiAssociationStatus"] == "MERGE_SCHEDULED"

    def found(self, association):
        found = self.appsync.get_source_api_association(mergedApiIdentifier=self.id, associationId=association)
        return found["sourceApiAssociation"]

    def status(self, association):
        return self.found(association)["sourceApiAssociationStatus"]

    def ask(self, query):
        _, body, _ = post(self.url, {"query": query}, {"x-api-key": self.key})
        return body

    def data(self, query):
        body = self.ask(query)
        assert "errors" not in body, body
        return body["data"]


def change(api, schema):
    assert create_schema(api.appsync, api.id, schema)["status"] == "SUCCESS"


def test_types_of_one_name_are_joined_and_sources_keep_their_code(server, appsync):
    posts = Api(appsync, """type Post { id: ID! title: String author: Author } type Author { id: ID! posts: [Post] }
                            type Query { post(id: ID!): Post }""")
    authors = Api(appsync, "type Author { id: ID! name: String } type Query { author(id: ID!): Author } enum Kind { A }")
    posts.local("Query.post", '{"id": "$ctx.args.id", "title": "A post", "author": {"id": "7"}}')
    posts.local("Author.posts", '[{"id": "1", "title": "of $ctx.source.id"}]')
    # Both have a data source of one name, and a function of a pipeline.
    none = authors.source("none", "NONE")["name"]
    template = '{"version": "2018-05-29", "payload": {"id": "$ctx.args.id", "name": "Ann"}}'
    function = appsync.create_function(
        apiId=authors.id, name="who", dataSourceName=none, functionVersion="2018-05-29",
        requestMappingTemplate=template, responseMappingTemplate="$util.toJson($ctx.result)",
    )["functionConfiguration"]["functionId"]  # fmt: skip
    appsync.create_resolver(
        apiId=authors.id, typeName="Query", fieldName="author", kind="PIPELINE", pipelineConfig={"functions": [function]},
        requestMappingTemplate="{}", responseMappingTemplate="$util.toJson($ctx.result)",
    )  # fmt: skip
    merged = Merged(appsync)
    associations = [merged.join(posts), merged.join(authors)]
    assert [merged.status(association) for association in associations] == ["MERGE_SUCCESS"] * 2
    assert merged.data('{ author(id: "7") { name posts { title } } post(id: "1") { author { id } } }') == {
        "author": {"name": "Ann", "posts": [{"title": "of 7"}]}, "post": {"author": {"id": "7"}},
    }  # fmt: skip
    types = appsync.list_types_by_association(mergedApiIdentifier=merged.id, associationId=associations[1], format="SDL")["types"]
    assert [type["name"] for type in types] == ["Author", "Kind", "Query"]
    listed = appsync.list_source_api_associations(apiId=merged.id)["sourceApiAssociationSummaries"]
    assert sorted(it["associationId"] for it in listed) == sorted(associations)
    server.kill()
    server.start()
    merged.url = re.sub(r"http://[^/]*", server.url, merged.url)
    assert merged.data('{ author(id: "7") { name } }')["author"] == {"name": "Ann"}


def test_directives_decide_what_wins_what_is_hidden_and_what_is_renamed(appsync):
    one = Api(appsync, """type User @canonical { id: ID! name: String } type Query { user: User shared: String secret: String @hidden }
                          type Internal @hidden { x: String }""")
    one.local("Query.user", '{"id": "1", "name": "Ann"}')
    one.local("Query.shared", '"from one"')
    two = Api(appsync, """type User { id: Int! age: Int } type Post @renamed(to: "Article") { id: ID! }
                          type Query { shared: String @canonical posts: [Post] @renamed(to: "articles") }""")
    two.local("Query.shared", '"from two"')
    two.local("Query.posts", '[{"id": "p"}]')
    merged = Merged(appsync)
    for source in (one, two):
        assert merged.status(merged.join(source)) == "MERGE_SUCCESS"
    assert merged.data("{ user { name } shared articles { __typename id } }") == {
        "user": {"name": "Ann"}, "shared": "from two", "articles": [{"__typename": "Article", "id": "p"}],
    }  # fmt: skip
    for hidden in ["{ secret }", "{ posts { id } }", "{ user { age } }"]:
        assert "FieldUndefined" in merged.ask(hidden)["errors"][0]["message"]
    sdl = appsync.get_introspection_schema(apiId=merged.id, format="SDL")["schema"].read().decode()
    assert not re.search("Internal|canonical|hidden|renamed", sdl)


def test_a_contradiction_fails_the_merge_and_changes_nothing(appsync):
    one, two = Api(appsync, "type Query { a: String }"), Api(appsync, "type Query { b: String }")
    one.local("Query.a", '"a"')
    merged = Merged(appsync)
    first, second = merged.join(one), merged.join(two)
    at = merged.found(second)["lastSuccessfulMergeDate"]
    change(two, "type Query { a: Int b: String }")
    merged.merge(second)
    failed = merged.found(second)
    assert failed["sourceApiAssociationStatus"] == FAILED and failed["lastSuccessfulMergeDate"] == at
    detail = failed["sourceApiAssociationStatusDetail"]
    assert "Query.a" in detail and "'String'" in detail and "'Int'" in detail
    assert merged.data("{ a }") == {"a": "a"}
    change(two, "type Query { c: String }")
    merged.merge(second)
    assert merged.status(second) == "MERGE_SUCCESS" and merged.status(first) == "MERGE_SUCCESS"
    assert "sourceApiAssociationStatusDetail" not in merged.found(second)
    assert merged.data("{ a c }") == {"a": "a", "c": None}


def test_a_manual_source_is_as_it_was_when_it_was_merged(appsync):
    manual, other = Api(appsync, "type Query { a: String }"), Api(appsync, "type Query { b: String }")
    manual.local("Query.a", '"first"')
    merged = Merged(appsync)
    association, another = merged.join(manual), merged.join(other)
    manual.appsync.update_resolver(
        apiId=manual.id, typeName="Query", fieldName="a", dataSourceName="none",
        requestMappingTemplate='{"version": "2018-05-29", "payload": "second"}', responseMappingTemplate="$util.toJson($ctx.result)",
    )  # fmt: skip
    change(manual, "type Query { a: String more: String }")
    merged.merge(another)
    assert merged.data("{ a }") == {"a": "first"}
    assert "errors" in merged.ask("{ more }")
    merged.merge(association)
    assert merged.data("{ a more }") == {"a": "second", "more": None}


def test_an_automatic_source_is_taken_over_as_it_changes(appsync):
    source = Api(appsync, "type Query { a: String }")
    merged = Merged(appsync)
    association = merged.join(source, "AUTO_MERGE")
    source.local("Query.a", '"now"')
    assert merged.data("{ a }") == {"a": "now"}, "a resolver is a change"
    change(source, "type Query { a: String b: String }")
    wait_until(lambda: "errors" not in merged.ask("{ b }"))
    source.local("Query.b", '"too"')
    assert merged.data("{ b }") == {"b": "too"}
    appsync.delete_resolver(apiId=source.id, typeName="Query", fieldName="a")
    assert merged.data("{ a b }") == {"a": None, "b": "too"}
    config = {"mergeType": "MANUAL_MERGE"}
    appsync.update_source_api_association(mergedApiIdentifier=merged.id, associationId=association, sourceApiAssociationConfig=config)
    appsync.delete_resolver(apiId=source.id, typeName="Query", fieldName="b")
    assert merged.data("{ b }") == {"b": "too"}


def test_a_source_that_leaves_takes_its_fields_along(appsync):
    one, two = Api(appsync, "type Query { a: String }"), Api(appsync, "type Query { b: String }")
    merged = Merged(appsync)
    merged.join(one)
    association = merged.join(two)
    gone = appsync.disassociate_source_graphql_api(mergedApiIdentifier=merged.id, associationId=association)
    assert gone["sourceApiAssociationStatus"].startswith("DELETION_")
    assert merged.data("{ a }") == {"a": None}
    assert "FieldUndefined" in merged.ask("{ b }")["errors"][0]["message"]


def test_the_role_of_a_merged_api_must_be_let_in_by_its_sources(serve):
    iam, appsync = of(serve, "iam", serve.root), of(serve, "appsync", serve.root)
    role = iam.create_role(RoleName="merge", AssumeRolePolicyDocument=trust(Service="appsync.amazonaws.com"))["Role"]["Arn"]
    source = Api(appsync, "type Query { a: String plain: String }")
    source.local("Query.a", '"a"')
    merged = Merged(appsync, role)
    association = merged.join(source, "AUTO_MERGE")
    (error,) = merged.ask("{ a }")["errors"]
    assert error["errorType"] == "Unauthorized"
    source.local("Query.plain", '"plain"')
    assert merged.status(association) == "AUTO_MERGE_SCHEDULE_FAILED"
    arn = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/{source.id}"
    iam.put_role_policy(RoleName="merge", PolicyName="source", PolicyDocument=allow("appsync:SourceGraphQL", f"{arn}/*"))
    assert merged.data("{ a }") == {"a": "a"}
    iam.put_role_policy(RoleName="merge", PolicyName="merge", PolicyDocument=allow("appsync:StartSchemaMerge"))
    appsync.update_data_source(apiId=source.id, name="none", type="NONE", description="changed")
    assert merged.status(association) == "MERGE_SUCCESS"
    assert merged.data("{ plain }") == {"plain": "plain"}
