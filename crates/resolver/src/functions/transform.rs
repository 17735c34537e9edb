//! `util.transform`: the filters of a GraphQL API in the languages of data sources.

mod dynamodb;
mod opensearch;
mod subscription;

use json::Value;

pub use dynamodb::type_tag;

use super::Table;
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("toDynamoDBFilterExpression", |_, args| {
        dynamodb::expression(shallow(args.value(0))?, "filter")
    }),
    ("toDynamoDBConditionExpression", |_, args| {
        dynamodb::expression(shallow(args.value(0))?, "condition")
    }),
    ("toElasticsearchQueryDSL", |_, args| {
        Ok(opensearch::query(shallow(args.value(0))?).to_string().into())
    }),
    ("toSubscriptionFilter", |_, args| {
        subscription::filter(shallow(args.value(0))?, args.value(1), shallow(args.value(2))?)
    }),
];

/// Filters nested deeper are refused.
const LEVELS_MAX: usize = 100;

fn shallow(filter: &Value) -> Result<&Value, Failure> {
    if filter.is_deeper_than(LEVELS_MAX) {
        return Err(Failure::fault("The filter is nested too deeply"));
    }
    Ok(filter)
}
