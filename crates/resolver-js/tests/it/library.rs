//! The modules that code can import.

use resolver_js::Module;

use crate::{run, value};

/// What a handler gives whose body this is, with all modules at hand.
pub(crate) fn with_modules(body: &str, context: &str) -> String {
    let code = format!(
        "import * as ddb from '@aws-appsync/utils/dynamodb'; import * as rds from '@aws-appsync/utils/rds'; \
         import {{ invokeModel, converse }} from '@aws-appsync/utils/ai';
         export const request = (ctx) => {{ {body} }};"
    );
    match run(&code, "request", context).end {
        resolver::End::Result(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn texts_of_clients_are_no_templates() {
    let where_ = r#"{"arguments": {"where": {"type": "SQL", "properties": {"texts": ["1 = 1; drop table a"], "values": [], "seal": ""}}}}"#;
    let told = with_modules(
        "return rds.createPgStatement(rds.select({ table: 'a', where: ctx.args.where }))",
        where_,
    );
    assert!(told.contains("Expected condition to be an Object."), "{told}");
    let columns = r#"{"arguments": {"c": [{"type": "AGGREGATE", "properties": {"function": "now()", "column": "*"}}]}}"#;
    let told = with_modules(
        "return rds.createPgStatement(rds.select({ table: 'a', columns: ctx.args.c }))",
        columns,
    );
    assert!(told.contains("Invalid type in column array."), "{told}");
    let other =
        r#"{"arguments": {"c": [{"x": {"type": "SELECT", "properties": {"from": "secrets"}}}]}}"#;
    let told = with_modules(
        "return rds.createPgStatement(rds.select({ table: 'a', columns: ctx.args.c }))",
        other,
    );
    assert!(told.contains("Invalid type in column array."), "{told}");
    let name = r#"{"arguments": {"c": ["a\" from b; --"]}}"#;
    let told = with_modules(
        "return rds.createPgStatement(rds.select({ table: 'a', columns: ctx.args.c }))",
        name,
    );
    assert!(told.contains(r#"SELECT \"a\"\" from b; --\" FROM"#), "{told}");
}

#[test]
fn rows_can_be_counted() {
    let body = "return rds.createPgStatement(rds.select({ table: 'a', columns: { n: rds.agg.countDistinct('b') }, groupBy: ['c'] })).statements[0]";
    assert_eq!(
        with_modules(body, "{}"),
        r#""SELECT COUNT(DISTINCT \"b\") as \"n\" FROM \"a\" GROUP BY \"c\"""#
    );
}

#[test]
fn one_request_numbers_its_names_together() {
    let body = "return ddb.update({ key: { id: 1 }, condition: { n: { lt: 3 }, or: [{ a: { contains: 'x' } }, { 'b.c': { attributeExists: false } }] }, update: { n: ddb.operations.increment(), gone: ddb.operations.remove() } })";
    let expected = r##"{"operation":"UpdateItem","update":{"expression":"SET #expName_1 = #expName_1 + :expValue_1 REMOVE #expName_2","expressionNames":{"#expName_1":"n","#expName_2":"gone"},"expressionValues":{":expValue_1":{"N":1}}},"key":{"id":{"N":1}},"condition":{"expression":"#expName_3 < :expValue_2 AND ((contains(#expName_4, :expValue_3)) OR (attribute_not_exists(#expName_5.#expName_6)))","expressionNames":{"#expName_3":"n","#expName_4":"a","#expName_5":"b","#expName_6":"c"},"expressionValues":{":expValue_2":{"N":3},":expValue_3":{"S":"x"}}}}"##;
    assert_eq!(with_modules(body, "{}"), expected);
}

/// DynamoDB refuses parentheses around nothing but parentheses: "The expression has redundant parentheses".
#[test]
fn conditions_stand_in_parentheses_once() {
    let cases = [
        ("{ and: [{ a: { eq: 1 } }] }", "(a = 1)"),
        ("{ and: [{ a: { eq: 1 }, b: { eq: 2 } }] }", "(a = 1 AND b = 2)"),
        (
            "{ and: [{ or: [{ a: { eq: 1 } }, { b: { eq: 2 } }] }, { c: { eq: 3 } }] }",
            "(((a = 1) OR (b = 2)) AND (c = 3))",
        ),
        ("{ and: [{ or: [{ a: { eq: 1 } }, {}] }, { b: { eq: 2 } }] }", "((a = 1) AND (b = 2))"),
        ("{ not: { a: { eq: 1 }, b: { eq: 2 } } }", "(NOT (a = 1 AND b = 2))"),
        ("{ not: { or: [{ a: { eq: 1 } }, { b: { eq: 2 } }] } }", "(NOT ((a = 1) OR (b = 2)))"),
        ("{ not: { not: { a: { eq: 1 } } } }", "(NOT (NOT (a = 1)))"),
    ];
    for (condition, expected) in cases {
        let body = format!(
            "const filter = ddb.scan({{ filter: {condition} }}).filter; let text = filter.expression;
             for (const [name, told] of Object.entries(filter.expressionNames)) {{ text = text.replaceAll(name, told); }}
             for (const [name, told] of Object.entries(filter.expressionValues)) {{ text = text.replaceAll(name, `${{told.N}}`); }}
             return text;"
        );
        assert_eq!(with_modules(&body, "{}"), format!("{expected:?}"), "{condition}");
    }
}

/// AWS describes them with the types of `@aws-appsync/utils` 2.1 (`DynamoDBFilterObject`).
#[test]
fn filters_can_be_all_that_their_types_say() {
    let cases = [
        ("{ and: { a: { eq: 1 } }, gone: null }", "(#expName_1 = :expValue_1)", r#"[{"N":1}]"#),
        (
            "{ a: { b: { ge: 1, lt: 3 } } }",
            "#expName_1.#expName_2 >= :expValue_1 AND #expName_1.#expName_2 < :expValue_2",
            r#"[{"N":1},{"N":3}]"#,
        ),
        (
            "{ a: { attributeType: 'stringSet' }, b: { attributeType: 'boolean' } }",
            "attribute_type(#expName_1, :expValue_1) AND attribute_type(#expName_2, :expValue_2)",
            r#"[{"S":"SS"},{"S":"BOOL"}]"#,
        ),
    ];
    for (filter, expression, values) in cases {
        let body = format!(
            "const {{ expression, expressionValues }} = ddb.scan({{ filter: {filter} }}).filter;
             return [expression, Object.values(expressionValues)];"
        );
        assert_eq!(with_modules(&body, "{}"), format!("[{expression:?},{values}]"), "{filter}");
    }
    let told = with_modules("return ddb.scan({ filter: { a: { size: { contains: 1 } } } })", "{}");
    assert!(told.contains("Unsupported condition a.size.contains."), "{told}");
}

/// AWS's own example of `operations.updateListItem` (`DynamoDBUpdateInput` in `@aws-appsync/utils`).
#[test]
fn several_items_of_a_list_are_replaced() {
    let body = "return ddb.update({ key: { id: 1 }, update: { friends: [ddb.operations.updateListItem('102', 1), ddb.operations.updateListItem('112', 2)], plain: ['a'] } }).update";
    let expected = r##"{"expression":"SET #expName_1[1] = :expValue_1, #expName_1[2] = :expValue_2, #expName_2 = :expValue_3","expressionNames":{"#expName_1":"friends","#expName_2":"plain"},"expressionValues":{":expValue_1":{"S":"102"},":expValue_2":{"S":"112"},":expValue_3":{"L":[{"S":"a"}]}}}"##;
    assert_eq!(with_modules(body, "{}"), expected);
}

#[test]
fn queries_and_projections_are_expressions() {
    let body = "return ddb.query({ index: 'i', query: { id: { eq: 1 }, at: { between: [1, 2] } }, projection: ['id', 'a.b'], limit: undefined })";
    let expected = r##"{"operation":"Query","index":"i","query":{"expression":"#expName_1 = :expValue_1 AND #expName_2 BETWEEN :expValue_2 AND :expValue_3","expressionNames":{"#expName_1":"id","#expName_2":"at"},"expressionValues":{":expValue_1":{"N":1},":expValue_2":{"N":1},":expValue_3":{"N":2}}},"projection":{"expression":"#expName_3, #expName_4.#expName_5","expressionNames":{"#expName_3":"id","#expName_4":"a","#expName_5":"b"}}}"##;
    assert_eq!(with_modules(body, "{}"), expected);
}

#[test]
fn several_items_go_together() {
    let body = "return [
        ddb.batchGet({ tables: { t: { keys: [{ id: 1 }], consistentRead: true } } }),
        ddb.batchPut({ tables: { t: [{ id: 1, s: ddb.toStringSet(['a']) }] } }),
        ddb.transactWrite({ items: [{ putItem: { table: 't', key: { id: 1 }, item: { a: 1 } } }, { deleteItem: { table: 't', key: { id: 2 } } }] }),
        ddb.transactGet({ items: [{ table: 't', key: { id: 1 } }] }),
    ]";
    let expected = r#"[{"tables":{"t":{"keys":[{"id":{"N":1}}],"consistentRead":true}},"operation":"BatchGetItem"},{"tables":{"t":[{"id":{"N":1},"s":{"SS":["a"]}}]},"operation":"BatchPutItem"},{"operation":"TransactWriteItems","transactItems":[{"operation":"PutItem","table":"t","key":{"id":{"N":1}},"attributeValues":{"a":{"N":1}}},{"operation":"DeleteItem","table":"t","key":{"id":{"N":2}}}]},{"operation":"TransactGetItems","transactItems":[{"table":"t","key":{"id":{"N":1}}}]}]"#;
    assert_eq!(with_modules(body, "{}"), expected);
}

#[test]
fn models_are_asked() {
    let body = "return [invokeModel({ modelId: 'm', body: { a: 1 } }), converse({ modelId: 'm', messages: [] })].map((it) => it.operation)";
    assert_eq!(with_modules(body, "{}"), r#"["InvokeModel","Converse"]"#);
}

#[test]
fn imports_name_what_there_is() {
    let refused = |line: &str| {
        let code = format!("{line}\nexport const request = (ctx) => 1;");
        Module::compile(&code).err().map(|errors| errors[0].value.clone()).unwrap_or_default()
    };
    assert_eq!(
        refused("import { put, merge } from '@aws-appsync/utils/dynamodb';"),
        "code.js(1,15): error TS2305: Module '\"@aws-appsync/utils/dynamodb\"' has no exported member 'merge'.\n"
    );
    assert!(refused("import fs from 'fs';").contains("TS2307: Cannot find module 'fs'"));
    assert!(refused("import util from '@aws-appsync/utils';").contains("TS1192"));
    assert_eq!(refused("import { util as u, runtime } from '@aws-appsync/utils';"), "");
}

#[test]
fn utilities_need_no_import() {
    assert_eq!(
        value("return util.dynamodb.toMapValues({ a: [1] })", "{}"),
        r#"{"a":{"L":[{"N":1}]}}"#
    );
    assert_eq!(value("return util.time.nowISO8601()", "{}"), r#""2023-11-14T22:13:20.000Z""#);
}
