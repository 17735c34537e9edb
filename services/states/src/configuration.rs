//! Checks logging, tracing and encryption, and fills in what AWS returns where a request says nothing.
//!
//! They are kept and returned. The runner logs by the first of them; nothing is traced, and nothing is encrypted with keys of KMS.

use std::sync::Arc;

use base::Arn;
use service::CallError;

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    Configuration, EncryptionConfiguration, EncryptionType, LogDestination, LogLevel,
    LoggingConfiguration, TracingConfiguration,
};

/// What KMS data keys live when a request doesn't say.
const KEY_REUSE_SECONDS_DEFAULT: i32 = 300;

impl Configuration {
    /// What a new state machine is configured with.
    pub(crate) fn of(
        logging: Option<LoggingConfiguration>,
        tracing: Option<TracingConfiguration>,
        encryption: Option<EncryptionConfiguration>,
    ) -> Result<Self, Error> {
        let off = LoggingConfiguration {
            level: Some(LogLevel::Off),
            include_execution_data: Some(false),
            destinations: None,
        };
        let configuration = Configuration {
            logging_configuration: off,
            tracing_configuration: TracingConfiguration { enabled: Some(false) },
            encryption_configuration: owned_key(),
        };
        configuration.with(logging, tracing, encryption)
    }

    /// This one, changed where a request says something.
    pub(crate) fn with(
        self,
        logging: Option<LoggingConfiguration>,
        tracing: Option<TracingConfiguration>,
        encryption: Option<EncryptionConfiguration>,
    ) -> Result<Self, Error> {
        Ok(Configuration {
            logging_configuration: match logging {
                Some(logging) => checked_logging(logging)?,
                None => self.logging_configuration,
            },
            tracing_configuration: match tracing {
                Some(tracing) => {
                    TracingConfiguration { enabled: Some(tracing.enabled.unwrap_or(false)) }
                }
                None => self.tracing_configuration,
            },
            encryption_configuration: match encryption {
                Some(encryption) => checked_encryption(encryption)?,
                None => self.encryption_configuration,
            },
        })
    }

    /// The stored form.
    pub(crate) fn to_text(&self) -> Arc<str> {
        serde_json::to_string(self).expect("writing to memory succeeds").into()
    }

    /// Reads the stored form.
    pub(crate) fn from_text(text: &str) -> Result<Self, store::Error> {
        let corrupt = |_| store::Error::Corrupt("configuration of a state machine");
        aws::decode(text.as_bytes()).map_err(corrupt)
    }
}

fn owned_key() -> EncryptionConfiguration {
    EncryptionConfiguration {
        kms_key_id: None,
        kms_data_key_reuse_period_seconds: None,
        r#type: EncryptionType::AwsOwnedKey,
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html>
fn checked_logging(given: LoggingConfiguration) -> Result<LoggingConfiguration, Error> {
    let level = given.level.unwrap_or(LogLevel::Off);
    let destinations = given.destinations.filter(|destinations| !destinations.is_empty());
    match destinations.as_deref() {
        None if level == LogLevel::Off => {}
        Some([destination]) if is_log_group(destination) => {}
        Some([_]) => {
            return Err(Error::InvalidLoggingConfiguration("Log Destination not found."));
        }
        None | Some(_) => {
            let message = "Must specify exactly one Log Destination.";
            return Err(Error::InvalidLoggingConfiguration(message));
        }
    }
    Ok(LoggingConfiguration {
        level: Some(level),
        include_execution_data: Some(given.include_execution_data.unwrap_or(false)),
        destinations,
    })
}

fn is_log_group(destination: &LogDestination) -> bool {
    log_group(destination).is_some()
}

/// The name in `arn:<partition>:logs:<region>:<account>:log-group:<name>:*`.
fn log_group(destination: &LogDestination) -> Option<String> {
    let group = destination.cloud_watch_logs_log_group.as_ref()?;
    let arn = Arn::parse(group.log_group_arn.as_deref()?).ok()?;
    let name = arn.resource.strip_prefix("log-group:")?.strip_suffix(":*")?;
    (arn.service == "logs").then(|| name.to_owned())
}

/// Whether the log group that a request asks for is there (recorded: sfn_api_logs_deleted_log_group).
///
/// The account itself looks, as it writes. Where nobody can be asked, the logs may still come to be kept.
pub(crate) async fn check_log_group(
    ctx: &Visit<'_>,
    logging: &LoggingConfiguration,
) -> Result<(), Error> {
    let Some(name) = logging.destinations.iter().flatten().find_map(log_group) else {
        return Ok(());
    };
    match ctx.has_log_group(&name).await {
        Ok(true) | Err(CallError::NoRoom(_)) => Ok(()),
        Ok(false) => Err(Error::InvalidLoggingConfiguration("Log Destination not found.")),
        Err(error) => {
            tracing::warn!(log_group = name, %error, "a log group can't be looked up");
            Ok(())
        }
    }
}

/// What an activity or a machine is encrypted with, as far as we keep it.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html>
pub(crate) fn checked_encryption(
    given: EncryptionConfiguration,
) -> Result<EncryptionConfiguration, Error> {
    match (given.r#type, &given.kms_key_id) {
        (EncryptionType::AwsOwnedKey, None)
            if given.kms_data_key_reuse_period_seconds.is_none() =>
        {
            Ok(owned_key())
        }
        (EncryptionType::CustomerManagedKmsKey, Some(_)) => {
            let seconds = given.kms_data_key_reuse_period_seconds;
            Ok(EncryptionConfiguration {
                kms_data_key_reuse_period_seconds: seconds.or(Some(KEY_REUSE_SECONDS_DEFAULT)),
                ..given
            })
        }
        (EncryptionType::AwsOwnedKey, _) => Err(Error::InvalidEncryptionConfiguration(
            "kmsKeyId and kmsDataKeyReusePeriodSeconds need the type CUSTOMER_MANAGED_KMS_KEY.",
        )),
        (EncryptionType::CustomerManagedKmsKey, None) => {
            Err(Error::InvalidEncryptionConfiguration("CUSTOMER_MANAGED_KMS_KEY needs a kmsKeyId."))
        }
    }
}

/// What an activity is encrypted with when its creator doesn't say.
pub(crate) fn encryption_or_default(
    given: Option<EncryptionConfiguration>,
) -> Result<EncryptionConfiguration, Error> {
    given.map_or_else(|| Ok(owned_key()), checked_encryption)
}
