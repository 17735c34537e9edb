//! Layers and their versions.

use super::{Architecture, FunctionCode};
use crate::arn::is_word;

const STATEMENT_ID: &str = "([a-zA-Z0-9-_]+)";

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>
    pub(crate) struct PublishLayerVersionInput {
        required layer_name: String [length(1, 2048)],
        optional description: String [length(0, 256)],
        required content: FunctionCode,
        optional compatible_architectures: Vec<Architecture> [length(0, 2)],
        optional compatible_runtimes: Vec<String> [length(0, 15)],
        optional license_info: String [length(0, 512)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html>
    pub(crate) struct LayerVersionOutput {
        required content: LayerVersionContent,
        required layer_arn: String,
        required layer_version_arn: String,
        required description: String,
        required created_date: String,
        required version: i64,
        optional compatible_architectures: Vec<String>,
        optional compatible_runtimes: Vec<String>,
        optional license_info: String,
    }
    pub(crate) struct LayerVersionContent {
        optional location: String,
        required code_sha256: String,
        required code_size: i64,
    }
    pub(crate) struct LayerVersionInput {
        required layer_name: String [length(1, 2048)],
        required version_number: i64,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html>
    pub(crate) struct GetLayerVersionByArnInput {
        required arn: String [length(1, 2048)],
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html>
    pub(crate) struct ListLayerVersionsInput {
        required layer_name: String [length(1, 2048)],
        optional compatible_architecture: Architecture,
        optional compatible_runtime: String,
        optional marker: String,
        optional max_items: i32 [range(1, 50)],
    }
    pub(crate) struct ListLayerVersionsOutput {
        required layer_versions: Vec<LayerVersionsListItem>,
        optional next_marker: String,
    }
    pub(crate) struct LayerVersionsListItem {
        required layer_version_arn: String,
        required version: i64,
        required description: String,
        required created_date: String,
        optional compatible_architectures: Vec<String>,
        optional compatible_runtimes: Vec<String>,
        optional license_info: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html>
    pub(crate) struct ListLayersInput {
        optional compatible_architecture: Architecture,
        optional compatible_runtime: String,
        optional marker: String,
        optional max_items: i32 [range(1, 50)],
    }
    pub(crate) struct ListLayersOutput {
        required layers: Vec<LayersListItem>,
        optional next_marker: String,
    }
    pub(crate) struct LayersListItem {
        required layer_name: String,
        required layer_arn: String,
        required latest_matching_version: LayerVersionsListItem,
    }
    /// A layer as a function's configuration shows it.
    pub(crate) struct Layer {
        required arn: String,
        required code_size: i64,
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html>
    pub(crate) struct AddLayerVersionPermissionInput {
        required layer_name: String [length(1, 2048)],
        required version_number: i64,
        required statement_id: String [length(1, 100).pattern(STATEMENT_ID, is_word)],
        required action: String [pattern("lambda:GetLayerVersion", |it| it == "lambda:GetLayerVersion")],
        required principal: String [pattern(
            r"\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root",
            |it| it == "*" || it.ends_with(":root") || it.bytes().all(|b| b.is_ascii_digit()),
        )],
        optional organization_id: String [length(0, 34)],
        optional revision_id: String,
    }
    pub(crate) struct AddLayerVersionPermissionOutput {
        required statement: String,
        required revision_id: String,
    }
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_RemoveLayerVersionPermission.html>
    pub(crate) struct RemoveLayerVersionPermissionInput {
        required layer_name: String [length(1, 2048)],
        required version_number: i64,
        required statement_id: String [length(1, 100).pattern(STATEMENT_ID, is_word)],
        optional revision_id: String,
    }
}
