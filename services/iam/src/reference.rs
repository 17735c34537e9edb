//! Which action an operation of a room needs, and upon which resource: AWS's service authorization reference,
//! as far as the house's rooms go.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
//!
//! An operation that isn't listed needs the action of its own name, upon what its service's row names, or upon `*`.

mod rules;

use json::{Kind, Value};
use policy::Context;
use service::Ctx;

use crate::tables::Kind as IdentityKind;
use crate::world::World;
use rules::{Resource, Rule};

/// What a request needs to be allowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Access {
    /// `states:StartExecution`.
    pub(crate) action: String,
    /// An ARN, or `*`.
    pub(crate) resource: String,
    /// The account that the resource belongs to, where its ARN doesn't say so.
    pub(crate) owner: Option<String>,
    /// The condition keys of this access alone.
    pub(crate) context: Context,
}

impl Access {
    pub(crate) fn new(action: String, resource: String) -> Self {
        Access { action, resource, owner: None, context: Context::new() }
    }
}

/// Everything that a request needs to be allowed.
pub(crate) fn accesses(
    room: &str,
    operation: &str,
    body: &Value,
    ctx: &Ctx,
    world: &World,
) -> Vec<Access> {
    let asked = Asked { room, body, ctx, world };
    let mut found: Vec<Access> = Vec::new();
    for Rule { action, resource } in rules::rules(room, operation) {
        for resource in asked.resources(resource) {
            // The rooms are called what their actions begin with.
            let mut access = Access::new(format!("{room}:{action}"), resource);
            access.context = asked.context();
            found.push(access);
        }
    }
    found.extend(asked.passed_roles(operation));
    found
}

struct Asked<'a> {
    room: &'a str,
    body: &'a Value,
    ctx: &'a Ctx,
    world: &'a World,
}

impl Asked<'_> {
    fn text(&self, member: &str) -> Option<String> {
        self.body.get(member)?.as_str().map(str::to_owned)
    }

    /// The ARNs that a rule names; `*` where the request doesn't say which resource it is about.
    fn resources(&self, resource: Resource) -> Vec<String> {
        let found = match resource {
            Resource::Any => Vec::new(),
            Resource::Arn(members) => {
                let unqualified = |arn: String| self.without_label(arn);
                members.iter().filter_map(|member| self.text(member)).map(unqualified).collect()
            }
            Resource::Named { members, kind } => {
                let names = members.iter().filter_map(|member| self.text(member));
                names.map(|name| self.arn(kind, &name)).collect()
            }
            Resource::Under { kind } => vec![self.arn(kind, "*")],
            Resource::QueueUrl => self.text("QueueUrl").iter().map(|url| self.queue(url)).collect(),
            Resource::Function => {
                self.text("FunctionName").iter().map(|name| self.function(name)).collect()
            }
            Resource::Tables => self.tables(),
            Resource::Object => self.object(),
            Resource::Identity(kind, member) => {
                vec![self.identity(kind, self.text(member).as_deref())]
            }
        };
        if found.is_empty() { vec!["*".to_owned()] } else { found }
    }

    /// Permissions on a state machine cover its versions, aliases and labels.
    fn without_label(&self, arn: String) -> String {
        match arn.split_once(":stateMachine:") {
            Some((head, rest)) if self.room == "states" => {
                let name = rest.split([':', '/']).next().unwrap_or(rest);
                format!("{head}:stateMachine:{name}")
            }
            _ => arn,
        }
    }

    fn arn(&self, kind: &str, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let (partition, account) = (self.ctx.partition(), self.ctx.account());
        // IAM is one for all regions.
        let region = if self.room == "iam" { "" } else { self.ctx.region() };
        format!("arn:{partition}:{}:{region}:{account}:{kind}{name}", self.room)
    }

    /// `http://host/account/name`
    fn queue(&self, url: &str) -> String {
        let mut parts = url.rsplit('/');
        let name = parts.next().unwrap_or_default();
        let account = parts.next().filter(|account| account.len() == 12);
        let (partition, region) = (self.ctx.partition(), self.ctx.region());
        let account = account.unwrap_or(self.ctx.account());
        format!("arn:{partition}:sqs:{region}:{account}:{name}")
    }

    /// A function by name, by `account:function:name`, or by ARN; a qualifier may follow.
    fn function(&self, name: &str) -> String {
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let name = name.split_once("function:").map_or(name, |(_, name)| name);
        let arn = self.arn("function:", name);
        match self.text("Qualifier") {
            Some(qualifier) if !name.contains(':') => format!("{arn}:{qualifier}"),
            _ => arn,
        }
    }

    /// A table, its index, or the tables of a batch or transaction.
    fn tables(&self) -> Vec<String> {
        if let Some(name) = self.text("TableName") {
            let table = self.arn("table/", &name);
            return vec![match self.text("IndexName") {
                Some(index) => format!("{table}/index/{index}"),
                None => table,
            }];
        }
        let requested = self.body.get("RequestItems").unwrap_or_else(Value::empty_object);
        let mut names: Vec<String> =
            requested.entries().map(|(name, _)| name.to_string()).collect();
        let items = self.body.get("TransactItems");
        for item in items.iter().flat_map(Value::items) {
            let inside = item.entries().next().and_then(|(_, inside)| inside.get("TableName"));
            names.extend(inside.and_then(|name| name.as_str().map(str::to_owned)));
        }
        names.sort();
        names.dedup();
        names.iter().map(|name| self.arn("table/", name)).collect()
    }

    /// A bucket, or an object in it.
    fn object(&self) -> Vec<String> {
        let Some(bucket) = self.text("Bucket") else { return Vec::new() };
        let bucket = format!("arn:{}:s3:::{bucket}", self.ctx.partition());
        vec![match self.text("Key") {
            Some(key) => format!("{bucket}/{key}"),
            None => bucket,
        }]
    }

    /// A user, group or role by name: its path is part of its ARN. Without a name it is the caller.
    fn identity(&self, kind: IdentityKind, name: Option<&str>) -> String {
        let Some(name) = name else { return self.ctx.caller().arn.clone() };
        let (partition, account) = (self.ctx.partition(), self.ctx.account());
        match self.world.identity(account, kind, name) {
            Some(entity) => crate::arn::identity(partition, entity),
            None => {
                let path = self.text("Path").unwrap_or_else(|| "/".to_owned());
                let kind = match kind {
                    IdentityKind::User => "user",
                    IdentityKind::Group => "group",
                    IdentityKind::Role => "role",
                };
                crate::arn::named(partition, account, kind, &path, name)
            }
        }
    }

    /// The condition keys that stand in the request itself.
    fn context(&self) -> Context {
        let mut context = Context::new();
        let tags = ["tags", "Tags"].iter().find_map(|member| self.body.get(member));
        if let Some(tags) = tags {
            let tags = tags_of(&tags);
            for (key, value) in &tags {
                context.set(&format!("aws:RequestTag/{key}"), value.clone());
            }
            context.set_all("aws:TagKeys", tags.into_iter().map(|(key, _)| key));
        }
        let keys: &[(&str, &str)] = match self.room {
            "iam" => &[
                ("PolicyArn", "iam:PolicyARN"),
                ("PermissionsBoundary", "iam:PermissionsBoundary"),
            ],
            "sts" => &[
                ("ExternalId", "sts:ExternalId"),
                ("RoleSessionName", "sts:RoleSessionName"),
                ("SourceIdentity", "sts:SourceIdentity"),
            ],
            "s3" => &[
                ("Prefix", "s3:prefix"),
                ("Delimiter", "s3:delimiter"),
                ("VersionId", "s3:VersionId"),
            ],
            "sns" => &[("Protocol", "sns:Protocol"), ("Endpoint", "sns:Endpoint")],
            _ => &[],
        };
        for (member, key) in keys {
            if let Some(value) = self.text(member) {
                context.set(key, value);
            }
        }
        if let (Some(max_keys), "s3") = (self.body.get("MaxKeys"), self.room) {
            context.set("s3:max-keys", max_keys.to_string());
        }
        context
    }

    /// Who gives a role to a service needs `iam:PassRole` upon it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    fn passed_roles(&self, operation: &str) -> Vec<Access> {
        let (members, service): (&[&str], _) = match (self.room, operation) {
            ("states", "CreateStateMachine" | "UpdateStateMachine" | "TestState") => {
                (&["roleArn"], "states.amazonaws.com")
            }
            ("lambda", "CreateFunction" | "UpdateFunctionConfiguration") => {
                (&["Role"], "lambda.amazonaws.com")
            }
            ("events", "PutRule") => (&["RoleArn"], "events.amazonaws.com"),
            _ => return Vec::new(),
        };
        let pass = |role: String| {
            let mut access = Access::new("iam:PassRole".to_owned(), role);
            access.context.set("iam:PassedToService", service);
            access
        };
        members.iter().filter_map(|member| self.text(member)).map(pass).collect()
    }
}

/// Tags as a list of pairs, or as a map.
fn tags_of(tags: &Value) -> Vec<(String, String)> {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    match tags.kind() {
        Kind::Array => tags
            .items()
            .filter_map(|tag| {
                let member = |upper, lower| text(tag.get(upper).or_else(|| tag.get(lower)));
                Some((member("Key", "key")?, member("Value", "value").unwrap_or_default()))
            })
            .collect(),
        Kind::Object => tags
            .entries()
            .filter_map(|(key, value)| Some((key.to_string(), text(Some(value))?)))
            .collect(),
        _ => Vec::new(),
    }
}
