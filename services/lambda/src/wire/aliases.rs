//! Aliases.

use std::collections::BTreeMap;

use super::{FUNCTION_NAME, names_a_function};
use crate::arn::{LATEST, is_alias};

const ALIAS: &str = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)";
const VERSION: &str = r"(\$LATEST(\.PUBLISHED)?|[0-9]+)";

fn is_version(text: &str) -> bool {
    text == LATEST || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}

aws::structures! { Pascal;
    pub(crate) struct AliasRoutingConfiguration {
        optional additional_version_weights: BTreeMap<String, f64>,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>
    pub(crate) struct CreateAliasInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        required name: String [length(1, 128).pattern(ALIAS, is_alias)],
        required function_version: String [length(1, 1024).pattern(VERSION, is_version)],
        optional description: String [length(0, 256)],
        optional routing_config: AliasRoutingConfiguration,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html>
    pub(crate) struct UpdateAliasInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        required name: String [length(1, 128).pattern(ALIAS, is_alias)],
        optional function_version: String [length(1, 1024).pattern(VERSION, is_version)],
        optional description: String [length(0, 256)],
        optional routing_config: AliasRoutingConfiguration,
        optional revision_id: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html>
    pub(crate) struct AliasInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        required name: String [length(1, 128).pattern(ALIAS, is_alias)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AliasConfiguration.html>
    pub(crate) struct AliasConfiguration {
        required alias_arn: String,
        required name: String,
        required function_version: String,
        required description: String,
        optional routing_config: AliasRoutingConfiguration,
        required revision_id: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html>
    pub(crate) struct ListAliasesInput {
        required function_name: String [length(1, 140).pattern(FUNCTION_NAME, names_a_function)],
        optional function_version: String [length(1, 1024).pattern(VERSION, is_version)],
        optional marker: String,
        optional max_items: i32 [range(1, 10000)],
    }
    pub(crate) struct ListAliasesOutput {
        required aliases: Vec<AliasConfiguration>,
        optional next_marker: String,
    }
}
