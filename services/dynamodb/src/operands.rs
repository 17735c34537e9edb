//! What `BETWEEN` compares: DynamoDB refuses bounds that have no order, and `dynoxide` 3.2 finds nothing between them.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html>

use serde_json::Value;

use crate::errors::Error;

const BETWEEN: &[u8] = b"BETWEEN";
/// The members of requests that hold conditions, and the operations that have them.
const CONDITION: &str = "ConditionExpression";
const FILTER: &str = "FilterExpression";
/// What these say before a refusal, as they do before that of `begins_with`.
const ENVELOPING: [&str; 3] = ["PutItem", "UpdateItem", "DeleteItem"];

/// Refuses bounds without an order, of any condition that the body of a request holds.
/// A body or a condition that can't be read is left for the operation to refuse.
pub(crate) fn check(operation: &str, body: &[u8]) -> Result<(), Error> {
    let has_conditions = ENVELOPING.contains(&operation)
        || matches!(operation, "Query" | "Scan" | "TransactWriteItems");
    let names_it =
        || body.windows(BETWEEN.len()).any(|window| window.eq_ignore_ascii_case(BETWEEN));
    if !has_conditions || !names_it() {
        return Ok(());
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    let actions = body["TransactItems"].as_array().into_iter().flatten();
    let actions = actions.filter_map(Value::as_object).flat_map(|action| action.values());
    for request in actions.chain([&body]) {
        for member in [CONDITION, FILTER] {
            let Some(kind) = unordered(request, member) else { continue };
            let refusal = format!(
                "Invalid {member}: Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: {kind}"
            );
            return Err(Error::Validation(match ENVELOPING.contains(&operation) {
                true => format!("1 validation error detected: {refusal}"),
                false => refusal,
            }));
        }
    }
    Ok(())
}

/// The type of an operand without an order, if the condition has one.
///
/// `BETWEEN` is reserved, so that no attribute is called so in a condition, and whatever is given a value stands in one word.
fn unordered<'r>(request: &'r Value, member: &str) -> Option<&'r str> {
    let condition = request[member].as_str()?;
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '(' | ')' | ',');
    let words: Vec<&str> = condition.split(is_end).filter(|word| !word.is_empty()).collect();
    let is = |place: usize, keyword: &str| words[place].eq_ignore_ascii_case(keyword);
    let values = &request["ExpressionAttributeValues"];
    (1..words.len()).filter(|place| is(*place, "BETWEEN")).find_map(|place| {
        let and = (place..words.len()).find(|later| is(*later, "AND"))?;
        [place - 1, place + 1, and + 1].into_iter().find_map(|operand| {
            let (kind, _) = values.get(words.get(operand)?)?.as_object()?.iter().next()?;
            (!matches!(kind.as_str(), "S" | "N" | "B")).then_some(kind.as_str())
        })
    })
}
