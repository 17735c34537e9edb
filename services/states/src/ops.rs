//! The operations, one file each: check, act, reply.

mod create_activity;
mod create_state_machine;
mod create_state_machine_alias;
mod delete_activity;
mod delete_state_machine;
mod delete_state_machine_alias;
mod delete_state_machine_version;
mod describe_activity;
mod describe_execution;
mod describe_map_run;
mod describe_state_machine;
mod describe_state_machine_alias;
mod describe_state_machine_for_execution;
mod get_activity_task;
mod get_execution_history;
mod list_activities;
mod list_executions;
mod list_map_runs;
mod list_state_machine_aliases;
mod list_state_machine_versions;
mod list_state_machines;
mod list_tags_for_resource;
mod publish_state_machine_version;
mod redrive_execution;
mod send_task_failure;
mod send_task_heartbeat;
mod send_task_success;
mod start_execution;
mod start_sync_execution;
mod stop_execution;
mod tag_resource;
mod test_state;
mod untag_resource;
mod update_map_run;
mod update_state_machine;
mod update_state_machine_alias;
mod validate_state_machine_definition;

pub(crate) use create_activity::create_activity;
pub(crate) use create_state_machine::create_state_machine;
pub(crate) use create_state_machine_alias::create_state_machine_alias;
pub(crate) use delete_activity::delete_activity;
pub(crate) use delete_state_machine::delete_state_machine;
pub(crate) use delete_state_machine_alias::delete_state_machine_alias;
pub(crate) use delete_state_machine_version::delete_state_machine_version;
pub(crate) use describe_activity::describe_activity;
pub(crate) use describe_execution::describe_execution;
pub(crate) use describe_map_run::describe_map_run;
pub(crate) use describe_state_machine::describe_state_machine;
pub(crate) use describe_state_machine_alias::describe_state_machine_alias;
pub(crate) use describe_state_machine_for_execution::describe_state_machine_for_execution;
pub(crate) use get_activity_task::get_activity_task;
pub(crate) use get_execution_history::get_execution_history;
pub(crate) use list_activities::list_activities;
pub(crate) use list_executions::list_executions;
pub(crate) use list_map_runs::list_map_runs;
pub(crate) use list_state_machine_aliases::list_state_machine_aliases;
pub(crate) use list_state_machine_versions::list_state_machine_versions;
pub(crate) use list_state_machines::list_state_machines;
pub(crate) use list_tags_for_resource::list_tags_for_resource;
pub(crate) use publish_state_machine_version::publish_state_machine_version;
pub(crate) use redrive_execution::redrive_execution;
pub(crate) use send_task_failure::send_task_failure;
pub(crate) use send_task_heartbeat::send_task_heartbeat;
pub(crate) use send_task_success::send_task_success;
pub(crate) use start_execution::start_execution;
pub(crate) use start_sync_execution::start_sync_execution;
pub(crate) use stop_execution::stop_execution;
pub(crate) use tag_resource::tag_resource;
pub(crate) use test_state::test_state;
pub(crate) use untag_resource::untag_resource;
pub(crate) use update_map_run::update_map_run;
pub(crate) use update_state_machine::update_state_machine;
pub(crate) use update_state_machine_alias::update_state_machine_alias;
pub(crate) use validate_state_machine_definition::validate_state_machine_definition;

use crate::wire::ExecutionStatus;

impl From<runner::Status> for ExecutionStatus {
    fn from(status: runner::Status) -> Self {
        match status {
            runner::Status::Running => ExecutionStatus::Running,
            runner::Status::Succeeded => ExecutionStatus::Succeeded,
            runner::Status::Failed => ExecutionStatus::Failed,
            runner::Status::TimedOut => ExecutionStatus::TimedOut,
            runner::Status::Aborted => ExecutionStatus::Aborted,
            runner::Status::PendingRedrive => ExecutionStatus::PendingRedrive,
        }
    }
}

impl From<ExecutionStatus> for runner::Status {
    fn from(status: ExecutionStatus) -> Self {
        match status {
            ExecutionStatus::Running => runner::Status::Running,
            ExecutionStatus::Succeeded => runner::Status::Succeeded,
            ExecutionStatus::Failed => runner::Status::Failed,
            ExecutionStatus::TimedOut => runner::Status::TimedOut,
            ExecutionStatus::Aborted => runner::Status::Aborted,
            ExecutionStatus::PendingRedrive => runner::Status::PendingRedrive,
        }
    }
}
