mod compute_environments;
mod end_job;
mod job_definitions;
mod job_queues;
mod jobs;
mod submit_job;
mod tags;

pub(crate) use compute_environments::{
    create_compute_environment, delete_compute_environment, describe_compute_environments,
    update_compute_environment,
};
pub(crate) use end_job::{cancel_job, terminate_job};
pub(crate) use job_definitions::{
    active, deregister_job_definition, describe_job_definitions, register_job_definition,
};
pub(crate) use job_queues::{
    create_job_queue, delete_job_queue, describe_job_queues, update_job_queue,
};
pub(crate) use jobs::{describe_jobs, job_detail, list_jobs};
pub(crate) use submit_job::submit_job;
pub(crate) use tags::{list_tags_for_resource, tag_resource, untag_resource};

use crate::errors::Error;

/// The names of queues, environments, definitions and jobs.
fn check_name(what: &str, name: &str) -> Result<(), Error> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_good = (1..=128).contains(&name.len())
        && name.bytes().all(is_letter)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    match is_good {
        true => Ok(()),
        false => Err(Error::batch(format!(
            "Error executing request, Exception : {what} should match valid pattern."
        ))),
    }
}
