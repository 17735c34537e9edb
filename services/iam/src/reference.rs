//! Which action an operation of a room needs, and upon which resource: AWS's service authorization reference,
//! as far as the house's rooms go.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
//!
//! An operation that isn't listed needs the action of its own name, upon what its service's row names, or upon `*`.

mod partiql;
mod passed;
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

/// What stands in a request for something that only its room can tell the ARN of.
pub(crate) fn to_be_told(room: &str, operation: &str, body: &Value) -> Option<String> {
    let member = body.get(rules::member_to_be_told(room, operation)?)?;
    let reference = member.as_str()?;
    let is_family = matches!(room, "ecs" | "batch");
    let is_whole = is_family && last_name(reference).contains(':');
    (!is_whole).then(|| reference.to_owned())
}

/// A request that somebody makes.
pub(crate) struct Asked<'a> {
    pub(crate) room: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) body: &'a Value,
    pub(crate) ctx: &'a Ctx,
    pub(crate) world: &'a World,
    /// The ARN that the room has told for what is [`to_be_told`].
    pub(crate) told: Option<String>,
}

impl Asked<'_> {
    /// Everything that the request needs to be allowed.
    pub(crate) fn accesses(&self) -> Result<Vec<Access>, aws::Error> {
        self.check_transaction()?;
        let mut named = self.statements()?;
        for Rule { action, resource } in rules::rules(self.room, self.operation) {
            let resources = self.resources(resource).into_iter();
            named.extend(resources.map(|resource| (action, resource)));
        }
        // The rooms are called what their actions begin with, but for two.
        let prefix = match self.room {
            "dynamodbstreams" => "dynamodb",
            "rdsdata" => "rds-data",
            room => room,
        };
        let access = |(action, resource)| {
            let mut access = Access::new(format!("{prefix}:{action}"), resource);
            access.context = self.context();
            access
        };
        let mut found: Vec<Access> = named.into_iter().map(access).collect();
        found.extend(self.passed_roles());
        Ok(found)
    }

    fn text(&self, member: &str) -> Option<String> {
        self.body.get(member)?.as_str().map(str::to_owned)
    }

    /// The text of a member, or those of a list.
    fn texts(&self, member: &str) -> Vec<String> {
        let Some(value) = self.body.get(member) else { return Vec::new() };
        match value.kind() {
            Kind::Array => {
                value.items().filter_map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => value.as_str().map(str::to_owned).into_iter().collect(),
        }
    }

    fn all_texts(&self, members: &[&str]) -> Vec<String> {
        members.iter().flat_map(|member| self.texts(member)).collect()
    }

    /// The ARNs that a rule names; `*` where the request doesn't say which resource it is about.
    fn resources(&self, resource: Resource) -> Vec<String> {
        let found = match resource {
            Resource::Any => Vec::new(),
            Resource::Told => self.told.iter().cloned().collect(),
            Resource::TopicOf(members) => {
                self.all_texts(members).iter().map(|arn| topic_of(arn).to_owned()).collect()
            }
            Resource::LogGroup => self.log_groups(),
            Resource::Arn(members) => {
                let unqualified = |arn: String| self.without_label(arn);
                self.all_texts(members).into_iter().map(unqualified).collect()
            }
            Resource::Named { members, kind } => {
                self.all_texts(members).iter().map(|name| self.arn(kind, name)).collect()
            }
            Resource::Revision { member, kind } => {
                self.texts(member).iter().map(|name| self.revision(kind, name)).collect()
            }
            Resource::Cluster(member) => self.clusters(member),
            Resource::Task(member) => self.tasks(member),
            Resource::Bus(member) => vec![self.bus(self.text(member).as_deref())],
            Resource::BusesOfEntries => self.buses_of_entries(),
            Resource::EventRule(member) => {
                self.texts(member).iter().map(|name| self.event_rule(name)).collect()
            }
            Resource::Schedule => {
                let group = self.text("GroupName").unwrap_or_else(|| "default".to_owned());
                let names = self.texts("Name").into_iter();
                names.map(|name| self.arn("schedule/", &format!("{group}/{name}"))).collect()
            }
            Resource::LayerVersion => {
                let version = self.body.get("VersionNumber").map(|version| version.to_string());
                let version = version.unwrap_or_else(|| "*".to_owned());
                let names = self.texts("LayerName").into_iter();
                names.map(|name| format!("{}:{version}", self.arn("layer:", &name))).collect()
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
        let name = match self.room {
            "ecs" | "batch" => last_name(name),
            // Some operations show the ARN of a log group with this end.
            "logs" if name.starts_with("arn:") => name.strip_suffix(":*").unwrap_or(name),
            _ => name,
        };
        if name.starts_with("arn:") {
            return name.to_owned();
        }
        let (partition, account) = (self.ctx.partition(), self.ctx.account());
        // IAM is one for all regions.
        let region = if self.room == "iam" { "" } else { self.ctx.region() };
        format!("arn:{partition}:{}:{region}:{account}:{kind}{name}", self.room)
    }

    /// `http://host/account/name`, with any end of slashes, or a name alone.
    fn queue(&self, url: &str) -> String {
        let mut parts = url.trim_end_matches('/').rsplit('/');
        let name = parts.next().unwrap_or_default();
        let account = parts.next().filter(|account| account.len() == 12);
        let (partition, region) = (self.ctx.partition(), self.ctx.region());
        let account = account.unwrap_or(self.ctx.account());
        format!("arn:{partition}:sqs:{region}:{account}:{name}")
    }

    /// A function by name, by `account:function:name`, or by ARN; a qualifier may follow.
    fn function(&self, name: &str) -> String {
        let (partition, region) = (self.ctx.partition(), self.ctx.region());
        let arn = match name.split_once(":function:") {
            _ if name.starts_with("arn:") => name.to_owned(),
            Some((account, name)) => {
                format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
            }
            None => self.arn("function:", name.strip_prefix("function:").unwrap_or(name)),
        };
        let is_qualified = arn.split(':').count() > 7;
        match self.text("Qualifier") {
            Some(qualifier) if !is_qualified && rules::takes_qualifier(self.operation) => {
                format!("{arn}:{qualifier}")
            }
            _ => arn,
        }
    }

    /// `name:revision`; without a revision the one that the room tells, or else any.
    fn revision(&self, kind: &str, name: &str) -> String {
        let arn = self.arn(kind, name);
        match &self.told {
            _ if last_name(name).contains(':') => arn,
            Some(told) => told.clone(),
            None => format!("{arn}:*"),
        }
    }

    /// AWS names a stream in all of these, and one without a name where the request names none: a policy for a group
    /// says `log-group:name:*`. Its refusal of CreateLogGroup says `log-group:name:log-stream:`.
    /// <https://github.com/elastic/apm-aws-lambda/issues/526>
    fn log_groups(&self) -> Vec<String> {
        let stream = self.text("logStreamName").unwrap_or_default();
        let groups = self.all_texts(&["logGroupName", "logGroupIdentifier"]).into_iter();
        let of = |group: String| format!("{}:log-stream:{stream}", self.arn("log-group:", &group));
        groups.map(of).collect()
    }

    fn clusters(&self, member: &str) -> Vec<String> {
        let mut names = self.texts(member);
        names.retain(|name| !name.is_empty());
        if names.is_empty() {
            names.push("default".to_owned());
        }
        names.iter().map(|name| self.arn("cluster/", name)).collect()
    }

    /// Tasks by id or ARN. Whatever cluster an ARN names, they are looked for in the request's.
    fn tasks(&self, member: &str) -> Vec<String> {
        let clusters = self.clusters("cluster");
        let cluster = clusters.first().map_or("default", |arn| last_name(arn));
        let tasks = self.texts(member).into_iter();
        tasks.map(|task| self.arn("task/", &format!("{cluster}/{}", last_name(&task)))).collect()
    }

    /// An event bus by name or ARN; the default one if none is named.
    fn bus(&self, name: Option<&str>) -> String {
        self.arn("event-bus/", name.unwrap_or("default"))
    }

    fn buses_of_entries(&self) -> Vec<String> {
        let entries = self.body.get("Entries");
        let name = |entry: Value| {
            let name = entry.get("EventBusName");
            self.bus(name.as_ref().and_then(Value::as_str))
        };
        let mut buses: Vec<String> = entries.iter().flat_map(Value::items).map(name).collect();
        buses.sort();
        buses.dedup();
        buses
    }

    /// Rules of the default bus don't name it.
    fn event_rule(&self, name: &str) -> String {
        let bus = self.bus(self.text("EventBusName").as_deref());
        match bus.split_once(":event-bus/") {
            Some((home, "default")) => format!("{home}:rule/{name}"),
            Some((home, bus)) => format!("{home}:rule/{bus}/{name}"),
            None => self.arn("rule/", name),
        }
    }

    /// The actions and tables of the request's statements of PartiQL, if it has any.
    fn statements(&self) -> Result<Vec<(&'static str, String)>, aws::Error> {
        let texts: Vec<Option<Value>> = match (self.room, self.operation) {
            ("dynamodb", "ExecuteStatement") => vec![self.body.get("Statement")],
            ("dynamodb", "BatchExecuteStatement") => self.members_of("Statements", "Statement"),
            ("dynamodb", "ExecuteTransaction") => {
                self.members_of("TransactStatements", "Statement")
            }
            _ => Vec::new(),
        };
        let mut found = Vec::new();
        for text in texts {
            let parts = text.as_ref().and_then(Value::as_str).and_then(partiql::parts);
            let unreadable = "Statement wasn't well formed, can't be processed: Unexpected term";
            for part in parts.ok_or_else(|| aws::Error::validation(unreadable))? {
                let table = self.arn("table/", &part.table);
                let resource = match part.index {
                    Some(index) => format!("{table}/index/{index}"),
                    None => table,
                };
                found.push((part.action, resource));
            }
        }
        Ok(found)
    }

    /// Refuses a transaction whose items hide their tables: its room would read a structure from a list as well.
    fn check_transaction(&self) -> Result<(), aws::Error> {
        let items = self.body.get("TransactItems").filter(|_| self.room == "dynamodb");
        let is_structure = |value: &Value| matches!(value.kind(), Kind::Object | Kind::Null);
        let is_readable = |item: Value| {
            is_structure(&item) && item.entries().all(|(_, action)| is_structure(&action))
        };
        match items.iter().flat_map(Value::items).all(is_readable) {
            true => Ok(()),
            false => Err(aws::Error::serialization("Unrecognized collection type class")),
        }
    }

    /// A member of each item of a list.
    fn members_of(&self, list: &str, member: &str) -> Vec<Option<Value>> {
        let list = self.body.get(list);
        list.iter().flat_map(Value::items).map(|item| item.get(member)).collect()
    }

    /// A table, its index, or the tables of a batch or transaction.
    fn tables(&self) -> Vec<String> {
        if let Some(name) = self.text("TableName") {
            let table = self.arn("table/", &name);
            let is_of_index = matches!(self.operation, "Query" | "Scan" | "SearchVectors");
            return vec![match self.text("IndexName").filter(|_| is_of_index) {
                Some(index) => format!("{table}/index/{index}"),
                None => table,
            }];
        }
        let requested = self.body.get("RequestItems").unwrap_or_else(Value::empty_object);
        let mut names: Vec<String> =
            requested.entries().map(|(name, _)| name.to_string()).collect();
        let items = self.body.get("TransactItems");
        for item in items.iter().flat_map(Value::items) {
            let tables = item.entries().filter_map(|(_, action)| action.get("TableName"));
            names.extend(tables.filter_map(|name| name.as_str().map(str::to_owned)));
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
        if let Some(qualifier) = self.state_machine_qualifier() {
            context.set("states:StateMachineQualifier", qualifier);
        }
        if let (Some(max_keys), "s3") = (self.body.get("MaxKeys"), self.room) {
            context.set("s3:max-keys", max_keys.to_string());
        }
        context
    }

    /// The version or alias at the end of a state machine's ARN.
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html>
    fn state_machine_qualifier(&self) -> Option<String> {
        let members = ["stateMachineArn", "stateMachineVersionArn", "stateMachineAliasArn"];
        let arns = members.iter().filter(|_| self.room == "states");
        let arn = arns.filter_map(|member| self.text(member)).next()?;
        arn.splitn(8, ':').nth(7).map(str::to_owned)
    }

    /// Who gives a role to a service needs `iam:PassRole` upon it.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
    fn passed_roles(&self) -> Vec<Access> {
        let pass = |(role, service): (String, &'static str)| {
            let role = match role.starts_with("arn:") {
                true => role,
                // ECS takes the name of a role.
                false => self.identity(IdentityKind::Role, Some(&role)),
            };
            let mut access = Access::new("iam:PassRole".to_owned(), role);
            access.context.set("iam:PassedToService", service);
            access
        };
        passed::roles(self.room, self.operation, self.body).into_iter().map(pass).collect()
    }
}

/// The ARN of a topic, given it or that of one of its subscriptions.
fn topic_of(arn: &str) -> &str {
    let end = arn.match_indices(':').nth(5).map_or(arn.len(), |(end, _)| end);
    &arn[..end]
}

/// The name at the end of an ARN, or a name as it is: so ECS and Batch read what they are given.
fn last_name(reference: &str) -> &str {
    match reference.starts_with("arn:") {
        true => reference.rsplit('/').next().unwrap_or(reference),
        false => reference,
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
