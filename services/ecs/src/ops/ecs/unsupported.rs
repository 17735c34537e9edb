use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::Document;
use crate::wire::ecs::Empty;

/// Services keep tasks running behind load balancers, which this house hasn't got.
pub(crate) async fn services(_: &Visit<'_>, _: Document) -> Result<Empty, Error> {
    Err(Error::Unsupported("Services of ECS"))
}

/// Tasks run on the machine of the house.
pub(crate) async fn container_instances(_: &Visit<'_>, _: Document) -> Result<Empty, Error> {
    Err(Error::Unsupported("Container instances and capacity providers of ECS"))
}

/// Task sets are parts of services.
pub(crate) async fn task_sets(_: &Visit<'_>, _: Document) -> Result<Empty, Error> {
    Err(Error::Unsupported("Task sets and deployments of ECS"))
}
