//! The Step Functions room: all 37 operations of the AWS API.
//!
//! It checks requests and keeps state machines, their versions and aliases, activities and tags. What runs is `runner`'s:
//! this room hands it a state machine as it was at the start of an execution, and asks it for everything
//! an execution has become.
//!
//! It knows no States Language (that is `asl`), decides nothing about executions, and opens no sockets.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it: check, act, reply.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model` and `tables`: what is kept, and how. `machines`: from a stored machine to one that can run.
//! - `test_state`: TestState, which runs one state without an execution.
//! - `work`: what goes on after a reply.

mod activity_index;
mod arn;
mod configuration;
mod definition;
mod errors;
mod execution_input;
mod limits;
mod machines;
mod model;
mod name;
mod ops;
mod paging;
mod publish;
mod redrive;
mod routing;
mod tables;
mod tags;
mod test_state;
mod visit;
mod wire;
mod work;

pub use activity_index::ActivityIndex;
pub use limits::Limits;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use runner::Runner;
use service::{Bus, Ctx, Facts, Rate, Reply, Service};
use store::Store;

use machines::Machines;
use visit::Visit;

/// The room.
pub struct States(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    bus: Bus,
    runner: Runner,
    activities: ActivityIndex,
    machines: Machines,
    limits: Limits,
}

impl States {
    /// Opens the room over a store whose executions `runner` drives and whose activities are `activities`.
    /// What a deletion has left undone is done by [`States::work`].
    pub fn open(
        store: Arc<dyn Store>,
        bus: Bus,
        runner: Runner,
        activities: ActivityIndex,
        limits: Limits,
    ) -> Self {
        let machines = Machines::default();
        States(Arc::new(Room { store, bus, runner, activities, machines, limits }))
    }

    /// Finishes what a stop of the process interrupted. To be run once, when the runner works.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::finish_deletions(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for States {
    fn facts(&self) -> Facts {
        Facts {
            name: "states",
            signing_name: "states",
            endpoint_prefix: "states",
            target_prefix: "AWSStepFunctions",
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    /// The runner knows by the attempt which execution it has started for it.
    fn answers_again(&self, operation: &str) -> bool {
        operation == "StartExecution"
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }
}

service::operations! {
    /// The operations, with AWS's rates for the large regions.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-api-action-throttling-general>
    static OPERATIONS: States {
        "CreateActivity" => ops::create_activity [rate(100, 1)],
        "CreateStateMachine" => ops::create_state_machine [rate(100, 1)],
        "CreateStateMachineAlias" => ops::create_state_machine_alias [rate(100, 1)],
        "DeleteActivity" => ops::delete_activity [rate(100, 1)],
        "DeleteStateMachine" => ops::delete_state_machine [rate(100, 1)],
        "DeleteStateMachineAlias" => ops::delete_state_machine_alias [rate(100, 1)],
        "DeleteStateMachineVersion" => ops::delete_state_machine_version [rate(100, 1)],
        "DescribeActivity" => ops::describe_activity [rate(200, 1)],
        "DescribeExecution" => ops::describe_execution [rate(300, 15)],
        "DescribeMapRun" => ops::describe_map_run [rate(200, 1)],
        "DescribeStateMachine" => ops::describe_state_machine [rate(200, 20)],
        "DescribeStateMachineAlias" => ops::describe_state_machine_alias [rate(200, 1)],
        "DescribeStateMachineForExecution" => ops::describe_state_machine_for_execution [rate(200, 1)],
        "GetActivityTask" => ops::get_activity_task [rate(3_000, 500)],
        "GetExecutionHistory" => ops::get_execution_history [rate(400, 20)],
        "ListActivities" => ops::list_activities [rate(100, 10)],
        "ListExecutions" => ops::list_executions [rate(200, 5)],
        "ListMapRuns" => ops::list_map_runs [rate(100, 1)],
        "ListStateMachineAliases" => ops::list_state_machine_aliases [rate(100, 1)],
        "ListStateMachineVersions" => ops::list_state_machine_versions [rate(100, 1)],
        "ListStateMachines" => ops::list_state_machines [rate(100, 5)],
        "ListTagsForResource" => ops::list_tags_for_resource [rate(100, 1)],
        "PublishStateMachineVersion" => ops::publish_state_machine_version [rate(100, 1)],
        "RedriveExecution" => ops::redrive_execution [rate(1_300, 300)],
        "SendTaskFailure" => ops::send_task_failure [rate(3_000, 500)],
        "SendTaskHeartbeat" => ops::send_task_heartbeat [rate(3_000, 500)],
        "SendTaskSuccess" => ops::send_task_success [rate(3_000, 500)],
        "StartExecution" => ops::start_execution [rate(1_300, 300)],
        "StartSyncExecution" => ops::start_sync_execution,
        "StopExecution" => ops::stop_execution [rate(1_000, 200)],
        "TagResource" => ops::tag_resource [rate(200, 1)],
        "TestState" => ops::test_state [rate(1, 1)],
        "UntagResource" => ops::untag_resource [rate(200, 1)],
        "UpdateMapRun" => ops::update_map_run [rate(100, 1)],
        "UpdateStateMachine" => ops::update_state_machine [rate(100, 1)],
        "UpdateStateMachineAlias" => ops::update_state_machine_alias [rate(100, 1)],
        "ValidateStateMachineDefinition" => ops::validate_state_machine_definition [rate(100, 1)],
    }
}
