//! Caches of APIs.

aws::string_enums! {
    pub(crate) enum ApiCachingBehavior {
        FullRequest = "FULL_REQUEST_CACHING",
        PerResolver = "PER_RESOLVER_CACHING",
        OperationLevel = "OPERATION_LEVEL_CACHING",
    }
    pub(crate) enum ApiCacheType {
        T2Small = "T2_SMALL",
        T2Medium = "T2_MEDIUM",
        R4Large = "R4_LARGE",
        R4Xlarge = "R4_XLARGE",
        R42xlarge = "R4_2XLARGE",
        R44xlarge = "R4_4XLARGE",
        R48xlarge = "R4_8XLARGE",
        Small = "SMALL",
        Medium = "MEDIUM",
        Large = "LARGE",
        Xlarge = "XLARGE",
        Large2x = "LARGE_2X",
        Large4x = "LARGE_4X",
        Large8x = "LARGE_8X",
        Large12x = "LARGE_12X",
    }
    pub(crate) enum ApiCacheStatus {
        Available = "AVAILABLE",
        Creating = "CREATING",
        Deleting = "DELETING",
        Modifying = "MODIFYING",
        Failed = "FAILED",
    }
    pub(crate) enum CacheHealthMetricsConfig { Enabled = "ENABLED", Disabled = "DISABLED" }
}

aws::structures! { Camel;
    pub(crate) struct ApiCache {
        required ttl: i64,
        required api_caching_behavior: ApiCachingBehavior,
        optional transit_encryption_enabled: bool,
        optional at_rest_encryption_enabled: bool,
        required r#type: ApiCacheType,
        required status: ApiCacheStatus,
        optional health_metrics_config: CacheHealthMetricsConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateApiCache.html>
    pub(crate) struct CreateApiCacheInput {
        required api_id: String,
        required ttl: i64,
        optional transit_encryption_enabled: bool,
        optional at_rest_encryption_enabled: bool,
        required api_caching_behavior: ApiCachingBehavior,
        required r#type: ApiCacheType,
        optional health_metrics_config: CacheHealthMetricsConfig,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateApiCache.html>
    pub(crate) struct UpdateApiCacheInput {
        required api_id: String,
        required ttl: i64,
        required api_caching_behavior: ApiCachingBehavior,
        required r#type: ApiCacheType,
        optional health_metrics_config: CacheHealthMetricsConfig,
    }
    pub(crate) struct ApiCacheOutput {
        required api_cache: ApiCache,
    }
}
