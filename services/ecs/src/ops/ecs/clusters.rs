use store::Batch;

use crate::arn::{DEFAULT_CLUSTER, cluster_of, name_of};
use crate::describe;
use crate::errors::Error;
use crate::model::{Cluster, Status};
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::ecs::{
    ClusterOutput, CreateClusterInput, DeleteClusterInput, DescribeClustersInput,
    DescribeClustersOutput, Failure, ListClustersInput, ListClustersOutput,
};

const NAME_LENGTH_MAX: usize = 255;

impl Visit<'_> {
    /// A cluster that can be used. The default one always can, unless it was deleted.
    pub(crate) async fn cluster(&self, name: &str) -> Result<Cluster, Error> {
        match self.tables().cluster(&self.scope(), name).await? {
            Some(found) if found.value.is_inactive => Err(Error::ClusterNotFound),
            Some(found) => Ok(found.value),
            None if name == DEFAULT_CLUSTER => Ok(Cluster::default()),
            None => Err(Error::ClusterNotFound),
        }
    }
}

/// Who creates a cluster that there is gets it as it is.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
pub(crate) async fn create_cluster(
    ctx: &Visit<'_>,
    req: CreateClusterInput,
) -> Result<ClusterOutput, Error> {
    let name = cluster_of(req.cluster_name.as_deref());
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if NAME_LENGTH_MAX < name.len() || !name.bytes().all(is_letter) {
        return Err(Error::invalid(
            "Identifier must only contain letters, numbers, underscore, and hyphen",
        ));
    }
    let settings = req.settings.unwrap_or_default();
    let settings =
        settings.into_iter().filter_map(|it| Some((it.name?, it.value.unwrap_or_default())));
    let new = Cluster {
        tags: describe::tags_of(req.tags),
        settings: settings.collect(),
        capacity_providers: req.capacity_providers.unwrap_or_default(),
        is_inactive: false,
    };
    let scope = ctx.scope();
    loop {
        let mut batch = Batch::new();
        match ctx.tables().cluster(&scope, &name).await? {
            Some(found) if found.value.is_inactive => found.replace(&mut batch, new.clone()),
            Some(found) => {
                let tasks = ctx.tables().tasks(&scope, &name).await?;
                return Ok(ClusterOutput {
                    cluster: describe::cluster(&scope, &name, &found.value, &tasks),
                });
            }
            None => tables::add_cluster(&mut batch, &scope, &name, &new),
        }
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(ClusterOutput { cluster: describe::cluster(&scope, &name, &new, &[]) });
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html>
pub(crate) async fn delete_cluster(
    ctx: &Visit<'_>,
    req: DeleteClusterInput,
) -> Result<ClusterOutput, Error> {
    let (scope, name) = (ctx.scope(), cluster_of(Some(&req.cluster)));
    loop {
        let cluster = ctx.cluster(&name).await?;
        let tasks = ctx.tables().tasks(&scope, &name).await?;
        if tasks.iter().any(|task| task.status < Status::Stopped) {
            return Err(Error::ClusterContainsTasks);
        }
        let deleted = Cluster { is_inactive: true, ..cluster };
        let mut batch = Batch::new();
        match ctx.tables().cluster(&scope, &name).await? {
            Some(found) => found.replace(&mut batch, deleted.clone()),
            None => tables::add_cluster(&mut batch, &scope, &name, &deleted),
        }
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(ClusterOutput {
                cluster: describe::cluster(&scope, &name, &deleted, &tasks),
            });
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html>
pub(crate) async fn describe_clusters(
    ctx: &Visit<'_>,
    req: DescribeClustersInput,
) -> Result<DescribeClustersOutput, Error> {
    let scope = ctx.scope();
    let named = req.clusters.filter(|names| !names.is_empty());
    let references = named.unwrap_or_else(|| vec![DEFAULT_CLUSTER.to_owned()]);
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for reference in &references {
        let name = name_of(reference);
        let found = match ctx.tables().cluster(&scope, name).await? {
            Some(found) => Some(found.value),
            None => (name == DEFAULT_CLUSTER).then(Cluster::default),
        };
        match found {
            Some(cluster) => {
                let tasks = ctx.tables().tasks(&scope, name).await?;
                clusters.push(describe::cluster(&scope, name, &cluster, &tasks));
            }
            None => failures.push(Failure {
                arn: Some(scope.cluster(name)),
                reason: Some("MISSING".to_owned()),
                detail: None,
            }),
        }
    }
    Ok(DescribeClustersOutput { clusters, failures })
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html>
pub(crate) async fn list_clusters(
    ctx: &Visit<'_>,
    req: ListClustersInput,
) -> Result<ListClustersOutput, Error> {
    let scope = ctx.scope();
    let mut clusters = ctx.tables().clusters(&scope).await?;
    if clusters.iter().all(|(name, _)| name != DEFAULT_CLUSTER) {
        clusters.push((DEFAULT_CLUSTER.to_owned(), Cluster::default()));
        clusters.sort_by(|one, other| one.0.cmp(&other.0));
    }
    let names = clusters.into_iter().filter(|(_, it)| !it.is_inactive).map(|(name, _)| name);
    let (names, next_token) =
        ctx.page("ListClusters", names, req.max_results, req.next_token.as_deref(), Clone::clone)?;
    Ok(ListClustersOutput {
        cluster_arns: names.iter().map(|name| scope.cluster(name)).collect(),
        next_token,
    })
}
