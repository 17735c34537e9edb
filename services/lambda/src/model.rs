//! What the room keeps. Functions, their versions and events are rows, so members are numbered:
//! new ones can be added, none reused.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use crate::arn::Qualifier;

/// A function: `$LATEST` and what belongs to all its versions.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Function {
    #[n(0)]
    pub(crate) latest: Settings,
    /// The number of the newest version there ever was.
    #[n(1)]
    pub(crate) last_version: u64,
    /// The version that `$LATEST` was published as, if it hasn't changed since.
    #[n(2)]
    pub(crate) published: Option<u64>,
    #[n(3)]
    pub(crate) reserved_concurrency: Option<u32>,
    #[n(4)]
    pub(crate) tags: BTreeMap<String, String>,
    #[n(5)]
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Who may invoke, by qualifier; `$LATEST` stands for the function without one.
    #[n(6)]
    pub(crate) policies: BTreeMap<String, Policy>,
    /// How asynchronous events are tried, by qualifier.
    #[n(7)]
    pub(crate) event_configs: BTreeMap<String, EventConfig>,
    /// Counts every change, so that no two states of a function are one row.
    #[n(8)]
    pub(crate) changes: u64,
    /// Where it answers over HTTP, by qualifier.
    #[n(9)]
    #[cbor(default)]
    pub(crate) urls: BTreeMap<String, UrlConfig>,
}

/// An address of a function.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct UrlConfig {
    /// What its address is known by.
    #[n(0)]
    pub(crate) id: String,
    /// Whether whoever asks has to sign.
    #[n(1)]
    pub(crate) is_signed: bool,
    #[n(2)]
    pub(crate) streams: bool,
    #[n(3)]
    pub(crate) cors: Option<Cors>,
    #[n(4)]
    pub(crate) created_at: i64,
    #[n(5)]
    pub(crate) modified_at: i64,
}

/// What pages of other origins may do.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Cors {
    #[n(0)]
    pub(crate) allows_credentials: Option<bool>,
    #[n(1)]
    pub(crate) headers: Vec<String>,
    #[n(2)]
    pub(crate) methods: Vec<String>,
    #[n(3)]
    pub(crate) origins: Vec<String>,
    #[n(4)]
    pub(crate) exposed_headers: Vec<String>,
    #[n(5)]
    pub(crate) max_age_seconds: Option<i32>,
}

/// How `$LATEST` or a version is run.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Settings {
    #[n(0)]
    pub(crate) runtime: String,
    #[n(1)]
    pub(crate) role: String,
    #[n(2)]
    pub(crate) handler: String,
    #[n(3)]
    pub(crate) description: String,
    #[n(4)]
    pub(crate) timeout_seconds: u32,
    #[n(5)]
    pub(crate) memory_mb: u32,
    #[n(6)]
    pub(crate) environment: BTreeMap<String, String>,
    /// Where events go that were tried in vain.
    #[n(7)]
    pub(crate) dead_letter: Option<String>,
    #[n(8)]
    pub(crate) traces_actively: bool,
    #[n(9)]
    pub(crate) architecture: String,
    #[n(10)]
    pub(crate) ephemeral_storage_mb: u32,
    #[n(11)]
    pub(crate) log_group: Option<String>,
    #[n(12)]
    pub(crate) subnet_ids: Vec<String>,
    #[n(13)]
    pub(crate) security_group_ids: Vec<String>,
    #[n(14)]
    pub(crate) code: Code,
    /// Milliseconds since 1970.
    #[n(15)]
    pub(crate) modified_at: i64,
    #[n(16)]
    pub(crate) revision_id: String,
    /// In the order in which they lie over each other, the undermost first.
    #[n(17)]
    #[cbor(default)]
    pub(crate) layers: Vec<LayerUse>,
}

/// A version of a layer as a function uses it, also when the layer has it no more.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct LayerUse {
    #[n(0)]
    pub(crate) version_arn: String,
    #[n(1)]
    pub(crate) code: Code,
}

/// A layer: what its versions have in common. It stays when the last of them goes, so that no number comes twice.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Layer {
    /// The number of the newest version there ever was.
    #[n(0)]
    pub(crate) last_version: u64,
}

/// A version of a layer.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct LayerVersion {
    #[n(0)]
    pub(crate) description: String,
    #[n(1)]
    pub(crate) code: Code,
    #[n(2)]
    pub(crate) runtimes: Vec<String>,
    #[n(3)]
    pub(crate) architectures: Vec<String>,
    #[n(4)]
    pub(crate) license: Option<String>,
    /// Milliseconds since 1970.
    #[n(5)]
    pub(crate) created_at: i64,
    /// Who may use it.
    #[n(6)]
    pub(crate) policy: Policy,
}

/// Where the code is.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum Code {
    /// A zip file that the room keeps under its digest.
    #[n(0)]
    Zip {
        /// SHA-256, in base64.
        #[n(0)]
        sha256: String,
        #[n(1)]
        bytes: u64,
    },
    /// A folder of this machine, which is looked at on every invocation.
    #[n(1)]
    Folder {
        #[n(0)]
        path: String,
    },
}

/// A name for a version, or for two with weights.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Alias {
    /// A number, or `$LATEST`.
    #[n(0)]
    pub(crate) version: String,
    #[n(1)]
    pub(crate) description: String,
    /// Another version and the part of the invocations that it gets.
    #[n(2)]
    pub(crate) also: Option<Weighted>,
    #[n(3)]
    pub(crate) revision_id: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Weighted {
    #[n(0)]
    pub(crate) version: String,
    #[n(1)]
    pub(crate) weight: f64,
}

/// A resource policy.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Policy {
    #[n(0)]
    pub(crate) statements: Vec<Statement>,
    #[n(1)]
    pub(crate) revision_id: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Statement {
    #[n(0)]
    pub(crate) id: String,
    /// The statement in the language of policies.
    #[n(1)]
    pub(crate) json: String,
}

/// How asynchronous events are tried, and who learns what became of them.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct EventConfig {
    #[n(0)]
    pub(crate) retries_max: Option<u32>,
    #[n(1)]
    pub(crate) age_seconds_max: Option<u32>,
    #[n(2)]
    pub(crate) on_success: Option<String>,
    #[n(3)]
    pub(crate) on_failure: Option<String>,
    #[n(4)]
    pub(crate) modified_at: i64,
}

/// An asynchronous event on its way to a function.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Event {
    /// The function as the client named it, with the qualifier.
    #[n(0)]
    pub(crate) function_arn: String,
    #[n(1)]
    pub(crate) request_id: String,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) payload: Vec<u8>,
    #[n(3)]
    pub(crate) client_context: Option<String>,
    #[n(4)]
    pub(crate) trace: Option<String>,
    #[n(5)]
    pub(crate) accepted_at: i64,
    /// How often the function ran for it.
    #[n(6)]
    pub(crate) tries: u32,
    /// How often no concurrency was free.
    #[n(7)]
    pub(crate) throttled: u32,
    /// What became of it: all that is left is to tell.
    #[n(8)]
    pub(crate) ended: Option<Ended>,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Ended {
    /// `Success`, `RetriesExhausted` or `EventAgeExceeded`.
    #[n(0)]
    pub(crate) condition: String,
    #[n(1)]
    pub(crate) function_error: Option<String>,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) payload: Vec<u8>,
    #[n(3)]
    pub(crate) executed_version: Option<String>,
}

/// A queue whose messages a function gets, or a stream whose records it gets.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Mapping {
    #[n(0)]
    pub(crate) source_arn: String,
    #[n(1)]
    pub(crate) function_arn: String,
    #[n(2)]
    pub(crate) enabled: bool,
    #[n(3)]
    pub(crate) batch_size: u32,
    #[n(4)]
    pub(crate) window_seconds: u32,
    #[n(5)]
    pub(crate) reports_item_failures: bool,
    #[n(6)]
    pub(crate) concurrency_max: Option<u32>,
    #[n(7)]
    pub(crate) modified_at: i64,
    /// Patterns in JSON; a message that matches none is dropped.
    #[n(8)]
    pub(crate) filters: Vec<String>,
    /// How a stream is read; absent for a queue.
    #[n(9)]
    pub(crate) stream: Option<StreamReading>,
    #[n(10)]
    #[cbor(default)]
    pub(crate) tags: BTreeMap<String, String>,
}

/// How the records of a stream are read, in their order, and how often those are tried that a function fails on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct StreamReading {
    /// `TRIM_HORIZON` or `LATEST`, where it began.
    #[n(0)]
    pub(crate) starting_position: String,
    /// Tries after the first; without it as many as there is time for.
    #[n(1)]
    pub(crate) retries_max: Option<u32>,
    #[n(2)]
    pub(crate) age_seconds_max: Option<u32>,
    /// Whether a batch that fails is tried in halves.
    #[n(3)]
    pub(crate) bisects: bool,
    /// Who learns of records that are given up.
    #[n(4)]
    pub(crate) on_failure: Option<String>,
    /// Kept and shown; a shard is read by one at a time.
    #[n(5)]
    pub(crate) parallelization: u32,
}

/// What was done for an attempt of a task, so that it isn't done twice.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Attempt {
    #[n(0)]
    pub(crate) at: i64,
    /// The reply, as JSON; absent while the function runs, and for ever if that was interrupted.
    #[n(1)]
    pub(crate) reply: Option<String>,
}

impl Policy {
    /// The policy in the language of policies.
    pub(crate) fn text(&self) -> String {
        let statements: Vec<&str> =
            self.statements.iter().map(|statement| statement.json.as_str()).collect();
        let statements = statements.join(",");
        format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{statements}]}}"#)
    }
}

impl LayerVersion {
    /// Whether it is meant for that runtime and that architecture. One that names none suits all.
    pub(crate) fn suits(&self, runtime: Option<&str>, architecture: Option<&str>) -> bool {
        let named = |names: &[String], name: Option<&str>| {
            names.is_empty() || name.is_none_or(|name| names.iter().any(|it| it == name))
        };
        named(&self.runtimes, runtime) && named(&self.architectures, architecture)
    }
}

impl Function {
    /// The version that a qualifier leads to. `luck` is uniform in `0 ≤ luck < 1`.
    pub(crate) fn version(&self, qualifier: Option<&Qualifier>, luck: f64) -> Option<Qualifier> {
        let Some(Qualifier::Alias(name)) = qualifier else {
            return Some(qualifier.cloned().unwrap_or(Qualifier::Latest));
        };
        let alias = self.aliases.get(name)?;
        let version = match &alias.also {
            Some(also) if luck < also.weight => &also.version,
            _ => &alias.version,
        };
        Some(version.parse().map_or(Qualifier::Latest, Qualifier::Version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_sends_its_share_to_the_other_version() {
        let settings = Settings {
            runtime: "python3.12".into(),
            role: String::new(),
            handler: "m.f".into(),
            description: String::new(),
            timeout_seconds: 3,
            memory_mb: 128,
            environment: BTreeMap::new(),
            dead_letter: None,
            traces_actively: false,
            architecture: "x86_64".into(),
            ephemeral_storage_mb: 512,
            log_group: None,
            subnet_ids: vec![],
            security_group_ids: vec![],
            code: Code::Zip { sha256: String::new(), bytes: 0 },
            modified_at: 0,
            revision_id: String::new(),
            layers: vec![],
        };
        let alias = Alias {
            version: "1".into(),
            description: String::new(),
            also: Some(Weighted { version: "2".into(), weight: 0.25 }),
            revision_id: String::new(),
        };
        let function = Function {
            latest: settings,
            last_version: 2,
            published: None,
            reserved_concurrency: None,
            tags: BTreeMap::new(),
            aliases: BTreeMap::from([("live".to_owned(), alias)]),
            policies: BTreeMap::new(),
            event_configs: BTreeMap::new(),
            changes: 0,
            urls: BTreeMap::new(),
        };
        let live = Qualifier::Alias("live".into());
        let version = |luck| function.version(Some(&live), luck);
        assert_eq!(version(0.24), Some(Qualifier::Version(2)));
        assert_eq!(version(0.25), Some(Qualifier::Version(1)));
        assert_eq!(function.version(Some(&Qualifier::Alias("no".into())), 0.0), None);
        assert_eq!(function.version(None, 0.0), Some(Qualifier::Latest));
    }
}
