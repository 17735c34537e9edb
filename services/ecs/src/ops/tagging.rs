//! Tags, which both services change in the same way.

use store::{Batch, Found, Stored};

use crate::arn::{Revisioned, TaskKey, name_of};
use crate::errors::Error;
use crate::jobs::model::{ComputeEnvironment, Job, JobQueue};
use crate::model::{Cluster, Definition, Tags, Task};
use crate::tables::Kind;
use crate::visit::{Commit, Visit};

/// What has tags.
trait Tagged: Clone + PartialEq + Stored {
    fn tags(&mut self) -> &mut Tags;
}

macro_rules! tagged {
    ($($kind:ty),+ $(,)?) => {$(
        impl Tagged for $kind {
            fn tags(&mut self) -> &mut Tags {
                &mut self.tags
            }
        }
    )+};
}
tagged!(Cluster, ComputeEnvironment, Definition, Job, JobQueue, Task);

/// Changes the tags of whatever the ARN names in that service; gives them as they are then, or nothing if there is no
/// such thing.
pub(super) async fn change(
    ctx: &Visit<'_>,
    service: &str,
    arn: &str,
    act: impl Fn(&mut Tags),
) -> Result<Option<Tags>, Error> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let is_of_service = parts.next() == Some(service);
    let named = parts.nth(2).and_then(|resource| resource.split_once('/'));
    let Some((kind, name)) = named.filter(|_| is_of_service) else { return Ok(None) };
    let (scope, tables) = (ctx.scope(), ctx.tables());
    loop {
        let mut batch = Batch::new();
        let tags = match (service, kind) {
            ("ecs", "cluster") => edit(tables.cluster(&scope, name).await?, &mut batch, &act),
            ("ecs", "task-definition") => {
                edit(revision(ctx, Kind::TaskDefinition, name).await?, &mut batch, &act)
            }
            ("ecs", "task") => {
                let Some((cluster, id)) = name.split_once('/') else { return Ok(None) };
                let (cluster, id) = (cluster.to_owned(), name_of(id).to_owned());
                let key = TaskKey { scope: scope.clone(), cluster, id };
                edit(tables.task(&key).await?, &mut batch, &act)
            }
            ("batch", "compute-environment") => {
                edit(tables.environment(&scope, name).await?, &mut batch, &act)
            }
            ("batch", "job-queue") => edit(tables.queue(&scope, name).await?, &mut batch, &act),
            ("batch", "job-definition") => {
                edit(revision(ctx, Kind::JobDefinition, name).await?, &mut batch, &act)
            }
            ("batch", "job") => edit(tables.job(&scope, name).await?, &mut batch, &act),
            _ => None,
        };
        if batch.changes().is_empty() || ctx.room().commit(batch).await? == Commit::Done {
            return Ok(tags);
        }
    }
}

async fn revision(
    ctx: &Visit<'_>,
    kind: Kind,
    name: &str,
) -> Result<Option<Found<Definition>>, Error> {
    let named = Revisioned::parse(name).and_then(|it| Some((it.name, it.revision?)));
    let Some((name, number)) = named else { return Ok(None) };
    Ok(ctx.tables().definition(kind, &ctx.scope(), name, number).await?)
}

fn edit<T: Tagged>(
    found: Option<Found<T>>,
    batch: &mut Batch,
    act: impl Fn(&mut Tags),
) -> Option<Tags> {
    let found = found?;
    let mut changed = found.value.clone();
    act(changed.tags());
    if changed != found.value {
        found.replace(batch, changed.clone());
    }
    Some(changed.tags().clone())
}
