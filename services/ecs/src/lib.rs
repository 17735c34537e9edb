//! The ECS room and the Batch room: containers that run to their end, as tasks and as jobs.
//!
//! ECS runs tasks, groups of containers made of a registered definition. Batch queues jobs, tries them again and lets them
//! wait for each other; an attempt of a job is a task of ECS. Containers are run by Docker, or as processes of this
//! machine where no engine is configured.
//!
//! It keeps no services running, places nothing on other machines, and isn't a sandbox.
//!
//! # How to read it
//! - The tables below: each operation and the function in `ops` that answers it.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model`, `jobs::model` and `tables`: what is kept, and how. `compose`: from a definition to a task.
//! - `work`: which tasks have a driver. `driver`: the life of one task. `engine`: how one container is run.
//! - `jobs`: what the life of its tasks means for a job, and for those that wait for it.

mod arn;
mod compose;
mod describe;
mod driver;
mod engine;
mod errors;
mod happened;
mod jobs;
mod model;
mod ops;
mod tables;
mod visit;
mod wire;
mod work;

pub use engine::EngineOptions;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, Rate, Reply, ResourceArn, Service};
use store::Store;
use tokio::sync::{Notify, watch};

use engine::{Engine, Workshop};
use ops::ecs::Revision;
use visit::Visit;

/// The room of tasks.
pub struct Ecs(Arc<Room>);

/// The room of jobs.
pub struct Batch(Arc<Room>);

/// What the rooms are made with.
pub struct Options {
    /// Where tasks and jobs are kept.
    pub store: Arc<dyn Store>,
    /// The house.
    pub house: Arc<House>,
    /// The way to other rooms: logs, tokens, secrets.
    pub bus: Bus,
    /// What runs containers.
    pub engine: EngineOptions,
    /// The rooms' folder: where processes of tasks work.
    pub data: PathBuf,
    /// Tasks that run at once; others wait.
    pub tasks_max: usize,
}

/// What both share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    engine: Arc<Engine>,
    tasks_max: usize,
    /// Rings when there is a task that has no driver.
    bell: Notify,
    /// Tells drivers to look at their tasks again.
    changed: watch::Sender<()>,
}

impl Ecs {
    /// Opens the room. Nothing runs before [`Ecs::work`] does.
    pub fn open(options: Options) -> std::io::Result<Self> {
        let Options { store, house, bus, engine, data, tasks_max } = options;
        let workshop = Workshop { house: Arc::clone(&house), bus, endpoint: OnceLock::new() };
        let engine = Arc::new(Engine::open(engine, workshop, data)?);
        let (bell, changed) = (Notify::new(), watch::Sender::new(()));
        Ok(Ecs(Arc::new(Room { store, house, engine, tasks_max, bell, changed })))
    }

    /// The room of the jobs whose attempts are tasks here.
    pub fn batch(&self) -> Batch {
        Batch(Arc::clone(&self.0))
    }

    /// Says where the house answers: SDKs inside containers are told by `AWS_ENDPOINT_URL`. It can be said once.
    pub fn set_endpoint(&self, url: String) {
        let first = self.0.engine.workshop().endpoint.set(url);
        assert!(first.is_ok(), "the house answers at one place");
    }

    /// Runs tasks. To be run once, on a thread that lives as long as the house: all processes end with it.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Batch {
    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for Ecs {
    fn facts(&self) -> Facts {
        Facts {
            name: "ecs",
            signing_name: "ecs",
            endpoint_prefix: "ecs",
            target_prefix: "AmazonEC2ContainerServiceV20141113",
            protocol: Protocol::Json1_1,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        ECS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        ECS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        ECS.call(self, ctx, operation, body)
    }

    fn answers_again(&self, operation: &str) -> bool {
        matches!(operation, "RunTask" | "StopTask")
    }

    /// The newest active revision of a family.
    fn resource_arn<'a>(
        &'a self,
        ctx: &'a Ctx,
        _operation: &'a str,
        family: &'a str,
    ) -> ResourceArn<'a> {
        Box::pin(async move {
            let visit = self.enter(ctx.clone());
            let Revision { family, number, .. } = visit
                .task_definition(family)
                .await
                .unwrap_or_else(|error| unread(&error, family))?;
            Some(visit.scope().task_definition(family, number))
        })
    }
}

impl Service for Batch {
    fn facts(&self) -> Facts {
        Facts {
            name: "batch",
            signing_name: "batch",
            endpoint_prefix: "batch",
            target_prefix: "AWSBatch",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        BATCH.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        BATCH.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        BATCH.call(self, ctx, operation, body)
    }

    fn answers_again(&self, operation: &str) -> bool {
        matches!(operation, "SubmitJob" | "CancelJob" | "TerminateJob")
    }

    /// The newest active revision of a job definition.
    fn resource_arn<'a>(
        &'a self,
        ctx: &'a Ctx,
        _operation: &'a str,
        name: &'a str,
    ) -> ResourceArn<'a> {
        Box::pin(async move {
            let visit = self.enter(ctx.clone());
            let (name, number, _) = ops::batch::active(&visit, name)
                .await
                .unwrap_or_else(|error| unread(&error, name))?;
            Some(visit.scope().batch("job-definition", &format!("{name}:{number}")))
        })
    }
}

/// Of a definition whose ARN policies ask for and that can't be read: they are held against none.
fn unread<T>(error: &errors::Error, name: &str) -> Option<T> {
    tracing::error!(error = error as &dyn std::error::Error, name, "read a definition");
    None
}

service::operations! {
    /// The operations of ECS that there are here, and those whose refusal says what there isn't.
    static ECS: Ecs {
        "CreateCluster" => ops::ecs::create_cluster,
        "DeleteCluster" => ops::ecs::delete_cluster,
        "DeregisterTaskDefinition" => ops::ecs::deregister_task_definition,
        "DescribeClusters" => ops::ecs::describe_clusters,
        "DescribeTaskDefinition" => ops::ecs::describe_task_definition,
        "DescribeTasks" => ops::ecs::describe_tasks,
        "ListClusters" => ops::ecs::list_clusters,
        "ListTagsForResource" => ops::ecs::list_tags_for_resource,
        "ListTaskDefinitionFamilies" => ops::ecs::list_task_definition_families,
        "ListTaskDefinitions" => ops::ecs::list_task_definitions,
        "ListTasks" => ops::ecs::list_tasks,
        "RegisterTaskDefinition" => ops::ecs::register_task_definition,
        "RunTask" => ops::ecs::run_task,
        "StopTask" => ops::ecs::stop_task,
        "TagResource" => ops::ecs::tag_resource,
        "UntagResource" => ops::ecs::untag_resource,

        "CreateCapacityProvider" => ops::ecs::container_instances,
        "CreateService" => ops::ecs::services,
        "CreateTaskSet" => ops::ecs::task_sets,
        "DeleteService" => ops::ecs::services,
        "DescribeContainerInstances" => ops::ecs::container_instances,
        "DescribeServices" => ops::ecs::services,
        "ListContainerInstances" => ops::ecs::container_instances,
        "ListServices" => ops::ecs::services,
        "RegisterContainerInstance" => ops::ecs::container_instances,
        "StartTask" => ops::ecs::container_instances,
        "UpdateService" => ops::ecs::services,
    }
}

service::operations! {
    /// The operations of Batch that there are here. The others are for fair-share scheduling, consumable resources
    /// and SageMaker, which this house hasn't got.
    static BATCH: Batch {
        "CancelJob" => ops::batch::cancel_job,
        "CreateComputeEnvironment" => ops::batch::create_compute_environment,
        "CreateJobQueue" => ops::batch::create_job_queue,
        "DeleteComputeEnvironment" => ops::batch::delete_compute_environment,
        "DeleteJobQueue" => ops::batch::delete_job_queue,
        "DeregisterJobDefinition" => ops::batch::deregister_job_definition,
        "DescribeComputeEnvironments" => ops::batch::describe_compute_environments,
        "DescribeJobDefinitions" => ops::batch::describe_job_definitions,
        "DescribeJobQueues" => ops::batch::describe_job_queues,
        "DescribeJobs" => ops::batch::describe_jobs,
        "ListJobs" => ops::batch::list_jobs,
        "ListTagsForResource" => ops::batch::list_tags_for_resource,
        "RegisterJobDefinition" => ops::batch::register_job_definition,
        "SubmitJob" => ops::batch::submit_job,
        "TagResource" => ops::batch::tag_resource,
        "TerminateJob" => ops::batch::terminate_job,
        "UntagResource" => ops::batch::untag_resource,
        "UpdateComputeEnvironment" => ops::batch::update_compute_environment,
        "UpdateJobQueue" => ops::batch::update_job_queue,
    }
}
