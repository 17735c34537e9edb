//! API destinations.

use aws::EpochSeconds;

use super::is_name;

aws::string_enums! {
    pub(crate) enum ApiDestinationHttpMethod {
        Post = "POST",
        Get = "GET",
        Head = "HEAD",
        Options = "OPTIONS",
        Put = "PUT",
        Patch = "PATCH",
        Delete = "DELETE",
    }
    pub(crate) enum ApiDestinationState { Active = "ACTIVE", Inactive = "INACTIVE" }
}

aws::structures! { Pascal;
    pub(crate) struct CreateApiDestinationInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        required connection_arn: String [length(1, 1600)],
        required invocation_endpoint: String [length(1, 2048)],
        required http_method: ApiDestinationHttpMethod,
        optional invocation_rate_limit_per_second: i32 [range(1, i32::MAX)],
    }
    pub(crate) struct UpdateApiDestinationInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        optional connection_arn: String [length(1, 1600)],
        optional invocation_endpoint: String [length(1, 2048)],
        optional http_method: ApiDestinationHttpMethod,
        optional invocation_rate_limit_per_second: i32 [range(1, i32::MAX)],
    }
    /// Of the operations that change an API destination.
    pub(crate) struct ApiDestinationOutput {
        required api_destination_arn: String,
        required api_destination_state: ApiDestinationState,
        required creation_time: EpochSeconds,
        required last_modified_time: EpochSeconds,
    }
    /// Of the operations that are about one API destination and say no more.
    pub(crate) struct ApiDestinationInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
    }
    /// As DescribeApiDestination and ListApiDestinations show it; lists leave the description out.
    pub(crate) struct ApiDestination {
        required api_destination_arn: String,
        required name: String,
        optional description: String,
        required api_destination_state: ApiDestinationState,
        required connection_arn: String,
        required invocation_endpoint: String,
        required http_method: ApiDestinationHttpMethod,
        required invocation_rate_limit_per_second: i32,
        required creation_time: EpochSeconds,
        required last_modified_time: EpochSeconds,
    }
    pub(crate) struct ListApiDestinationsInput {
        optional name_prefix: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional connection_arn: String [length(1, 1600)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListApiDestinationsOutput {
        required api_destinations: Vec<ApiDestination>,
        optional next_token: String,
    }
}
