//! Names and ARNs of ECS and Batch.

use service::Ctx;

/// The cluster that requests mean which name none.
pub(crate) const DEFAULT_CLUSTER: &str = "default";

/// Whose things they are: what stands in the middle of their ARNs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope(String);

impl Scope {
    pub(crate) fn of(ctx: &Ctx) -> Self {
        Scope(format!("{}:{}:{}", ctx.partition(), ctx.region(), ctx.account()))
    }

    /// The scope that a key holds.
    pub(crate) fn read(text: String) -> Self {
        Scope(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn region(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    pub(crate) fn account(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }

    /// `arn:aws:ecs:us-east-1:000000000000:cluster/default`
    fn arn(&self, service: &str, resource: &str) -> String {
        let (partition, place) = self.0.split_once(':').unwrap_or((&self.0, ""));
        format!("arn:{partition}:{service}:{place}:{resource}")
    }

    pub(crate) fn cluster(&self, name: &str) -> String {
        self.arn("ecs", &format!("cluster/{name}"))
    }

    pub(crate) fn task_definition(&self, family: &str, revision: u64) -> String {
        self.arn("ecs", &format!("task-definition/{family}:{revision}"))
    }

    pub(crate) fn task(&self, cluster: &str, id: &str) -> String {
        self.arn("ecs", &format!("task/{cluster}/{id}"))
    }

    pub(crate) fn container(&self, cluster: &str, task: &str, name: &str) -> String {
        self.arn("ecs", &format!("container/{cluster}/{task}/{name}"))
    }

    /// `kind` is `compute-environment`, `job-queue`, `job-definition` or `job`.
    pub(crate) fn batch(&self, kind: &str, name: &str) -> String {
        self.arn("batch", &format!("{kind}/{name}"))
    }
}

/// One task of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskKey {
    pub(crate) scope: Scope,
    pub(crate) cluster: String,
    pub(crate) id: String,
}

impl TaskKey {
    pub(crate) fn arn(&self) -> String {
        self.scope.task(&self.cluster, &self.id)
    }
}

/// The name at the end of an ARN, or a name as it is.
pub(crate) fn name_of(reference: &str) -> &str {
    match reference.starts_with("arn:") {
        true => reference.rsplit('/').next().unwrap_or(reference),
        false => reference,
    }
}

/// The name of the cluster that a request means.
pub(crate) fn cluster_of(reference: Option<&str>) -> String {
    let reference = reference.filter(|reference| !reference.is_empty());
    reference.map_or(DEFAULT_CLUSTER, name_of).to_owned()
}

/// `name:revision`, by ARN or not; without a revision the newest is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revisioned<'a> {
    pub(crate) name: &'a str,
    pub(crate) revision: Option<u64>,
}

impl<'a> Revisioned<'a> {
    /// None if what follows the name is no number.
    pub(crate) fn parse(reference: &'a str) -> Option<Self> {
        match name_of(reference).split_once(':') {
            Some((name, revision)) => {
                Some(Revisioned { name, revision: Some(revision.parse().ok()?) })
            }
            None => Some(Revisioned { name: name_of(reference), revision: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_called_by_name_or_arn() {
        assert_eq!(cluster_of(None), "default");
        assert_eq!(cluster_of(Some("arn:aws:ecs:us-east-1:000000000000:cluster/mine")), "mine");
        let of = |text| Revisioned::parse(text).map(|it| (it.name.to_owned(), it.revision));
        assert_eq!(of("web"), Some(("web".into(), None)));
        let arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/web:3";
        assert_eq!(of(arn), Some(("web".into(), Some(3))));
        assert_eq!(of("web:three"), None);
    }

    #[test]
    fn a_scope_stands_in_every_arn() {
        let scope = Scope::read("aws:eu-west-1:111122223333".into());
        assert_eq!(scope.task("c", "t"), "arn:aws:ecs:eu-west-1:111122223333:task/c/t");
        assert_eq!(scope.batch("job", "j"), "arn:aws:batch:eu-west-1:111122223333:job/j");
        assert_eq!((scope.region(), scope.account()), ("eu-west-1", "111122223333"));
    }
}
