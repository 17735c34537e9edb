//! The stored form of each row, and the way from and to what it holds.

use base::Timestamp;
use minicbor::{Decode, Encode};
use runner::MachineType;
use store::Error;

use crate::model::{Activity, Alias, Machine, Revision, Route, Tag, Version};
use crate::wire::Configuration;

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct MachineRow {
    #[n(0)]
    id: String,
    #[n(1)]
    is_express: bool,
    #[n(2)]
    is_deleting: bool,
    #[n(3)]
    created_at: i64,
    #[n(4)]
    tags: Vec<TagRow>,
    #[n(5)]
    revision: u64,
    #[n(6)]
    last_version: u64,
    #[n(7)]
    published: Option<u64>,
    #[n(8)]
    changes: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct RevisionRow {
    #[n(0)]
    id: Option<String>,
    #[n(1)]
    definition: String,
    #[n(2)]
    role_arn: String,
    /// JSON, as [`Configuration`] writes it.
    #[n(3)]
    configuration: String,
    #[n(4)]
    updated_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct VersionRow {
    #[n(0)]
    revision: u64,
    #[n(1)]
    description: Option<String>,
    #[n(2)]
    created_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct AliasRow {
    #[n(0)]
    description: Option<String>,
    #[n(1)]
    routes: Vec<RouteRow>,
    #[n(2)]
    created_at: i64,
    #[n(3)]
    updated_at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct RouteRow {
    #[n(0)]
    version: u64,
    #[n(1)]
    weight: u8,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct ActivityRow {
    #[n(0)]
    created_at: i64,
    /// JSON, as AWS writes it.
    #[n(1)]
    encryption: String,
    #[n(2)]
    tags: Vec<TagRow>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct TagRow {
    #[n(0)]
    key: String,
    #[n(1)]
    value: String,
}

impl From<Machine> for MachineRow {
    fn from(machine: Machine) -> Self {
        MachineRow {
            id: machine.id,
            is_express: machine.machine_type == MachineType::Express,
            is_deleting: machine.is_deleting,
            created_at: machine.created_at.as_millis(),
            tags: machine.tags.into_iter().map(TagRow::from).collect(),
            revision: machine.revision,
            last_version: machine.last_version,
            published: machine.published,
            changes: machine.changes,
        }
    }
}

impl TryFrom<MachineRow> for Machine {
    type Error = Error;

    fn try_from(row: MachineRow) -> Result<Self, Error> {
        let machine_type =
            if row.is_express { MachineType::Express } else { MachineType::Standard };
        Ok(Machine {
            id: row.id,
            machine_type,
            is_deleting: row.is_deleting,
            created_at: Timestamp::from_millis(row.created_at),
            tags: row.tags.into_iter().map(Tag::from).collect(),
            revision: row.revision,
            last_version: row.last_version,
            published: row.published,
            changes: row.changes,
        })
    }
}

impl From<Revision> for RevisionRow {
    fn from(revision: Revision) -> Self {
        RevisionRow {
            id: revision.id.as_deref().map(str::to_owned),
            definition: revision.definition.to_string(),
            role_arn: revision.role_arn.to_string(),
            configuration: revision.configuration.to_text().to_string(),
            updated_at: revision.updated_at.as_millis(),
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = Error;

    fn try_from(row: RevisionRow) -> Result<Self, Error> {
        Ok(Revision {
            id: row.id.map(Into::into),
            definition: row.definition.into(),
            role_arn: row.role_arn.into(),
            configuration: Configuration::from_text(&row.configuration)?,
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}

impl From<Version> for VersionRow {
    fn from(version: Version) -> Self {
        let Version { revision, description, created_at } = version;
        VersionRow { revision, description, created_at: created_at.as_millis() }
    }
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self, Error> {
        let VersionRow { revision, description, created_at } = row;
        Ok(Version { revision, description, created_at: Timestamp::from_millis(created_at) })
    }
}

impl From<Alias> for AliasRow {
    fn from(alias: Alias) -> Self {
        let route = |Route { version, weight }| RouteRow { version, weight };
        AliasRow {
            description: alias.description,
            routes: alias.routes.into_iter().map(route).collect(),
            created_at: alias.created_at.as_millis(),
            updated_at: alias.updated_at.as_millis(),
        }
    }
}

impl TryFrom<AliasRow> for Alias {
    type Error = Error;

    fn try_from(row: AliasRow) -> Result<Self, Error> {
        let route = |RouteRow { version, weight }| Route { version, weight };
        Ok(Alias {
            description: row.description,
            routes: row.routes.into_iter().map(route).collect(),
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}

impl From<Activity> for ActivityRow {
    fn from(activity: Activity) -> Self {
        let encryption = serde_json::to_string(&activity.encryption);
        ActivityRow {
            created_at: activity.created_at.as_millis(),
            encryption: encryption.expect("writing to memory succeeds"),
            tags: activity.tags.into_iter().map(TagRow::from).collect(),
        }
    }
}

impl TryFrom<ActivityRow> for Activity {
    type Error = Error;

    fn try_from(row: ActivityRow) -> Result<Self, Error> {
        let corrupt = |_| Error::Corrupt("encryption of an activity");
        Ok(Activity {
            created_at: Timestamp::from_millis(row.created_at),
            encryption: aws::decode(row.encryption.as_bytes()).map_err(corrupt)?,
            tags: row.tags.into_iter().map(Tag::from).collect(),
        })
    }
}

impl From<Tag> for TagRow {
    fn from(Tag { key, value }: Tag) -> Self {
        TagRow { key, value }
    }
}

impl From<TagRow> for Tag {
    fn from(TagRow { key, value }: TagRow) -> Self {
        Tag { key, value }
    }
}

#[cfg(test)]
mod tests {
    use store::{Stored, row};

    use super::*;
    use crate::configuration::encryption_or_default;

    /// What the first release wrote: if it reads otherwise, a store no longer opens.
    fn check<T: Stored + Clone + PartialEq + std::fmt::Debug>(value: &T, first_release: &str) {
        let byte = |at| u8::from_str_radix(&first_release[at..at + 2], 16).expect("is hex");
        let row: Vec<u8> = (0..first_release.len()).step_by(2).map(byte).collect();
        assert_eq!(row::value::<T>(&row).expect("reads"), *value);
        assert_eq!(row::of(value.clone()), row, "this release writes it so");
    }

    const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn rows_of_the_first_release_are_read() {
        let tags = vec![Tag { key: "k".into(), value: "v".into() }];
        check(
            &Machine {
                id: "i".into(),
                machine_type: MachineType::Express,
                is_deleting: false,
                created_at: AT,
                tags: tags.clone(),
                revision: 3,
                last_version: 2,
                published: Some(2),
                changes: 9,
            },
            "a900616901f502f4031b0000018bcfe568000481a200616b0161760503060207020809",
        );
        check(
            &Revision {
                id: None,
                definition: "{}".into(),
                role_arn: "r".into(),
                configuration: Configuration::of(None, None, None).expect("is valid"),
                updated_at: AT,
            },
            "a401627b7d0261720378a17b226c6f6767696e67436f6e66696775726174696f6e223a7b226c6576656c223a224f4646222c22696e636c756465457865637574696f6e44617461223a66616c73657d2c2274726163696e67436f6e66696775726174696f6e223a7b22656e61626c6564223a66616c73657d2c22656e6372797074696f6e436f6e66696775726174696f6e223a7b2274797065223a224157535f4f574e45445f4b4559227d7d041b0000018bcfe56800",
        );
        check(
            &Version { revision: 1, description: Some("d".into()), created_at: AT },
            "a30001016164021b0000018bcfe56800",
        );
        check(
            &Alias {
                description: None,
                routes: vec![Route { version: 1, weight: 100 }],
                created_at: AT,
                updated_at: AT,
            },
            "a30181a20001011864021b0000018bcfe56800031b0000018bcfe56800",
        );
        let encryption = encryption_or_default(None).expect("is valid");
        check(
            &Activity { created_at: AT, encryption, tags },
            "a3001b0000018bcfe568000178187b2274797065223a224157535f4f574e45445f4b4559227d0281a200616b016176",
        );
    }
}
