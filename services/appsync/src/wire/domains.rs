//! Domain names of APIs.

use std::collections::BTreeMap;

use super::{CERTIFICATE, DOMAIN_NAME, is_certificate, is_domain_name};

aws::string_enums! {
    pub(crate) enum AssociationStatus {
        Processing = "PROCESSING",
        Failed = "FAILED",
        Success = "SUCCESS",
    }
}

aws::structures! { Camel;
    pub(crate) struct DomainNameConfig {
        required domain_name: String,
        optional description: String,
        required certificate_arn: String,
        required appsync_domain_name: String,
        required hosted_zone_id: String,
        optional tags: BTreeMap<String, String>,
        required domain_name_arn: String,
    }
    pub(crate) struct ApiAssociation {
        required domain_name: String,
        required api_id: String,
        required association_status: AssociationStatus,
        optional deployment_detail: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateDomainName.html>
    pub(crate) struct CreateDomainNameInput {
        required domain_name: String [length(1, 253).pattern(DOMAIN_NAME, is_domain_name)],
        required certificate_arn: String [length(20, 2048).pattern(CERTIFICATE, is_certificate)],
        optional description: String [length(0, 255)],
        optional tags: BTreeMap<String, String> [length(1, 50)],
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateDomainName.html>
    pub(crate) struct UpdateDomainNameInput {
        required domain_name: String [length(1, 253).pattern(DOMAIN_NAME, is_domain_name)],
        optional description: String [length(0, 255)],
    }
    pub(crate) struct DomainNameInput {
        required domain_name: String [length(1, 253).pattern(DOMAIN_NAME, is_domain_name)],
    }
    pub(crate) struct DomainNameOutput {
        required domain_name_config: DomainNameConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListDomainNames.html>
    pub(crate) struct ListDomainNamesInput {
        optional next_token: String [length(1, 65_536)],
        optional max_results: i32 [range(0, 25)],
    }
    pub(crate) struct ListDomainNamesOutput {
        required domain_name_configs: Vec<DomainNameConfig>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_AssociateApi.html>
    pub(crate) struct AssociateApiInput {
        required domain_name: String [length(1, 253).pattern(DOMAIN_NAME, is_domain_name)],
        required api_id: String,
    }
    pub(crate) struct ApiAssociationOutput {
        required api_association: ApiAssociation,
    }
}
