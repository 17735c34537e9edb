//! Schemas and their types.

use super::{NAME, is_name};

aws::string_enums! {
    pub(crate) enum SchemaStatus {
        Processing = "PROCESSING",
        Active = "ACTIVE",
        Deleting = "DELETING",
        Failed = "FAILED",
        Success = "SUCCESS",
        NotApplicable = "NOT_APPLICABLE",
    }
    pub(crate) enum OutputType { Sdl = "SDL", Json = "JSON" }
    pub(crate) enum TypeDefinitionFormat { Sdl = "SDL", Json = "JSON" }
}

aws::structures! { Camel;
    pub(crate) struct Type {
        required name: String,
        optional description: String,
        required arn: String,
        required definition: String,
        required format: TypeDefinitionFormat,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_StartSchemaCreation.html>
    pub(crate) struct StartSchemaCreationInput {
        required api_id: String,
        required definition: String,
    }
    pub(crate) struct StartSchemaCreationOutput {
        required status: SchemaStatus,
    }
    pub(crate) struct GetSchemaCreationStatusOutput {
        required status: SchemaStatus,
        optional details: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_GetIntrospectionSchema.html>
    pub(crate) struct GetIntrospectionSchemaInput {
        required api_id: String,
        required format: OutputType,
        optional include_directives: bool,
    }
    pub(crate) struct GetIntrospectionSchemaOutput {
        required schema: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateType.html>
    pub(crate) struct CreateTypeInput {
        required api_id: String,
        required definition: String,
        required format: TypeDefinitionFormat,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateType.html>
    pub(crate) struct UpdateTypeInput {
        required api_id: String,
        required type_name: String [length(1, 65_536).pattern(NAME, is_name)],
        optional definition: String,
        required format: TypeDefinitionFormat,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_DeleteType.html>
    pub(crate) struct DeleteTypeInput {
        required api_id: String,
        required type_name: String [length(1, 65_536).pattern(NAME, is_name)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_GetType.html>
    pub(crate) struct GetTypeInput {
        required api_id: String,
        required type_name: String [length(1, 65_536).pattern(NAME, is_name)],
        required format: TypeDefinitionFormat,
    }
    pub(crate) struct TypeOutput {
        required r#type: Type,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListTypes.html>
    pub(crate) struct ListTypesInput {
        required api_id: String,
        required format: TypeDefinitionFormat,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct ListTypesOutput {
        required types: Vec<Type>,
        optional next_token: String,
    }
}
