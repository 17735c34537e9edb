//! `util.transform`: the filters of a GraphQL API in the languages of data sources.

mod dynamodb;
mod opensearch;
mod subscription;

use super::Table;

pub const TABLE: Table = &[
    ("toDynamoDBFilterExpression", |_, args| dynamodb::expression(args.value(0), "filter")),
    ("toDynamoDBConditionExpression", |_, args| dynamodb::expression(args.value(0), "condition")),
    ("toElasticsearchQueryDSL", |_, args| Ok(opensearch::query(args.value(0)).to_string().into())),
    ("toSubscriptionFilter", |_, args| subscription::filter(args)),
];
