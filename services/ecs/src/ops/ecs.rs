mod clusters;
mod run_task;
mod stop_task;
mod tags;
mod task_definitions;
mod tasks;
mod unsupported;

pub(crate) use clusters::{create_cluster, delete_cluster, describe_clusters, list_clusters};
pub(crate) use run_task::run_task;
pub(crate) use stop_task::stop_task;
pub(crate) use tags::{list_tags_for_resource, tag_resource, untag_resource};
pub(crate) use task_definitions::{
    Revision, deregister_task_definition, describe_task_definition, list_task_definition_families,
    list_task_definitions, register_task_definition,
};
pub(crate) use tasks::{describe_tasks, list_tasks};
pub(crate) use unsupported::{container_instances, services, task_sets};
