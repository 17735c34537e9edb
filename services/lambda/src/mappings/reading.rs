//! How a stream shall be read, from what requests say.

use base::Arn;

use crate::errors::Error;
use crate::model::StreamReading;
use crate::wire::{DestinationConfig, EventSourcePosition};

/// The youngest age of records that a mapping can give up.
const AGE_SECONDS_MIN: i32 = 60;

/// What a request says of it.
pub(crate) struct Given<'r> {
    pub(crate) maximum_retry_attempts: Option<i32>,
    pub(crate) maximum_record_age_in_seconds: Option<i32>,
    pub(crate) bisect_batch_on_function_error: Option<bool>,
    pub(crate) parallelization_factor: Option<i32>,
    pub(crate) tumbling_window_in_seconds: Option<i32>,
    pub(crate) destination_config: Option<&'r DestinationConfig>,
}

impl Given<'_> {
    /// How a new mapping reads.
    pub(crate) fn begin(
        &self,
        position: Option<EventSourcePosition>,
    ) -> Result<StreamReading, Error> {
        let starting_position = match position {
            Some(position @ (EventSourcePosition::TrimHorizon | EventSourcePosition::Latest)) => {
                position
            }
            Some(EventSourcePosition::AtTimestamp) => {
                return Err(Error::invalid(
                    "Unsupported starting position for arn type: AT_TIMESTAMP",
                ));
            }
            None => {
                return Err(Error::invalid(
                    "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
                ));
            }
        };
        let mut reading = StreamReading {
            starting_position: starting_position.as_str().to_owned(),
            retries_max: None,
            age_seconds_max: None,
            bisects: false,
            on_failure: None,
            parallelization: 1,
        };
        self.change(&mut reading)?;
        Ok(reading)
    }

    /// Puts what the request names into how a mapping reads.
    pub(crate) fn change(&self, reading: &mut StreamReading) -> Result<(), Error> {
        // AWS writes "without end" as -1.
        let bound = |given: i32| u32::try_from(given).ok();
        if let Some(retries) = self.maximum_retry_attempts {
            reading.retries_max = bound(retries);
        }
        if let Some(age) = self.maximum_record_age_in_seconds {
            if (0..AGE_SECONDS_MIN).contains(&age) {
                return Err(Error::invalid(format!(
                    "MaximumRecordAgeInSeconds must be -1 or between {AGE_SECONDS_MIN} and 604800"
                )));
            }
            reading.age_seconds_max = bound(age);
        }
        if self.tumbling_window_in_seconds.is_some_and(|seconds| seconds != 0) {
            return Err(Error::invalid("Tumbling windows aren't available in this house"));
        }
        reading.bisects = self.bisect_batch_on_function_error.unwrap_or(reading.bisects);
        if let Some(factor) = self.parallelization_factor {
            reading.parallelization = factor.cast_unsigned();
        }
        if let Some(config) = self.destination_config {
            reading.on_failure = on_failure(config)?;
        }
        Ok(())
    }
}

/// Who learns of records that are given up; an empty text means nobody.
fn on_failure(config: &DestinationConfig) -> Result<Option<String>, Error> {
    let arn = config.on_failure.as_ref().and_then(|given| given.destination.clone());
    let Some(arn) = arn.filter(|arn| !arn.is_empty()) else { return Ok(None) };
    match Arn::parse(&arn).map(|arn| arn.service).as_deref() {
        Ok("sqs" | "sns") => Ok(Some(arn)),
        Ok(_) | Err(_) => Err(Error::invalid(format!(
            "The provided destination config DestinationConfig is not valid: {arn} is neither a queue nor a topic"
        ))),
    }
}
