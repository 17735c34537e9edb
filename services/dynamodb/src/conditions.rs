//! What policies know of a request about items: whose they are, and which attributes it is about.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// A condition key with its values.
type Condition = (&'static str, Vec<String>);

/// Whether conditions know more of that operation than its name and its table.
pub(crate) fn knows(operation: &str) -> bool {
    matches!(
        operation,
        "GetItem"
            | "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "Query"
            | "Scan"
            | "BatchGetItem"
            | "BatchWriteItem"
            | "TransactGetItems"
            | "TransactWriteItems"
    )
}

/// Whether that operation is told in PartiQL, which isn't read for whose items it is about.
pub(crate) fn is_of_statements(operation: &str) -> bool {
    matches!(operation, "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction")
}

/// A table, or an index of it, out of an ARN.
pub(crate) fn table_of(resource_arn: &str) -> Option<(&str, Option<&str>)> {
    let (_, named) = resource_arn.split_once(":table/")?;
    Some(match named.split_once("/index/") {
        Some((table, index)) => (table, Some(index)),
        None => (named, None),
    })
}

/// The attribute that items are put together by, in what DescribeTable says of a table.
pub(crate) fn partition_key(described: &Value, index: Option<&str>) -> Option<String> {
    let table = &described["Table"];
    let of_index = |index: &str| {
        let all = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
        let mut all = all.iter().filter_map(|member| table[*member].as_array()).flatten();
        all.find(|it| it["IndexName"] == index).map(|it| &it["KeySchema"])
    };
    let schema = index.map_or(Some(&table["KeySchema"]), of_index)?;
    let hash = schema.as_array()?.iter().find(|part| part["KeyType"] == "HASH")?;
    hash["AttributeName"].as_str().map(str::to_owned)
}

/// What is known where it can't be told whose the items are: they are nobody's. To say nothing would satisfy
/// `ForAllValues`, and let everybody to them.
pub(crate) fn of_nobody() -> Vec<Condition> {
    vec![("dynamodb:LeadingKeys", vec![String::new()])]
}

/// What a request says of the items of one table.
pub(crate) fn of(
    operation: &str,
    body: &Value,
    table: &str,
    index: Option<&str>,
    partition_key: &str,
) -> Vec<Condition> {
    let parts = parts(operation, body, table);
    let mut leading: BTreeSet<String> = BTreeSet::new();
    let mut attributes: BTreeSet<String> = BTreeSet::new();
    for part in &parts {
        let keys = part["Keys"].as_array().into_iter().flatten();
        for item in [&part["Key"], &part["Item"]].into_iter().chain(keys) {
            leading.extend(text(&item[partition_key]).map(str::to_owned));
            attributes.extend(item.as_object().into_iter().flat_map(Map::keys).cloned());
        }
        if operation == "Query" {
            // What names no partition is refused, whatever a policy says: no key is an empty text.
            leading.insert(asked_partition(part, partition_key).unwrap_or_default().to_owned());
        }
        attributes.extend(named(part));
    }
    let mut conditions = vec![("dynamodb:Attributes", attributes.into_iter().collect())];
    // A Scan is of all partitions: AWS advises against allowing it to whoever may see only some.
    if operation != "Scan" {
        conditions.push(("dynamodb:LeadingKeys", leading.into_iter().collect()));
    }
    if let Some(select) = parts.first().and_then(|part| select(operation, part, index)) {
        conditions.push(("dynamodb:Select", vec![select.to_owned()]));
    }
    for (member, key) in [
        ("ReturnValues", "dynamodb:ReturnValues"),
        ("ReturnConsumedCapacity", "dynamodb:ReturnConsumedCapacity"),
    ] {
        if let Some(value) = body[member].as_str() {
            conditions.push((key, vec![value.to_owned()]));
        }
    }
    conditions
}

/// The parts of a request that are about that table: the whole, or those of a batch or a transaction.
fn parts<'b>(operation: &str, body: &'b Value, table: &str) -> Vec<&'b Value> {
    let is_this = |name: &str| table_of(name).map_or(name, |(table, _)| table) == table;
    match operation {
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            let of_this = tables.filter(|(name, _)| is_this(name)).map(|(_, asked)| asked);
            let each = |asked: &'b Value| match asked.as_array() {
                Some(writes) => {
                    let actions = writes.iter().filter_map(Value::as_object);
                    actions.flat_map(Map::values).collect()
                }
                None => vec![asked],
            };
            of_this.flat_map(each).collect()
        }
        "TransactGetItems" | "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let actions = items.filter_map(Value::as_object).flat_map(Map::values);
            actions.filter(|action| action["TableName"].as_str().is_some_and(is_this)).collect()
        }
        _ => vec![body],
    }
}

/// The text of a key: a number as it is written, bytes as Base64.
fn text(value: &Value) -> Option<&str> {
    ["S", "N", "B"].iter().find_map(|kind| value[*kind].as_str())
}

/// The partition that a Query asks for.
fn asked_partition<'b>(query: &'b Value, partition_key: &str) -> Option<&'b str> {
    let legacy = &query["KeyConditions"][partition_key];
    if legacy["ComparisonOperator"] == "EQ" {
        return text(&legacy["AttributeValueList"][0]);
    }
    let words = words(query["KeyConditionExpression"].as_str()?);
    let words: Vec<&str> = words.into_iter().filter(|word| !matches!(*word, "(" | ")")).collect();
    let mut found = words.windows(3).filter(|window| window[1] == "=").filter_map(|window| {
        let sides = [(window[0], window[2]), (window[2], window[0])];
        sides.into_iter().find(|(name, _)| resolved(query, name) == Some(partition_key))
    });
    found.next().and_then(|(_, value)| text(&query["ExpressionAttributeValues"][value]))
}

/// The names, values and signs of an expression.
fn words(expression: &str) -> Vec<&str> {
    let is_of_name = |letter: char| letter.is_alphanumeric() || "_-#:".contains(letter);
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match is_of_name(first) {
            true => rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
}

/// The attribute that a word of an expression means, if it means one.
fn resolved<'b>(part: &'b Value, word: &'b str) -> Option<&'b str> {
    match word.starts_with('#') {
        true => part["ExpressionAttributeNames"][word].as_str(),
        false => {
            word.starts_with(|first: char| first.is_alphabetic() || first == '_').then_some(word)
        }
    }
}

/// The attributes that a part of a request names beside its keys and items.
fn named(part: &Value) -> BTreeSet<String> {
    let listed = part["AttributesToGet"].as_array().into_iter().flatten();
    let mut names: BTreeSet<String> =
        listed.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    for member in ["AttributeUpdates", "Expected", "KeyConditions", "QueryFilter", "ScanFilter"] {
        names.extend(part[member].as_object().into_iter().flat_map(Map::keys).cloned());
    }
    for member in [
        "ProjectionExpression",
        "UpdateExpression",
        "ConditionExpression",
        "FilterExpression",
        "KeyConditionExpression",
    ] {
        let words = words(part[member].as_str().unwrap_or_default());
        for (index, word) in words.iter().enumerate() {
            let is_inner = index.checked_sub(1).is_some_and(|before| words[before] == ".");
            let is_function = words.get(index + 1) == Some(&"(");
            if !is_inner && !is_function && !is_keyword(word) {
                names.extend(resolved(part, word).map(str::to_owned));
            }
        }
    }
    names
}

/// None of these can be the name of an attribute in an expression: DynamoDB reserves them.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: [&str; 9] =
        ["SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"];
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// `Select` as it is meant where it isn't said. That AWS knows it of other reads than Query and Scan is unsure: who may
/// see only some attributes has to name them.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html#DDB-Query-request-Select>
fn select<'b>(operation: &str, part: &'b Value, index: Option<&str>) -> Option<&'b str> {
    if !matches!(operation, "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems") {
        return None;
    }
    let names_some = ["ProjectionExpression", "AttributesToGet"];
    let names_some = names_some.iter().any(|member| !part[*member].is_null());
    part["Select"].as_str().or(Some(match (names_some, index) {
        (true, _) => "SPECIFIC_ATTRIBUTES",
        (false, None) => "ALL_ATTRIBUTES",
        (false, Some(_)) => "ALL_PROJECTED_ATTRIBUTES",
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(operation: &str, body: &Value, key: &str) -> Vec<String> {
        let conditions = of(operation, body, "t", None, "user");
        let found = conditions.into_iter().find(|(name, _)| *name == format!("dynamodb:{key}"));
        found.map(|(_, values)| values).unwrap_or_default()
    }

    fn leading(operation: &str, body: &Value) -> Vec<String> {
        known(operation, body, "LeadingKeys")
    }

    #[test]
    fn the_partitions_of_items_are_known() {
        let key = json!({"user": {"S": "ann"}, "game": {"S": "g"}});
        assert_eq!(leading("GetItem", &json!({"TableName": "t", "Key": key})), ["ann"]);
        assert_eq!(leading("PutItem", &json!({"Item": {"user": {"N": "7"}}})), ["7"]);
        let two = json!({"RequestItems": {
            "arn:aws:dynamodb:us-east-1:000000000000:table/t": {"Keys": [key, {"user": {"S": "bob"}}]},
            "other": {"Keys": [{"user": {"S": "eve"}}]},
        }});
        assert_eq!(leading("BatchGetItem", &two), ["ann", "bob"]);
        let writes = json!({"RequestItems": {"t": [
            {"PutRequest": {"Item": {"user": {"S": "bob"}}}}, {"DeleteRequest": {"Key": key}},
        ]}});
        assert_eq!(leading("BatchWriteItem", &writes), ["ann", "bob"]);
        let transaction = json!({"TransactItems": [
            {"Update": {"TableName": "t", "Key": key}}, {"Put": {"TableName": "x", "Item": key}},
            {"ConditionCheck": {"TableName": "t", "Key": {"user": {"S": "bob"}}}},
        ]});
        assert_eq!(leading("TransactWriteItems", &transaction), ["ann", "bob"]);
    }

    #[test]
    fn the_partition_of_a_query_is_known_however_it_is_written() {
        let names = json!({"#u": "user"});
        let values = json!({":u": {"S": "ann"}, ":g": {"S": "g"}});
        for expression in [
            "user = :u",
            "#u=:u AND game = :g",
            "game = :g AND (user = :u)",
            "(:u = #u)",
            "begins_with(game, :g) and #u = :u",
        ] {
            let query = json!({
                "KeyConditionExpression": expression,
                "ExpressionAttributeNames": names, "ExpressionAttributeValues": values,
            });
            assert_eq!(leading("Query", &query), ["ann"], "{expression}");
        }
        let legacy = json!({"KeyConditions": {"user": {
            "ComparisonOperator": "EQ", "AttributeValueList": [{"S": "ann"}],
        }}});
        assert_eq!(leading("Query", &legacy), ["ann"]);
        assert_eq!(leading("Query", &json!({})), [""], "nobody's");
    }

    #[test]
    fn the_attributes_that_a_request_names_are_known() {
        let update = json!({
            "Key": {"user": {"S": "ann"}},
            "UpdateExpression": "SET #n.inner = if_not_exists(score, :zero), tags[0] = :t REMOVE old",
            "ConditionExpression": "attribute_exists(user) AND NOT size(#n) BETWEEN :a AND :b",
            "ExpressionAttributeNames": {"#n": "name"},
        });
        assert_eq!(
            known("UpdateItem", &update, "Attributes"),
            ["name", "old", "score", "tags", "user"]
        );
        let get = json!({"Key": {"user": {"S": "ann"}}, "ProjectionExpression": "score, #n"});
        assert_eq!(known("GetItem", &get, "Attributes"), ["score", "user"]);
        assert_eq!(known("GetItem", &get, "Select"), ["SPECIFIC_ATTRIBUTES"]);
        assert_eq!(known("Scan", &json!({}), "Select"), ["ALL_ATTRIBUTES"]);
        assert_eq!(known("Query", &json!({"Select": "COUNT"}), "Select"), ["COUNT"]);
        assert_eq!(known("PutItem", &json!({"ReturnValues": "NONE"}), "ReturnValues"), ["NONE"]);
    }

    #[test]
    fn an_index_has_a_partition_key_of_its_own() {
        let described = json!({"Table": {
            "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [{"IndexName": "i", "KeySchema": [
                {"AttributeName": "sort", "KeyType": "RANGE"}, {"AttributeName": "game", "KeyType": "HASH"},
            ]}],
        }});
        assert_eq!(partition_key(&described, None).as_deref(), Some("user"));
        assert_eq!(partition_key(&described, Some("i")).as_deref(), Some("game"));
        assert_eq!(partition_key(&described, Some("none")), None);
    }
}
