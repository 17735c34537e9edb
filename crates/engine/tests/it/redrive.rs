//! Redrive: what has succeeded stays, what hasn't begins its state again.

use engine::Input;

use crate::simulated::Simulated;

const TASK: &str =
    r#"{"Type":"Task","End":true,"Resource":"arn:aws:states:us-east-1:000000000000:activity:a"}"#;

#[test]
fn only_the_branch_that_failed_runs_again() {
    let mut execution = Simulated::started(
        &format!(
            r#"{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,
                "Branches":[{{"StartAt":"T","States":{{"T":{TASK}}}}},{{"StartAt":"U","States":{{"U":{TASK}}}}}]}}}}}}"#
        ),
        "{}",
    );
    execution.succeed("1");
    execution.fail("Boom");
    assert_eq!(execution.outcome(), "failed: Boom / because");
    execution.feed(Input::Redrive { deadline: None });
    assert_eq!(execution.dispatched.len(), 1);
    execution.succeed("2");
    assert_eq!(execution.outcome(), "[1,2]");
    assert_eq!(execution.execution.redrive_count(), 1);
    execution.check();
}

#[test]
fn an_inline_map_goes_on_with_the_iterations_that_are_missing() {
    let mut execution = Simulated::started(
        &format!(
            r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,"MaxConcurrency":1,
                "ItemProcessor":{{"StartAt":"T","States":{{"T":{TASK}}}}}}}}}}}"#
        ),
        "[1,2,3]",
    );
    execution.succeed("1");
    execution.fail("Boom");
    execution.feed(Input::Redrive { deadline: None });
    execution.succeed("2");
    execution.succeed("3");
    assert_eq!(execution.outcome(), "[1,2,3]");
    execution.check();
}

#[test]
fn an_iteration_whose_branch_failed_goes_on_with_that_branch() {
    let mut execution = Simulated::started(
        &format!(
            r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,
                "ItemProcessor":{{"StartAt":"P","States":{{"P":{{"Type":"Parallel","End":true,
                "Branches":[{{"StartAt":"T","States":{{"T":{TASK}}}}},{{"StartAt":"U","States":{{"U":{TASK}}}}}]}}}}}}}}}}}}"#
        ),
        "[0]",
    );
    execution.succeed("1");
    execution.fail("Boom");
    execution.feed(Input::Redrive { deadline: None });
    assert_eq!(execution.dispatched.len(), 1);
    execution.succeed("2");
    assert_eq!(execution.outcome(), "[[1,2]]");
    execution.check();
}

#[test]
fn retries_count_anew() {
    let mut execution = Simulated::started(
        &format!(
            r#"{{"StartAt":"T","States":{{"T":{}}}}}"#,
            TASK.replace("\"End\"", r#""Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End""#)
        ),
        "{}",
    );
    for _ in 0..2 {
        execution.fail("E");
        execution.wake();
        execution.fail("E");
        assert_eq!(execution.outcome(), "failed: E / because");
        execution.feed(Input::Redrive { deadline: None });
    }
    execution.succeed("1");
    assert_eq!(execution.outcome(), "1");
    execution.check();
}

#[test]
fn a_stopped_execution_resumes_where_it_stood() {
    let mut execution =
        Simulated::started(&format!(r#"{{"StartAt":"T","States":{{"T":{TASK}}}}}"#), "{}");
    execution.feed(Input::Stop(asl::Failure::default()));
    execution.feed(Input::Redrive { deadline: None });
    execution.succeed("1");
    assert_eq!(execution.outcome(), "1");
    execution.check();
}
