//! Subscription filters and metric filters.

use std::collections::BTreeMap;

use super::{is_group_name, is_stream_name};

aws::string_enums! {
    pub(crate) enum Distribution { Random = "Random", ByLogStream = "ByLogStream" }
}

aws::structures! { Camel;
    pub(crate) struct PutSubscriptionFilterInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required filter_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        required filter_pattern: String [length(0, 1024)],
        required destination_arn: String [length(1, 2048)],
        optional role_arn: String [length(1, 2048)],
        optional distribution: Distribution,
    }
    pub(crate) struct DeleteFilterInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required filter_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
    }
    pub(crate) struct DescribeSubscriptionFiltersInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional filter_name_prefix: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 50)],
    }
    pub(crate) struct DescribeSubscriptionFiltersOutput {
        required subscription_filters: Vec<SubscriptionFilter>,
        optional next_token: String,
    }
    pub(crate) struct SubscriptionFilter {
        required filter_name: String,
        required log_group_name: String,
        required filter_pattern: String,
        required destination_arn: String,
        optional role_arn: String,
        required distribution: String,
        required apply_on_transformed_logs: bool,
        required creation_time: i64,
    }

    pub(crate) struct MetricTransformation {
        required metric_name: String [length(0, 255)],
        required metric_namespace: String [length(0, 255)],
        required metric_value: String [length(0, 100)],
        optional default_value: f64,
        optional dimensions: BTreeMap<String, String> [length(0, 3)],
        optional unit: String,
    }
    pub(crate) struct PutMetricFilterInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required filter_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        required filter_pattern: String [length(0, 1024)],
        required metric_transformations: Vec<MetricTransformation> [length(1, 1)],
        optional apply_on_transformed_logs: bool,
    }
    pub(crate) struct DescribeMetricFiltersInput {
        optional log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional filter_name_prefix: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        optional metric_name: String [length(0, 255)],
        optional metric_namespace: String [length(0, 255)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 50)],
    }
    pub(crate) struct DescribeMetricFiltersOutput {
        required metric_filters: Vec<MetricFilter>,
        optional next_token: String,
    }
    pub(crate) struct MetricFilter {
        required filter_name: String,
        required filter_pattern: String,
        required metric_transformations: Vec<MetricTransformation>,
        required creation_time: i64,
        required log_group_name: String,
        required apply_on_transformed_logs: bool,
    }
}
