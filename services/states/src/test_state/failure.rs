use std::sync::Arc;

use asl::failure::covers;
use asl::program::{Catcher, Retrier};
use asl::{Failure, Fault, QueryLanguage, State, Template};
use engine::decide::retry_delay_seconds;

use super::Test;
use super::run::Report;
use crate::wire::TestExecutionStatus;

impl Test {
    /// The state has failed: it would be tried again, or another state takes over, or that's it.
    pub(super) fn fail(&mut self, failure: Failure) -> Report {
        let program = Arc::clone(self.program());
        let state = &program[self.state];
        let (retriers, catchers) = state.kind.handlers();
        let error = failure.error.as_deref();
        if let Some(index) = retriers.iter().position(|r| covers(&r.errors, error)) {
            self.inspection.retry_index = Some(index);
            if self.retry(&retriers[index]) {
                return report(TestExecutionStatus::Retriable, failure);
            }
        }
        let Some(index) = catchers.iter().position(|c| covers(&c.errors, error)) else {
            return report(TestExecutionStatus::Failed, failure);
        };
        self.inspection.catch_index = Some(index);
        let catcher = &catchers[index];
        match self.catch(state, catcher, &failure) {
            Ok(output) => Report {
                status: TestExecutionStatus::CaughtError,
                output: Some(output),
                failure: Some(failure),
                next: Some(Arc::clone(&program[catcher.next].name)),
            },
            // Nothing catches a catcher.
            Err(fault) => {
                report(TestExecutionStatus::Failed, Failure::new(fault.error, fault.cause))
            }
        }
    }

    /// Whether the retrier isn't spent. The delay shown is the longest that jitter allows.
    fn retry(&mut self, retrier: &Retrier) -> bool {
        let tries_again = self.retries_spent < retrier.attempts_max;
        if tries_again {
            let delay = retry_delay_seconds(retrier, self.retries_spent);
            self.inspection.retry_backoff_seconds = Some(delay);
        }
        tries_again
    }

    fn catch(
        &mut self,
        state: &State,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<json::Value, Fault> {
        let error_output = failure.output();
        let evaluate = |template: &Template| {
            self.evaluate_with(&error_output, None, Some(&error_output), |scope| {
                template.evaluate(scope)
            })
        };
        let output = match (state.language, &catcher.output) {
            (QueryLanguage::JsonPath, _) => {
                catcher.result_path.apply(&self.input, error_output.clone())
            }
            (QueryLanguage::Jsonata, Some(output)) => evaluate(output),
            (QueryLanguage::Jsonata, None) => Ok(error_output.clone()),
        }?;
        if let Some(assign) = &catcher.assign {
            let assigned = evaluate(assign)?;
            self.assign(&assigned);
        }
        Ok(output)
    }
}

fn report(status: TestExecutionStatus, failure: Failure) -> Report {
    Report { status, output: None, failure: Some(failure), next: None }
}
