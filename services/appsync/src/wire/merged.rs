//! Merged APIs and their sources.

use aws::EpochSeconds;

use super::{DataSource, FunctionConfiguration, Resolver, TypeDefinitionFormat};

aws::string_enums! {
    pub(crate) enum MergeType { ManualMerge = "MANUAL_MERGE", AutoMerge = "AUTO_MERGE" }
    pub(crate) enum SourceApiAssociationStatus {
        MergeScheduled = "MERGE_SCHEDULED",
        MergeFailed = "MERGE_FAILED",
        MergeSuccess = "MERGE_SUCCESS",
        MergeInProgress = "MERGE_IN_PROGRESS",
        AutoMergeScheduleFailed = "AUTO_MERGE_SCHEDULE_FAILED",
        DeletionScheduled = "DELETION_SCHEDULED",
        DeletionInProgress = "DELETION_IN_PROGRESS",
        DeletionFailed = "DELETION_FAILED",
    }
}

aws::structures! { Camel;
    pub(crate) struct SourceApiAssociationConfig {
        optional merge_type: MergeType,
    }
    pub(crate) struct SourceApiAssociation {
        required association_id: String,
        required association_arn: String,
        required source_api_id: String,
        required source_api_arn: String,
        required merged_api_arn: String,
        required merged_api_id: String,
        optional description: String,
        required source_api_association_config: SourceApiAssociationConfig,
        required source_api_association_status: SourceApiAssociationStatus,
        optional source_api_association_status_detail: String,
        optional last_successful_merge_date: EpochSeconds,
    }
    /// What a source gave when it was last merged. No operation shows it.
    pub(crate) struct MergedSource {
        required association_id: String,
        required source_api_id: String,
        required schema: String,
        required data_sources: Vec<DataSource>,
        required functions: Vec<FunctionConfiguration>,
        required resolvers: Vec<Resolver>,
    }
    pub(crate) struct SourceApiAssociationSummary {
        required association_id: String,
        required association_arn: String,
        required source_api_id: String,
        required source_api_arn: String,
        required merged_api_id: String,
        required merged_api_arn: String,
        optional description: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_AssociateSourceGraphqlApi.html>
    pub(crate) struct AssociateSourceGraphqlApiInput {
        required merged_api_identifier: String,
        required source_api_identifier: String,
        optional description: String,
        optional source_api_association_config: SourceApiAssociationConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_AssociateMergedGraphqlApi.html>
    pub(crate) struct AssociateMergedGraphqlApiInput {
        required source_api_identifier: String,
        required merged_api_identifier: String,
        optional description: String,
        optional source_api_association_config: SourceApiAssociationConfig,
    }
    pub(crate) struct SourceApiAssociationInput {
        required merged_api_identifier: String,
        required association_id: String,
    }
    pub(crate) struct SourceApiAssociationOutput {
        required source_api_association: SourceApiAssociation,
    }
    pub(crate) struct DisassociateMergedGraphqlApiInput {
        required source_api_identifier: String,
        required association_id: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateSourceApiAssociation.html>
    pub(crate) struct UpdateSourceApiAssociationInput {
        required association_id: String,
        required merged_api_identifier: String,
        optional description: String,
        optional source_api_association_config: SourceApiAssociationConfig,
    }
    pub(crate) struct SourceApiAssociationStatusOutput {
        required source_api_association_status: SourceApiAssociationStatus,
    }
    pub(crate) struct ListSourceApiAssociationsOutput {
        required source_api_association_summaries: Vec<SourceApiAssociationSummary>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListTypesByAssociation.html>
    pub(crate) struct ListTypesByAssociationInput {
        required merged_api_identifier: String,
        required association_id: String,
        required format: TypeDefinitionFormat,
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
}
