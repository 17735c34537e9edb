//! Identity providers of OpenID Connect.

use aws::EpochSeconds;

use super::Tag;

aws::structures! { Pascal;
    pub(crate) struct CreateOpenIdConnectProviderInput {
        required url: String [length(1, 255)],
        optional client_i_d_list: Vec<String>,
        optional thumbprint_list: Vec<String>,
        optional tags: Vec<Tag>,
    }
    pub(crate) struct CreateOpenIdConnectProviderOutput {
        required open_i_d_connect_provider_arn: String,
        optional tags: Vec<Tag>,
    }
    /// Of the operations that are about one provider and say no more.
    pub(crate) struct OpenIdConnectProviderInput {
        required open_i_d_connect_provider_arn: String [length(20, 2048)],
    }
    pub(crate) struct GetOpenIdConnectProviderOutput {
        required url: String,
        required client_i_d_list: Vec<String>,
        required thumbprint_list: Vec<String>,
        required create_date: EpochSeconds,
        optional tags: Vec<Tag>,
    }
    pub(crate) struct ListOpenIdConnectProvidersOutput {
        required open_i_d_connect_provider_list: Vec<OpenIdConnectProviderListEntry>,
    }
    pub(crate) struct OpenIdConnectProviderListEntry {
        required arn: String,
    }
    pub(crate) struct ThumbprintInput {
        required open_i_d_connect_provider_arn: String [length(20, 2048)],
        required thumbprint_list: Vec<String>,
    }
    pub(crate) struct ClientIdInput {
        required open_i_d_connect_provider_arn: String [length(20, 2048)],
        required client_i_d: String [length(1, 255)],
    }
}
