//! Logging, tracing and encryption: what a state machine is configured with besides its definition.

aws::string_enums! {
    pub(crate) enum LogLevel { All = "ALL", Error = "ERROR", Fatal = "FATAL", Off = "OFF" }
    pub(crate) enum EncryptionType {
        AwsOwnedKey = "AWS_OWNED_KEY",
        CustomerManagedKmsKey = "CUSTOMER_MANAGED_KMS_KEY",
    }
}

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html>
    pub(crate) struct LoggingConfiguration {
        optional level: LogLevel,
        optional include_execution_data: bool,
        optional destinations: Vec<LogDestination>,
    }
    pub(crate) struct LogDestination {
        optional cloud_watch_logs_log_group: CloudWatchLogsLogGroup,
    }
    pub(crate) struct CloudWatchLogsLogGroup {
        optional log_group_arn: String [length(1, 256)],
    }
    pub(crate) struct TracingConfiguration {
        optional enabled: bool,
    }
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html>
    pub(crate) struct EncryptionConfiguration {
        optional kms_key_id: String [length(1, 2048)],
        optional kms_data_key_reuse_period_seconds: i32 [range(60, 900)],
        required r#type: EncryptionType,
    }
}

aws::structures! { Camel;
    /// All three, each with every member that AWS returns. Also the stored form, here and at the runner:
    /// it is AWS's own, so it can only grow.
    pub(crate) struct Configuration {
        required logging_configuration: LoggingConfiguration,
        required tracing_configuration: TracingConfiguration,
        required encryption_configuration: EncryptionConfiguration,
    }
}
